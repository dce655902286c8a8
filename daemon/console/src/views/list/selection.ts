// Which contacts are chosen: some of them one by one, or a frozen selection of many that the daemon has made.
import { useEffect, useRef, useState } from "preact/hooks";
import { makeSelection, type SelectionOf } from "../../api/calls";
import type { Contact, Selection } from "../../api/types";
import { type Action, useAction } from "../../hooks/action";

export interface Chosen {
  count: number;
  frozen: Selection | null;
  has: (id: string) => boolean;
  toggle: (contact: Contact, range: boolean) => void;
  togglePage: () => void;
  pageState: "all" | "some" | "none";
  clear: () => void;
  freeze: Action<[SelectionOf]>;
  of: () => SelectionOf;
}

// `account` and `filter` (as text): what is frozen was made of them, and goes with them.
export function useChosen(account: string, filter: string, page: Contact[]): Chosen {
  const [ids, setIds] = useState<ReadonlySet<string>>(new Set());
  const [frozen, setFrozen] = useState<Selection | null>(null);
  const last = useRef<string | null>(null);
  const freeze = useAction((of: SelectionOf) => makeSelection(account, of), (selection) => setFrozen(selection));
  useEffect(() => setFrozen(null), [filter]);

  const on = page.filter((contact) => ids.has(contact.id)).length;
  const pageState = page.length > 0 && (frozen || on === page.length) ? "all" : on > 0 ? "some" : "none";
  const set = (which: Contact[], chosen: boolean) => setIds((before) => {
    const after = new Set(before);
    for (const contact of which) chosen ? after.add(contact.id) : after.delete(contact.id);
    return after;
  });
  // With shift: everybody from the last one to this one, as this one becomes.
  const toggle = (contact: Contact, range: boolean) => {
    const at = page.findIndex((one) => one.id === contact.id);
    const from = page.findIndex((one) => one.id === last.current);
    const chosen = !ids.has(contact.id);
    last.current = contact.id;
    set(range && from >= 0 ? page.slice(Math.min(at, from), Math.max(at, from) + 1) : [contact], chosen);
  };
  const clear = () => {
    setIds(new Set());
    setFrozen(null);
    last.current = null;
  };
  return {
    count: frozen?.count ?? ids.size,
    frozen,
    has: (id) => frozen !== null || ids.has(id),
    toggle,
    togglePage: () => set(page, pageState !== "all"),
    pageState,
    clear,
    freeze,
    of: () => ({ ids: [...ids] }),
  };
}
