// What every view knows: who is signed in, the state of everything, which account is looked at.
import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { Account, Role, Session, SystemStatus } from "./api/types";
import type { Resource } from "./hooks/resource";
import { pathTo, type Fields, type Place } from "./router";

export interface AppState {
  session: Session;
  status: Resource<SystemStatus>;
  account: Account | undefined;  // undefined: not known yet, or there is none
  place: Place;
  changes: number;  // grows when contacts of the account change
  signOut: () => void;
}

export const AppContext = createContext<AppState | null>(null);

export function useApp(): AppState {
  const state = useContext(AppContext);
  if (!state) throw new Error("outside of the application");
  return state;
}

// What a role may do; the daemon refuses the rest anyway.
export type Right = "unsubscribe" | "operate" | "support" | "administer";
const rights: Record<Role, Right[]> = {
  viewer: [],
  operator: ["unsubscribe", "operate"],
  support: ["unsubscribe", "support"],
  admin: ["unsubscribe", "operate", "support", "administer"],
};

export function may(session: Session, right: Right): boolean {
  return rights[session.role]?.includes(right) ?? false;
}

export function useMay(right: Right): boolean {
  return may(useApp().session, right);
}

// The path of a view of the account that is looked at.
export function useTo(): (path: string, fields?: Fields) => string {
  const { account, place } = useApp();
  const id = account?.id ?? place.query.get("account");
  return (path, fields) => pathTo(path, { account: id, ...fields });
}
