// Finds a contact while its name or address is being typed.
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { getContacts } from "./api/calls";
import type { Contact } from "./api/types";
import { useApp, useTo } from "./app_state";
import { useResource } from "./hooks/resource";
import { useLasting, useSettled } from "./hooks/timing";
import { navigate } from "./router";
import { texts } from "./texts";
import { ReasonBadge, StatusBadge } from "./ui/badge";
import { Icon } from "./ui/icon";
import { Name } from "./ui/words";

const mostFound = 8;
const pause = 80;  // milliseconds without a key before it is asked

// The search of the view, where it has one of its own, or the one above every view.
export function focusSearch(): void {
  const field = document.querySelector<HTMLInputElement>("#view [type=search]") ??
    document.querySelector<HTMLInputElement>(".quick [role=combobox]");
  field?.focus();
  field?.select();
}

export function QuickSearch() {
  const { account, place } = useApp();
  const to = useTo();
  const id = useId();
  const [text, setText] = useState("");
  const [open, setOpen] = useState(false);
  const [active, setActive] = useState(-1);
  const field = useRef<HTMLInputElement>(null);
  const asked = useSettled(text.trim(), pause);
  const found = useResource(asked && account ? `quick ${account.id} ${asked}` : null,
    (signal) => getContacts({ account: account?.id, q: asked, limit: mostFound }, signal), { keep: true });
  const items = text.trim() && found.data ? found.data.items : [];
  const waiting = useLasting(found.loading || found.old);
  useEffect(() => setActive(items.length > 0 ? 0 : -1), [found.data]);
  useEffect(() => {
    setOpen(false);
    setText("");
  }, [place.path.join("/"), account?.id]);

  const choose = (contact: Contact) => {
    setOpen(false);
    setText("");
    navigate(to(`/contacts/${contact.id}`));
  };
  const everything = () => navigate(to("/contacts", { q: text.trim() }));
  const onKeyDown = (event: KeyboardEvent) => {
    const move = (to: number) => {
      event.preventDefault();
      setOpen(true);
      if (items.length > 0) setActive((to + items.length) % items.length);
    };
    if (event.key === "ArrowDown") move(active + 1);
    else if (event.key === "ArrowUp") move(active - 1);
    else if (event.key === "Enter" && text.trim()) {
      const chosen = items[Math.max(active, 0)];  // the first, before it is drawn as chosen
      if (open && chosen && !found.old) choose(chosen);
      else everything();
    } else if (event.key === "Escape") {
      if (open && text) setOpen(false);
      else (setText(""), field.current?.blur());
    }
  };
  const showList = open && text.trim() !== "";
  return (
    <search class="quick">
      <Icon name="search" />
      <input ref={field} role="combobox" class="quick-input" type="text" value={text} autoComplete="off" spellcheck={false}
        aria-label={texts.quick.label} placeholder={texts.quick.placeholder} aria-expanded={showList}
        aria-controls={`${id}-list`} aria-autocomplete="list" dir="auto" disabled={!account}
        aria-activedescendant={showList && active >= 0 ? `${id}-${active}` : undefined} onKeyDown={onKeyDown}
        onFocus={() => setOpen(true)} onBlur={() => setOpen(false)}
        onInput={(event) => (setText(event.currentTarget.value), setOpen(true))} />
      <kbd aria-hidden="true">/</kbd>
      <div class="quick-list" hidden={!showList}>
        <div id={`${id}-list`} role="listbox" aria-label={texts.quick.found} aria-busy={found.old}>
          {items.map((contact, i) => (
            <div key={contact.id} id={`${id}-${i}`} role="option" aria-selected={i === active} class="quick-item"
              onPointerDown={(event) => event.preventDefault()} onClick={() => choose(contact)}>
              <span class="quick-who">
                <Name text={contact.name || contact.display || contact.email} strong />
                {contact.name && <Name text={contact.display || contact.email} />}
              </span>
              {contact.reason ? <ReasonBadge reason={contact.reason} /> : <StatusBadge status={contact.status} />}
            </div>
          ))}
        </div>
        <p class="quick-note" role="status">
          {found.problem ? found.problem.detail : items.length === 0 && !found.loading && !found.old
            ? texts.quick.nothing : waiting ? texts.loading : texts.quick.hint(items.length)}
        </p>
      </div>
    </search>
  );
}
