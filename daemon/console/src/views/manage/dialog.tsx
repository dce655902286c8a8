// Manage subscription: one switch, Apply, and a second step where the reason asks for permission. What cannot be done here
// is said in the same place, with where and how it can.
import { useEffect, useRef, useState } from "preact/hooks";
import * as calls from "../../api/calls";
import { ApiProblem } from "../../api/http";
import type { Contact, Explanation, LiftAnswer } from "../../api/types";
import { useMay } from "../../app_state";
import { useAction } from "../../hooks/action";
import { useResource } from "../../hooks/resource";
import { texts } from "../../texts";
import { StatusBadge } from "../../ui/badge";
import { Dialog } from "../../ui/dialog";
import { Loaded, Skeleton } from "../../ui/states";
import { toast } from "../../ui/toast";
import { Name } from "../../ui/words";
import { ChooseStep } from "./choose";
import { ConfirmStep } from "./confirm";
import { LiftStep } from "./lift";
import { unknownVerdict, verdictOf, type Verdict } from "./verdict";

const words = texts.manage;

export type Want = "resubscribe" | "unsubscribe";

interface Props {
  account: string;
  id: string;
  want?: Want | undefined;
  onClose: () => void;
  onChanged: () => void;
}

export function ManageDialog({ account, id, want, onClose, onChanged }: Props) {
  const about = useResource(`explain ${account} ${id}`, (signal) => calls.explain(account, id, signal));
  const [busy, setBusy] = useState(false);
  return (
    <Dialog title={words.title} onClose={onClose} busy={busy}>
      <Loaded of={about} skeleton={<div class="dialog-body"><Skeleton rows={4} /></div>}>
        {(data) => <Steps about={data} want={want} onClose={onClose} setBusy={setBusy}
          onChanged={() => (about.reload(), onChanged())} />}
      </Loaded>
    </Dialog>
  );
}

interface StepsProps {
  about: Explanation;
  want: Want | undefined;
  onClose: () => void;
  onChanged: () => void;
  setBusy: (busy: boolean) => void;
}

// What a resubscription would need is asked of the daemon before anybody chooses anything.
function useVerdict(about: Explanation): Verdict {
  const mayOperate = useMay("operate");
  const { id, account, status, changed_at } = about.contact;
  const ask = mayOperate && status === "unsubscribed";
  const answer = useResource(ask ? `verdict ${account} ${id} ${changed_at}` : null, async (signal) => {
    try {
      return verdictOf(await calls.tryResubscribe(account, id, signal));
    } catch (error) {
      if (error instanceof ApiProblem && error.status >= 400 && error.status < 500) return verdictOf(error);
      throw error;
    }
  });
  if (!ask) return { ...unknownVerdict, waiting: false };
  return answer.data ?? { ...unknownVerdict, waiting: answer.problem === null, failed: answer.problem, retry: answer.reload };
}

function Steps({ about, want, onClose, onChanged, setBusy }: StepsProps) {
  const { contact } = about;
  const verdict = useVerdict(about);
  const [step, setStep] = useState<"choose" | "confirm" | "lift">("choose");
  const [skipped, setSkipped] = useState(false);
  const finish = (text: string) => {
    setBusy(false);
    toast(text);
    onChanged();
    onClose();
  };
  const who = contact.name || contact.display || contact.email;
  const lifted = (answer: LiftAnswer) => finish(answer.outcome === "stays_unsubscribed" ? words.staysDone(who) : words.resubscribed(who));
  const watch = <A extends unknown[], T>(work: (...args: A) => Promise<T>) => (...args: A) => {
    setBusy(true);
    return work(...args).finally(() => setBusy(false));
  };
  const unsubscribe = useAction<[note: string], Contact>(watch((note: string) => calls.unsubscribe(contact.account, contact.id, note)),
    () => finish(words.unsubscribed(who)));
  const resubscribe = useAction<[confirmation: calls.Confirmation | null], LiftAnswer>(watch((confirmation: calls.Confirmation | null) =>
    calls.resubscribe(contact.account, contact.id, confirmation)), lifted);
  // From a row's menu it is known what is wanted: straight to the question that has to be answered.
  const ahead = want === "resubscribe" && !skipped && verdict.kind === "confirm" && step === "choose";
  const at = ahead ? "confirm" : step;
  const back = () => {
    setSkipped(true);
    setStep("choose");
    resubscribe.clear();
  };
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => box.current?.querySelector<HTMLElement>("form :is(input, select):not(:disabled)")?.focus(), [at]);
  return (
    <div class="dialog-body" ref={box}>
      <p class="who-line">
        <span><Name text={who} strong />{who !== contact.display && <Name text={contact.display || contact.email} />}</span>
        <StatusBadge status={contact.status} />
      </p>
      {at === "choose" && (
        <ChooseStep about={about} verdict={verdict} want={want} unsubscribe={unsubscribe} resubscribe={resubscribe}
          toConfirm={() => setStep("confirm")} toLift={() => setStep("lift")} />
      )}
      {at === "confirm" && <ConfirmStep resubscribe={resubscribe} verdict={verdict} back={back} />}
      {at === "lift" && <LiftStep about={about} back={back} setBusy={setBusy} lifted={(answer) =>
        answer.status === "subscribed" ? lifted(answer) : (toast(words.liftedOne), onChanged(), setStep("choose"))} />}
    </div>
  );
}
