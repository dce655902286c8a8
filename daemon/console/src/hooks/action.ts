// A button that changes something: one request at a time, progress while it runs, the problem if it fails.
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { type ApiProblem, asProblem } from "../api/http";

export interface Action<A extends unknown[]> {
  busy: boolean;
  problem: ApiProblem | null;
  run: (...args: A) => void;
  clear: () => void;
}

export function useAction<A extends unknown[], T>(
  work: (...args: A) => Promise<T>, done: (answer: T, ...args: A) => void): Action<A> {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<ApiProblem | null>(null);
  const running = useRef(false);
  const shown = useRef(true);
  const latest = useRef({ work, done });
  latest.current = { work, done };
  useEffect(() => {
    shown.current = true;
    return () => void (shown.current = false);
  }, []);

  const run = useCallback((...args: A) => {
    if (running.current) return;
    running.current = true;
    setBusy(true);
    setProblem(null);
    latest.current.work(...args).then(
      (answer) => shown.current && latest.current.done(answer, ...args),
      (error) => shown.current && setProblem(asProblem(error)),
    ).finally(() => {
      running.current = false;
      if (shown.current) setBusy(false);
    });
  }, []);
  const clear = useCallback(() => setProblem(null), []);
  return { busy, problem, run, clear };
}
