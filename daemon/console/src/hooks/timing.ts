// Things that happen again and again while somebody looks.
import { useEffect, useRef, useState } from "preact/hooks";

// Calls it every so many milliseconds while the page is visible, and at once when it becomes visible again.
export function useInterval(call: () => void, every: number | null): void {
  const latest = useRef(call);
  latest.current = call;
  useEffect(() => {
    if (every === null) return;
    let missed = false;
    const tick = () => (document.hidden ? void (missed = true) : latest.current());
    const back = () => {
      if (document.hidden || !missed) return;
      missed = false;
      latest.current();
    };
    const timer = setInterval(tick, every);
    document.addEventListener("visibilitychange", back);
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", back);
    };
  }, [every]);
}

// The value, once it has stood still for a moment.
export function useSettled<T>(value: T, milliseconds: number): T {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), milliseconds);
    return () => clearTimeout(timer);
  }, [value, milliseconds]);
  return settled;
}

// True when it has been true for a moment: what is over sooner is not worth a flicker.
export function useLasting(now: boolean, milliseconds = 200): boolean {
  const [lasting, setLasting] = useState(false);
  useEffect(() => {
    if (!now) return setLasting(false);
    const timer = setTimeout(() => setLasting(true), milliseconds);
    return () => clearTimeout(timer);
  }, [now, milliseconds]);
  return now && lasting;
}
