// A token in, a session out.
import { useEffect, useRef, useState } from "preact/hooks";
import { signIn } from "../api/calls";
import type { Session } from "../api/types";
import { useAction } from "../hooks/action";
import { texts } from "../texts";
import { Button } from "../ui/button";
import { TextField } from "../ui/field";
import { Mark } from "../ui/mark";
import { Prose } from "../ui/words";

export function SignIn({ onEnter }: { onEnter: (session: Session) => void }) {
  const [token, setToken] = useState("");
  const [empty, setEmpty] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  const enter = useAction(() => signIn(token.trim()), onEnter);
  useEffect(() => {
    document.title = `${texts.signIn.title} · ${texts.product}`;
    field.current?.focus();
  }, []);
  useEffect(() => {
    if (enter.problem) field.current?.focus();
  }, [enter.problem]);
  const submit = (event: Event) => {
    event.preventDefault();
    setEmpty(!token.trim());
    if (token.trim()) enter.run();
    else field.current?.focus();
  };
  const problem = enter.problem;
  const error = empty ? texts.signIn.empty : problem?.status === 401 ? texts.signIn.wrong : null;
  return (
    <main class="sign-in">
      <form class="panel sign-in-box" onSubmit={submit} noValidate>
        <Mark />
        <h1>{texts.signIn.title}</h1>
        <p class="muted">{texts.signIn.intro}</p>
        <TextField label={texts.signIn.token} type="password" autoComplete="current-password" value={token} required
          error={error} innerRef={field} onInput={(value) => (setToken(value), setEmpty(false), enter.clear())} />
        {problem && problem.status !== 401 && (
          <p class="field-error" role="alert"><Prose text={`${problem.detail} ${problem.remedy}`} /></p>
        )}
        {problem?.status === 401 && <p class="hidden" role="alert">{texts.signIn.wrong}</p>}
        <Button kind="primary" type="submit" busy={enter.busy}>{texts.signIn.enter}</Button>
        <p class="hint">{texts.signIn.help}</p>
      </form>
    </main>
  );
}
