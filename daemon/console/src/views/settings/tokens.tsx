// Who may use the API, for administrators; and a helper that makes a new token in this browser, where it stays.
import { useRef, useState } from "preact/hooks";
import type { Role, Settings } from "../../api/types";
import { texts } from "../../texts";
import { Badge } from "../../ui/badge";
import { Button } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { Select, TextField, Tick, toFirstError } from "../../ui/field";
import { Note } from "../../ui/states";
import { toast } from "../../ui/toast";
import { Name, Prose } from "../../ui/words";
import { canHash, configLine, newToken } from "./new_token";

const words = texts.tokens;
const roles: Role[] = ["viewer", "operator", "support", "admin"];

export function Tokens({ tokens, accounts }: { tokens: NonNullable<Settings["tokens"]>; accounts: string[] }) {
  const [making, setMaking] = useState(false);
  return (
    <section class="panel" aria-labelledby="tokens">
      <header class="panel-head">
        <h2 id="tokens">{words.title}</h2>
        <Button icon="key" onClick={() => setMaking(true)}>{words.make}</Button>
      </header>
      <div class="table-wrap" tabIndex={0} role="group" aria-labelledby="tokens">
        <table class="table">
          <thead><tr><th scope="col">{words.name}</th><th scope="col">{words.role}</th><th scope="col">{words.accounts}</th></tr></thead>
          <tbody>
            {tokens.map((token) => (
              <tr key={token.name}>
                <th scope="row" class="strong"><Name text={token.name} /></th>
                <td><Badge tone="quiet">{texts.role[token.role]}</Badge></td>
                <td>{token.accounts.length > 0 ? token.accounts.join(", ") : words.allAccounts}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {tokens.length === 0 && <p class="panel-empty">{words.none}</p>}
      {making && <NewToken accounts={accounts} taken={tokens.map((one) => one.name)} onClose={() => setMaking(false)} />}
    </section>
  );
}

function NewToken({ accounts, taken, onClose }: { accounts: string[]; taken: string[]; onClose: () => void }) {
  const [name, setName] = useState("");
  const [role, setRole] = useState<string>("operator");
  const [chosen, setChosen] = useState<string[]>([]);
  const [tried, setTried] = useState(false);
  const [made, setMade] = useState<{ token: string; line: string } | null>(null);
  const error = !name.trim() ? words.nameMissing : taken.includes(name.trim()) ? words.nameTaken : null;
  const make = async (event: Event) => {
    event.preventDefault();
    setTried(true);
    if (error) return toFirstError(event.currentTarget);
    const { token, sha256 } = await newToken();
    setMade({ token, line: configLine({ name: name.trim(), role, accounts: chosen, sha256 }) });
  };
  return (
    <Dialog title={words.newTitle} onClose={onClose} wide>
      <div class="dialog-body">
        {!canHash() ? <Note tone="warn"><Prose text={words.insecure} /></Note> : made ? <Made made={made} onClose={onClose} /> : (
          <form onSubmit={make} noValidate>
            <TextField label={words.name} hint={words.nameHint} value={name} onInput={setName} required maxLength={100}
              error={tried ? error : null} />
            <Select label={words.role} hint={words.roleHints[role]} value={role} onInput={setRole}
              choices={roles.map((one) => ({ value: one, text: texts.role[one] }))} />
            <fieldset class="choices">
              <legend>{words.accounts}</legend>
              <p class="hint">{words.accountsHint}</p>
              {accounts.map((id) => (
                <Tick key={id} label={id} checked={chosen.includes(id)}
                  onChange={(on) => setChosen(on ? [...chosen, id] : chosen.filter((one) => one !== id))} />
              ))}
            </fieldset>
            <div class="dialog-foot">
              <Button onClick={onClose}>{texts.cancel}</Button>
              <Button kind="primary" type="submit">{words.makeNow}</Button>
            </div>
          </form>
        )}
      </div>
    </Dialog>
  );
}

function Made({ made, onClose }: { made: { token: string; line: string }; onClose: () => void }) {
  return (
    <>
      <Note tone="warn">{words.once}</Note>
      <Copyable label={words.token} text={made.token} />
      <Copyable label={words.line} text={made.line} hint={words.lineHint} />
      <div class="dialog-foot"><Button kind="primary" onClick={onClose}>{words.done}</Button></div>
    </>
  );
}

// Where the browser does not let a page copy, the text is marked, so that the keyboard can.
function Copyable({ label, text, hint }: { label: string; text: string; hint?: string }) {
  const shown = useRef<HTMLElement>(null);
  const mark = () => {
    if (shown.current) getSelection()?.selectAllChildren(shown.current);
    toast(texts.copyByHand);
  };
  const copy = () => {
    if (!navigator.clipboard) return mark();
    navigator.clipboard.writeText(text).then(() => toast(texts.list.copied), mark);
  };
  return (
    <div class="copyable">
      <div class="copyable-head"><span class="strong">{label}</span><Button icon="columns" onClick={copy}>{words.copy(label)}</Button></div>
      <code ref={shown}>{text}</code>
      {hint && <p class="hint"><Prose text={hint} /></p>}
    </div>
  );
}
