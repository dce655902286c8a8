// For support: lifting one reason, with a ticket and the person's permission.
import { useState } from "preact/hooks";
import { supportLift } from "../../api/calls";
import type { Explanation, ExplainedSuppression, LiftAnswer, Reason } from "../../api/types";
import { useApp } from "../../app_state";
import { useAction } from "../../hooks/action";
import { reasonName, texts } from "../../texts";
import { Button } from "../../ui/button";
import { Select, TextField, toFirstError } from "../../ui/field";
import { ProblemBox } from "../../ui/states";
import { PermissionFields, usePermission } from "./confirm";

const words = texts.manage;

// What the CRM set is the CRM's to lift, as long as there is a connection to it.
export function useLiftable(about: Explanation): Reason[] {
  const connections = useApp().status.data?.connections ?? [];
  const ofCrm = (one: ExplainedSuppression) => one.reason === "integration" &&
    connections.some((connection) => connection.configured && one.source.startsWith(`${connection.id}:`));
  return [...new Set(about.suppressions.filter((one) => !ofCrm(one)).map((one) => one.reason))];
}

interface Props {
  about: Explanation;
  back: () => void;
  lifted: (answer: LiftAnswer) => void;
  setBusy: (busy: boolean) => void;
}

export function LiftStep({ about, back, lifted, setBusy }: Props) {
  const liftable = useLiftable(about);
  const [reason, setReason] = useState<string>(liftable[0] ?? "");
  const [ticket, setTicket] = useState("");
  const permission = usePermission();
  const lift = useAction(() => {
    setBusy(true);
    const { account, email } = about.contact;
    return supportLift({ account, email, reason, ticket: ticket.trim(), confirmation: permission.confirmation() })
      .finally(() => setBusy(false));
  }, lifted);
  const submit = (event: Event) => {
    event.preventDefault();
    const complete = permission.check();
    if (complete && ticket.trim()) lift.run();
    else toFirstError(event.currentTarget);
  };
  return (
    <form onSubmit={submit} noValidate>
      <Select label={words.liftReason} value={reason} onInput={setReason}
        choices={liftable.map((one) => ({ value: one, text: reasonName(one) }))} />
      <TextField label={words.ticket} value={ticket} onInput={setTicket} required maxLength={200}
        error={permission.tried && !ticket.trim() ? words.ticketMissing : null} />
      <PermissionFields of={permission} label={words.permission} hint={words.statementHint} />
      {lift.problem && <ProblemBox problem={lift.problem} />}
      <div class="dialog-foot">
        <Button onClick={back}>{words.back}</Button>
        <Button kind="primary" type="submit" busy={lift.busy}>{words.liftNow}</Button>
      </div>
    </form>
  );
}
