// Keyboard shortcuts: single keys and "g" sequences, silent while somebody types or a dialog is open.
import { useLayoutEffect, useRef } from "preact/hooks";

export type Keys = Record<string, (event: KeyboardEvent) => void>;

const stack: Keys[] = [];
const never = -Infinity;
let leader = never;  // when "g" was pressed, in milliseconds since the page was opened

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLInputElement) return !["checkbox", "radio", "button", "file"].includes(target.type);
  return target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement || target.isContentEditable;
}

function find(name: string): Keys[string] | undefined {
  for (let i = stack.length - 1; i >= 0; --i) if (stack[i]![name]) return stack[i]![name];
  return undefined;
}

function onKey(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing || event.altKey) return;
  if (document.querySelector("dialog[open], [role=menu]:popover-open")) return;
  if (event.metaKey || event.ctrlKey) {
    if (event.key.toLowerCase() === "k") call("mod+k", event);
    return;
  }
  if (isTyping(event.target)) return;
  const afterLeader = event.timeStamp - leader < 1500;
  leader = never;
  if (event.key === "g" && !afterLeader) {
    leader = event.timeStamp;
    return;
  }
  call(afterLeader ? `g ${event.key}` : event.key, event);
}

function call(name: string, event: KeyboardEvent): void {
  const action = find(name);
  if (!action) return;
  event.preventDefault();
  action(event);
}

export function listenToKeys(): void {
  document.addEventListener("keydown", onKey);
}

// While the component is shown these keys do this; of two that want a key the later one has it.
export function useKeys(keys: Keys): void {
  const latest = useRef(keys);
  latest.current = keys;
  useLayoutEffect(() => {
    const mine = new Proxy({} as Keys, { get: (_, name: string) => latest.current[name] });
    stack.push(mine);
    return () => void stack.splice(stack.indexOf(mine), 1);
  }, []);
}
