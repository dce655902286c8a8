// A run or a job that waits for somebody: why, what approving and rejecting would each do, and a second look before either.
import { useState } from "preact/hooks";
import { useMay } from "../app_state";
import { useAction } from "../hooks/action";
import { texts } from "../texts";
import { Button } from "../ui/button";
import { Dialog } from "../ui/dialog";
import { ProblemBox } from "../ui/states";
import { toast } from "../ui/toast";
import { Prose } from "../ui/words";

const words = texts.held;

export type Decision = "approve" | "reject";

interface Words {
  title: string;
  effects: Record<Decision, string>;
  ask: Record<Decision, string>;  // the title of the dialog
  now: Record<Decision, string>;  // its button
  done: Record<Decision, string>;
}

interface Props {
  words: Words;
  note: string | null;
  decide: (what: Decision) => Promise<unknown>;
  decided: () => void;
}

export function HeldPanel({ words: mine, note, decide, decided }: Props) {
  const mayOperate = useMay("operate");
  const [asked, setAsked] = useState<Decision | null>(null);
  const action = useAction(decide, (_, what) => {
    setAsked(null);
    toast(mine.done[what]);
    decided();
  });
  const close = () => (setAsked(null), action.clear());
  return (
    <section class="panel panel-body held-panel" aria-labelledby="held">
      <h2 id="held">{mine.title}</h2>
      {note && <p><Prose text={note} /></p>}
      <ul class="effects">
        <li><strong>{words.approve}</strong> {mine.effects.approve}</li>
        <li><strong>{words.reject}</strong> {mine.effects.reject}</li>
      </ul>
      {mayOperate && (
        <div class="effects-buttons">
          <Button kind="primary" onClick={() => setAsked("approve")}>{words.approve}</Button>
          <Button onClick={() => setAsked("reject")}>{words.reject}</Button>
        </div>
      )}
      {asked && (
        <Dialog title={mine.ask[asked]} onClose={close} busy={action.busy}>
          <div class="dialog-body">
            {note && <p><Prose text={note} /></p>}
            <p><strong>{words[asked]}</strong> {mine.effects[asked]}</p>
            {action.problem && <ProblemBox problem={action.problem} />}
            <div class="dialog-foot">
              <Button onClick={close}>{texts.cancel}</Button>
              <Button kind="primary" busy={action.busy} onClick={() => action.run(asked)}>{mine.now[asked]}</Button>
            </div>
          </div>
        </Dialog>
      )}
    </section>
  );
}
