// Tells a view that contacts of its account have changed, as the daemon says it.
import { useEffect, useState } from "preact/hooks";
import { address } from "../api/http";

// Milliseconds: one change is told at once, many in a row now and then, so that a bulk job does not keep every console busy.
const soon = 250;
const later = 3000;
const comeAgain = 30_000;  // after a refusal, such as too many streams

// A number that grows with every change. Nothing is open while nobody looks; who comes back is told at once.
export function useChanges(account: string): number {
  const [version, setVersion] = useState(0);
  useEffect(() => {
    if (!account) return;
    let source: EventSource | null = null;
    let timer = 0;
    let told = -later;
    let again = 0;
    const tell = () => {
      if (timer) return;
      timer = window.setTimeout(() => {
        timer = 0;
        told = performance.now();
        setVersion((before) => before + 1);
      }, performance.now() - told < 2 * later ? later : soon);
    };
    const open = (missedSome: boolean) => {
      if (source || document.hidden) return;
      source = new EventSource(address("changes", { account, after: "latest" }));
      source.onmessage = tell;
      source.onerror = () => {
        if (source?.readyState !== EventSource.CLOSED) return;  // it comes again by itself
        close();
        again = window.setTimeout(() => open(true), comeAgain);
      };
      if (missedSome) tell();
    };
    const close = () => {
      source?.close();
      source = null;
      clearTimeout(again);
    };
    const look = () => (document.hidden ? close() : open(true));
    open(false);
    document.addEventListener("visibilitychange", look);
    return () => {
      document.removeEventListener("visibilitychange", look);
      close();
      clearTimeout(timer);
    };
  }, [account]);
  return version;
}
