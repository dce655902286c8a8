// The second step: the person's permission, and how it was given.
import { useState } from "preact/hooks";
import type { Confirmation } from "../../api/calls";
import type { Action } from "../../hooks/action";
import { texts } from "../../texts";
import { Button } from "../../ui/button";
import { TextField, Tick, toFirstError } from "../../ui/field";
import { Note, ProblemBox } from "../../ui/states";
import type { Verdict } from "./verdict";

const words = texts.manage;

interface Props {
  resubscribe: Action<[confirmation: Confirmation | null]>;
  verdict: Verdict;
  back: () => void;
}

export function ConfirmStep({ resubscribe, verdict, back }: Props) {
  const permission = usePermission();
  const submit = (event: Event) => {
    event.preventDefault();
    if (permission.check()) resubscribe.run(permission.confirmation());
    else toFirstError(event.currentTarget);
  };
  return (
    <form onSubmit={submit} noValidate>
      {verdict.stays && <Note tone="warn">{words.stays}</Note>}
      <PermissionFields of={permission} label={words.permission} hint={words.statementHint} />
      {resubscribe.problem && <ProblemBox problem={resubscribe.problem} />}
      <div class="dialog-foot">
        <Button onClick={back}>{words.back}</Button>
        <Button kind="primary" type="submit" busy={resubscribe.busy}>{words.resubscribe}</Button>
      </div>
    </form>
  );
}

// A tick and a statement, of which both are needed: here, in bulk and for support.
export interface Permission {
  given: boolean;
  statement: string;
  tried: boolean;
  set: (given: boolean) => void;
  say: (statement: string) => void;
  check: () => boolean;
  confirmation: (count?: number) => Confirmation;
}

export function usePermission(): Permission {
  const [given, set] = useState(false);
  const [statement, say] = useState("");
  const [tried, setTried] = useState(false);
  const check = () => {
    setTried(true);
    return given && statement.trim() !== "";
  };
  const confirmation = (count?: number) =>
    ({ permission: true, statement: statement.trim(), ...(count === undefined ? {} : { count }) });
  return { given, statement, tried, set, say, check, confirmation };
}

export function PermissionFields({ of, label, hint }: { of: Permission; label: string; hint: string }) {
  return (
    <>
      <Tick label={label} checked={of.given} onChange={of.set} error={of.tried && !of.given ? words.tickMissing : null} />
      <TextField label={words.statement} hint={hint} value={of.statement} lines={3} maxLength={2000} required
        onInput={of.say} error={of.tried && !of.statement.trim() ? words.statementMissing : null} />
    </>
  );
}
