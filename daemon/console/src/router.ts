// Which view the address bar names. Paths are ordinary ones: the daemon answers each of them with the same page.
import { useEffect, useState } from "preact/hooks";

export interface Place {
  path: string[];  // "/contacts/17" -> ["contacts", "17"]
  query: URLSearchParams;
  state: unknown;  // what was kept with this entry of the history
}

const listeners = new Set<() => void>();
let moved = false;

function here(): Place {
  return {
    path: location.pathname.split("/").filter(Boolean).map(decodePart),
    query: new URLSearchParams(location.search),
    state: history.state,
  };
}

function decodePart(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

function announce(): void {
  for (const listener of listeners) listener();
}

export function navigate(to: string, how: { replace?: boolean; state?: unknown } = {}): void {
  if (!how.replace) moved = true;
  if (how.replace) history.replaceState(how.state ?? null, "", to);
  else history.pushState(how.state ?? null, "", to);
  announce();
}

// Whether the reader has gone anywhere since the page was loaded: only then does a new view take the focus.
export function hasMoved(): boolean {
  return moved;
}

export function usePlace(): Place {
  const [place, setPlace] = useState(here);
  useEffect(() => {
    const listener = () => setPlace(here());
    listeners.add(listener);
    return () => void listeners.delete(listener);
  }, []);
  return place;
}

export type Fields = Record<string, string | null | undefined>;

// "/contacts?account=harbour&q=ann": empty fields are left out.
export function pathTo(path: string, fields: Fields = {}): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(fields)) if (value) query.set(name, value);
  const text = query.toString();
  return text ? `${path}?${text}` : path;
}

function isOurs(link: HTMLAnchorElement): boolean {
  return link.origin === location.origin && !link.target && !link.hasAttribute("download") &&
    !link.pathname.startsWith("/api/") && !link.hash;
}

// Links are ordinary ones, so that they can be copied and opened in a new tab; a plain click stays on the page.
export function followLinks(): void {
  addEventListener("popstate", () => {
    moved = true;
    announce();
  });
  document.addEventListener("click", (event) => {
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey) return;
    const link = (event.target as Element).closest("a");
    if (!link || !isOurs(link)) return;
    event.preventDefault();
    navigate(link.pathname + link.search);
    scrollTo(0, 0);
  });
}
