// Form fields with their labels, hints and errors tied to them.
import type { ComponentChildren, Ref } from "preact";
import { useId } from "preact/hooks";

interface Common {
  label: string;
  hint?: ComponentChildren;
  error?: string | null;
  value: string;
  onInput: (value: string) => void;
}

interface TextProps extends Common {
  type?: "text" | "password";
  autoComplete?: string;
  required?: boolean;
  lines?: number;
  maxLength?: number;
  inputMode?: "numeric" | "text";
  innerRef?: Ref<HTMLInputElement>;
}

export function TextField(props: TextProps) {
  const id = useId();
  const about = [props.hint ? `${id}-hint` : "", props.error ? `${id}-error` : ""].filter(Boolean).join(" ");
  const common = {
    id,
    class: "input",
    value: props.value,
    required: props.required,
    maxLength: props.maxLength,
    "aria-describedby": about || undefined,
    "aria-invalid": props.error ? true : undefined,
    dir: "auto" as const,
  };
  return (
    <div class="field">
      <label for={id}>{props.label}</label>
      {props.lines
        ? <textarea {...common} rows={props.lines} onInput={(event) => props.onInput(event.currentTarget.value)} />
        : <input {...common} ref={props.innerRef} autoComplete={props.autoComplete ?? "off"} inputMode={props.inputMode}
            spellcheck={false} {...(props.type === "password" ? { type: "password" as const } : { type: "text" as const })} onInput={(event) => props.onInput(event.currentTarget.value)} />}
      {props.hint && <p class="hint" id={`${id}-hint`}>{props.hint}</p>}
      {props.error && <p class="field-error" id={`${id}-error`}>{props.error}</p>}
    </div>
  );
}

export interface Choice {
  value: string;
  text: string;
}

// A filter's label is said, not shown: its first choice says what it is about.
export function Select(props: Common & { choices: Choice[]; quiet?: boolean; mark?: boolean }) {
  const id = useId();
  return (
    <div class={props.quiet ? "field quiet" : "field"}>
      <label for={id} class={props.quiet ? "hidden" : undefined}>{props.label}</label>
      <select id={id} class={`input${props.mark && props.value ? " chosen" : ""}`} value={props.value}
        aria-describedby={props.hint ? `${id}-hint` : undefined}
        onChange={(event) => props.onInput(event.currentTarget.value)}>
        {props.choices.map((choice) => <option key={choice.value} value={choice.value}>{choice.text}</option>)}
      </select>
      {props.hint && <p class="hint" id={`${id}-hint`}>{props.hint}</p>}
    </div>
  );
}

interface TickProps {
  label: ComponentChildren;
  checked: boolean;
  onChange: (checked: boolean) => void;
  disabled?: boolean;
  hint?: string;
  error?: string | null;
}

export function Tick({ label, checked, onChange, disabled, hint, error }: TickProps) {
  const id = useId();
  const about = [hint ? id : "", error ? `${id}-error` : ""].filter(Boolean).join(" ");
  return (
    <div class="tick">
      <label>
        <input type="checkbox" checked={checked} disabled={disabled} aria-describedby={about || undefined}
          aria-invalid={error ? true : undefined} onChange={(event) => onChange(event.currentTarget.checked)} />
        <span>{label}</span>
      </label>
      {hint && <p class="hint" id={id}>{hint}</p>}
      {error && <p class="field-error" id={`${id}-error`}>{error}</p>}
    </div>
  );
}

// After a form was sent in vain: to the first field that is wrong, once it is marked.
export function toFirstError(form: EventTarget | null): void {
  requestAnimationFrame(() => form instanceof HTMLElement && form.querySelector<HTMLElement>("[aria-invalid]")?.focus());
}

export function Switch({ label, checked, onChange, disabled, describedBy }: TickProps & { describedBy?: string | undefined }) {
  return (
    <label class="switch">
      <input type="checkbox" role="switch" checked={checked} disabled={disabled} aria-describedby={describedBy}
        onChange={(event) => onChange(event.currentTarget.checked)} />
      <span class="switch-track" aria-hidden="true" />
      <span>{label}</span>
    </label>
  );
}
