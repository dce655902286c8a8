// What a view shows of the daemon: loaded by a key, loaded again when something changed, dropped when it is too late.
import { useCallback, useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { type ApiProblem, asProblem, isAbort } from "../api/http";

export interface Resource<T> {
  data: T | undefined;
  problem: ApiProblem | null;
  loading: boolean;  // something is on its way that was asked for, not a quiet refresh
  old: boolean;  // `data` belongs to the key before: shown until the new one is there
  reload: () => void;
}

interface State<T> {
  key: string | null;
  data: T | undefined;
  problem: ApiProblem | null;
  loading: boolean;
}

const mostRemembered = 60;
const remembered = new Map<string, unknown>();

function remember(key: string, data: unknown): void {
  remembered.delete(key);
  remembered.set(key, data);
  const oldest = remembered.keys().next().value;
  if (remembered.size > mostRemembered && oldest !== undefined) remembered.delete(oldest);
}

export function forgetAll(): void {
  remembered.clear();
}

interface How {
  keep?: boolean;  // show what was there while another key is loaded
  version?: unknown;  // a new value: load again, quietly
}

// `key` null: nothing to load. What was loaded for a key once is shown at once, and loaded again behind it.
export function useResource<T>(key: string | null, load: (signal: AbortSignal) => Promise<T>, how: How = {}): Resource<T> {
  const known = key === null ? undefined : (remembered.get(key) as T | undefined);
  const [state, setState] = useState<State<T>>({ key, data: known, problem: null, loading: key !== null && !known });
  const [turn, setTurn] = useState(0);
  const loader = useRef(load);
  loader.current = load;
  // A refresh that is asked for while an answer is on its way comes after it: a slow daemon is not asked in vain.
  const flight = useRef({ on: false, again: false });

  useLayoutEffect(() => {  // not after the paint: the answer is waited for
    if (key === null) return;
    const abort = new AbortController();
    const fresh = remembered.get(key) as T | undefined;
    setState((before) => {
      if (before.key === key && before.data !== undefined) return before;
      const data = fresh ?? (how.keep ? before.data : undefined);
      return { key: fresh === undefined ? before.key : key, data, problem: null, loading: fresh === undefined };
    });
    const land = () => {
      flight.current.on = false;
      if (flight.current.again) setTurn((before) => before + 1);
      flight.current.again = false;
    };
    flight.current = { on: true, again: false };
    loader.current(abort.signal).then(
      (data) => {
        if (abort.signal.aborted) return;
        remember(key, data);
        setState({ key, data, problem: null, loading: false });
        land();
      },
      (error) => {
        if (abort.signal.aborted || isAbort(error)) return;
        setState((before) => ({ ...before, problem: asProblem(error), loading: false }));
        land();
      },
    );
    return () => abort.abort();
  }, [key, turn]);

  const reload = useCallback(() => {
    if (flight.current.on) flight.current.again = true;
    else setTurn((before) => before + 1);
  }, []);
  const first = useRef(true);
  useEffect(() => {
    if (!first.current) reload();
    first.current = false;
  }, [how.version]);
  const old = state.key !== key;
  return {
    data: old && !how.keep ? known : state.data,
    problem: state.problem,
    loading: state.loading || (old && known === undefined && !state.problem && key !== null),
    old: old && key !== null,
    reload,
  };
}
