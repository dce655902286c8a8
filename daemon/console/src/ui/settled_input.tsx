// A field that filters while one types: what it says counts once the keys have rested for a moment.
import { useEffect, useRef, useState } from "preact/hooks";
import { useSettled } from "../hooks/timing";

const pause = 200;  // milliseconds without a key

interface Props {
  label: string;
  placeholder: string;
  value: string;  // what counts now
  change: (value: string) => void;
  look?: string;
}

export function SettledInput({ label, placeholder, value, change, look = "" }: Props) {
  const [text, setText] = useState(value);
  const sent = useRef(value);
  const field = useRef<HTMLInputElement>(null);
  const settled = useSettled(text, pause);
  useEffect(() => {
    if (settled.trim() === sent.current) return;
    sent.current = settled.trim();
    change(sent.current);
  }, [settled]);
  useEffect(() => {  // the way back, or "clear"
    if (value === sent.current) return;
    sent.current = value;
    setText(value);
  }, [value]);
  return (
    <input ref={field} type="search" class={`input ${look}`} value={text} aria-label={label} placeholder={placeholder}
      dir="auto" autoComplete="off" spellcheck={false} onInput={(event) => setText(event.currentTarget.value)}
      onKeyDown={(event) => event.key === "Escape" && field.current?.blur()} />
  );
}
