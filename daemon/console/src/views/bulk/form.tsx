// The confirmation of a bulk job: the number of people it is about, and where mail begins again their permission.
import { useState } from "preact/hooks";
import type { Confirmation } from "../../api/calls";
import type { Job } from "../../api/types";
import { useTo } from "../../app_state";
import { number } from "../../format";
import { useAction } from "../../hooks/action";
import { navigate } from "../../router";
import { texts } from "../../texts";
import { Button, LinkButton } from "../../ui/button";
import { TextField, toFirstError } from "../../ui/field";
import { Note, ProblemBox } from "../../ui/states";
import type { BulkAction } from "../bulk";
import { changed } from "../job/split";
import { PermissionFields, usePermission } from "../manage/confirm";

const words = texts.bulk;

export interface Order {
  dry_run: boolean;
  confirmation: Confirmation;
  note: string;
  ticket: string;
}

interface Props {
  action: BulkAction;
  job: Job;  // the dry run
  count: number;
  send: (body: Partial<Order>) => Promise<Job>;
}

const mailsAgain = (action: BulkAction, job: Job) =>
  action === "resubscribe" || action === "lift" || (action === "undo" && Number(job.counts.resubscribed ?? 0) > 0);

export function BulkForm({ action, job, count, send }: Props) {
  const to = useTo();
  const [typed, setTyped] = useState("");
  const [note, setNote] = useState("");
  const [ticket, setTicket] = useState("");
  const [tried, setTried] = useState(false);
  const permission = usePermission();
  const begin = useAction(send, (started) => navigate(to(`/jobs/${started.id}`), { replace: true }));
  const asks = mailsAgain(action, job);
  const change = changed(job);
  if (change === 0)
    return <Note tone="info"><p>{words.noChange}</p>{action !== "undo" && <p><a href={to("/contacts")}>{words.backToList}</a></p>}</Note>;
  // However the reader separates thousands.
  const rightCount = typed.replace(/\D/g, "") === String(count);
  const submit = (event: Event) => {
    event.preventDefault();
    setTried(true);
    const permitted = !asks || permission.check();
    if (!rightCount || !permitted || (action === "lift" && !ticket.trim())) return toFirstError(event.currentTarget);
    const body: Partial<Order> = {};
    if (asks) body.confirmation = permission.confirmation(count);
    if (action === "lift") body.ticket = ticket.trim();
    if (action === "unsubscribe" && note.trim()) body.note = note.trim();
    begin.run(body);
  };
  return (
    <form class="panel panel-body narrow-panel bulk-form" onSubmit={submit} noValidate>
      <h2>{words.confirm}</h2>
      <p>{words.effects[action](change)}</p>
      <TextField label={words.typeCount(number(count))} value={typed} inputMode="numeric" onInput={setTyped} required
        error={tried && !rightCount ? words.wrongCount(number(count)) : null} />
      {action === "lift" && <TextField label={texts.manage.ticket} value={ticket} onInput={setTicket} required maxLength={200}
        error={tried && !ticket.trim() ? texts.manage.ticketMissing : null} />}
      {action === "unsubscribe" && <TextField label={texts.manage.note} hint={texts.manage.noteHint} value={note}
        onInput={setNote} maxLength={1000} />}
      {asks && <PermissionFields of={permission} label={words.permission} hint={words.statementHint} />}
      {begin.problem && <ProblemBox problem={begin.problem} />}
      <div class="dialog-foot">
        <LinkButton href={to("/contacts")}>{texts.cancel}</LinkButton>
        <Button kind="primary" type="submit" busy={begin.busy}>{words.buttons[action](change)}</Button>
      </div>
    </form>
  );
}
