// A run or a job is looked at in its own account, whatever account an old or copied address names: else its links lead astray.
import { useEffect } from "preact/hooks";
import { useApp } from "../app_state";
import { navigate, pathTo } from "../router";

// `own`: undefined as long as it is not known.
export function useOwnAccount(own: string | undefined): void {
  const { account, place } = useApp();
  useEffect(() => {
    if (!own || !account || own === account.id) return;
    navigate(pathTo(location.pathname, { ...Object.fromEntries(place.query), account: own }), { replace: true, state: place.state });
  }, [own, account?.id]);
}
