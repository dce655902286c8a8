// Tells a view that contacts of its account have changed, as the daemon says it.
import { useEffect, useState } from "preact/hooks";
import { address } from "../api/http";

const atMostEvery = 1000;  // milliseconds between two tellings

// A number that grows with every change. Nothing is open while nobody looks; who comes back is told at once.
export function useChanges(account: string): number {
  const [version, setVersion] = useState(0);
  useEffect(() => {
    if (!account) return;
    let source: EventSource | null = null;
    let timer = 0;
    const tell = () => {
      if (timer) return;
      timer = window.setTimeout(() => {
        timer = 0;
        setVersion((before) => before + 1);
      }, atMostEvery);
    };
    const open = (again: boolean) => {
      if (source || document.hidden) return;
      source = new EventSource(address("changes", { account, after: "latest" }));
      source.onmessage = tell;
      if (again) tell();
    };
    const close = () => {
      source?.close();
      source = null;
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
