// Short words about what was done, seen at the corner and read out.
import { useEffect, useState } from "preact/hooks";

interface Toast {
  id: number;
  text: string;
}

const shownFor = 6000;  // milliseconds
let last = 0;
let tell: (toast: Toast) => void = () => {};

export function toast(text: string): void {
  tell({ id: ++last, text });
}

export function Toasts() {
  const [all, setAll] = useState<Toast[]>([]);
  useEffect(() => {
    tell = (one) => {
      setAll((before) => [...before.slice(-2), one]);
      setTimeout(() => setAll((before) => before.filter((other) => other.id !== one.id)), shownFor);
    };
  }, []);
  return (
    <div class="toasts" role="status" aria-live="polite">
      {all.map((one) => <p key={one.id} class="toast" dir="auto">{one.text}</p>)}
    </div>
  );
}
