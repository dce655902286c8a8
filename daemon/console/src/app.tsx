// Who is signed in decides what is shown: the sign-in view, or the shell with a view in it.
import { useCallback, useEffect, useState } from "preact/hooks";
import { getStatus, signOut } from "./api/calls";
import { type ApiProblem, asProblem, whenSignedOut } from "./api/http";
import type { Session, SystemStatus } from "./api/types";
import { AppContext, type AppState } from "./app_state";
import { useChanges } from "./hooks/feed";
import { forgetAll, useResource } from "./hooks/resource";
import { useInterval } from "./hooks/timing";
import { navigate, pathTo, usePlace, type Place } from "./router";
import { Booting, Shell } from "./shell";
import { Mark } from "./ui/mark";
import { ProblemBox } from "./ui/states";
import { Toasts } from "./ui/toast";
import { rememberedAccount, rememberAccount } from "./account_choice";
import { SignIn } from "./views/sign_in";
import { ViewOf } from "./views/view_of";

const refreshStatusEvery = 15_000;

// Asked for when the script began.
export interface First {
  session: Promise<Session>;
  status: Promise<SystemStatus> | null;  // null: used up; what one has seen is not for the next who signs in
}

type Who = { session: Session } | { problem: ApiProblem | null } | "asking";

export function App({ first }: { first: First }) {
  const [who, setWho] = useState<Who>("asking");
  const place = usePlace();
  useEffect(() => {
    whenSignedOut(() => {
      forgetAll();
      setWho({ problem: null });
    });
    first.session.then(
      (session) => setWho({ session }),
      (error) => setWho({ problem: asProblem(error).status === 401 ? null : asProblem(error) }),
    );
  }, []);
  const leave = useCallback(() => {
    const over = () => {
      forgetAll();
      navigate("/signin");
      setWho({ problem: null });
    };
    signOut().then(over, over);
  }, []);
  const enter = (session: Session) => {
    first.status = null;
    if (place.path[0] === "signin") navigate("/overview", { replace: true });
    setWho({ session });
  };
  return (
    <>
      {who === "asking" ? <Booting /> : "session" in who
        ? <SignedIn session={who.session} first={first} place={place} signOut={leave} />
        : who.problem ? <NoSession problem={who.problem} />
          : <SignIn onEnter={enter} />}
      <Toasts />
    </>
  );
}

// Neither signed in nor not: it could not be found out.
function NoSession({ problem }: { problem: ApiProblem }) {
  return (
    <main class="alone">
      <h1><Mark /></h1>
      <ProblemBox problem={problem} onRetry={() => location.reload()} />
    </main>
  );
}

interface SignedInProps {
  session: Session;
  first: First;
  place: Place;
  signOut: () => void;
}

function useStatus(first: First) {
  return useResource("status", (signal) => {
    const waiting = first.status;
    first.status = null;
    return waiting ? waiting.catch(() => getStatus(signal)) : getStatus(signal);
  });
}

function SignedIn({ session, first, place, signOut: leave }: SignedInProps) {
  const status = useStatus(first);
  const accounts = status.data?.accounts ?? [];
  const wanted = place.query.get("account");
  const account = accounts.find((one) => one.id === (wanted ?? rememberedAccount())) ?? (wanted ? undefined : accounts[0]);
  const changes = useChanges(account?.id ?? "");
  useInterval(status.reload, refreshStatusEvery);
  useEffect(() => {
    if (changes > 0) status.reload();
  }, [changes]);
  // The address always names the account, so that a copied link means the same to everybody.
  useEffect(() => {
    if (!account) return;
    rememberAccount(account.id);
    const inside = place.path[0] && place.path[0] !== "signin";
    if (!wanted || !inside) {
      const fields = { ...Object.fromEntries(place.query), account: account.id };
      navigate(pathTo(inside ? location.pathname : "/overview", fields),
        { replace: true, state: place.state });
    }
  }, [account?.id, wanted, place]);
  const state: AppState = { session, status, account, place, changes, signOut: leave };
  return (
    <AppContext.Provider value={state}>
      <Shell>
        <ViewOf place={place} />
      </Shell>
    </AppContext.Provider>
  );
}
