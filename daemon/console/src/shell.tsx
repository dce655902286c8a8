// The frame around every view: navigation, account, search, who is signed in, shortcuts.
import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { useApp, useTo } from "./app_state";
import { useKeys } from "./hooks/keys";
import { Navigation } from "./navigation";
import { QuickSearch, focusSearch } from "./quick_search";
import { navigate } from "./router";
import { texts } from "./texts";
import { IconButton } from "./ui/button";
import { Help } from "./ui/help";
import { Mark } from "./ui/mark";
import { Skeleton } from "./ui/states";
import { UserMenu } from "./user_menu";

export function Shell({ children }: { children: ComponentChildren }) {
  const { place } = useApp();
  const to = useTo();
  const [help, setHelp] = useState(false);
  const drawer = useRef<HTMLDialogElement>(null);
  const go = (path: string) => () => navigate(to(path));
  useKeys({
    "/": focusSearch,
    "mod+k": focusSearch,
    "?": () => setHelp(true),
    "g o": go("/overview"),
    "g c": go("/contacts"),
    "g s": go("/syncs"),
    "g j": go("/jobs"),
    "g i": go("/import"),
    "g a": go("/audit"),
    "g t": go("/settings"),
  });
  useEffect(() => drawer.current?.close(), [place]);
  return (
    <div class="shell">
      <a class="skip" href="#view" onClick={skip}>{texts.skip}</a>
      <div class="side"><Navigation /></div>
      <dialog ref={drawer} class="drawer" aria-label={texts.nav.label}
        onPointerDown={(event) => event.target === drawer.current && drawer.current?.close()}>
        <div class="drawer-box">
          <IconButton icon="close" label={texts.close} onClick={() => drawer.current?.close()} />
          <Navigation />
        </div>
      </dialog>
      <header class="top">
        <span class="narrow-only">
          <IconButton icon="menu" label={texts.nav.open} onClick={() => drawer.current?.showModal()} />
        </span>
        <QuickSearch />
        <span class="grow" />
        <IconButton icon="help" label={texts.help.open} onClick={() => setHelp(true)} />
        <UserMenu />
      </header>
      <main class="view" id="view" tabIndex={-1}>{children}</main>
      {help && <Help onClose={() => setHelp(false)} />}
    </div>
  );
}

function skip(event: MouseEvent): void {
  event.preventDefault();
  document.getElementById("view")?.focus();
}

// Before it is known who looks.
export function Booting() {
  return (
    <div class="shell" aria-busy="true">
      <div class="side"><Mark /></div>
      <div class="top" />
      <main class="view"><span class="hidden">{texts.loading}</span><Skeleton rows={6} /></main>
    </div>
  );
}
