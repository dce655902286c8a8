// A button with a menu below it: arrow keys, Home, End, first letters, Escape.
import type { ComponentChildren } from "preact";
import { useId, useRef, useState } from "preact/hooks";
import { Icon, type IconName } from "./icon";

export interface MenuItem {
  text: string;
  icon?: IconName;
  checked?: boolean;  // a choice: shown with a tick
  many?: boolean;  // of which several can be chosen
  danger?: boolean;
  href?: string;
  onChoose?: () => void;
}

interface Props {
  label: string;
  items: MenuItem[];
  children: ComponentChildren;  // what the button shows
  look?: string;
  busy?: boolean;
  hideLabel?: boolean;  // the button shows no words of its own
}

function place(menu: HTMLElement, button: HTMLElement): void {
  const box = button.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = menu;
  const left = box.left + width > innerWidth - 8 ? box.right - width : box.left;
  const top = box.bottom + height + 4 > innerHeight && box.top > height + 12 ? box.top - height - 4 : box.bottom + 4;
  menu.style.left = `${Math.max(8, left)}px`;
  menu.style.top = `${Math.max(8, top)}px`;
}

export function Menu({ label, items, children, look = "button plain", busy, hideLabel }: Props) {
  const id = useId();
  const [open, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const menu = useRef<HTMLDivElement>(null);
  const all = () => Array.from(menu.current?.querySelectorAll<HTMLElement>("[role^=menuitem]") ?? []);

  const show = () => {
    if (busy || !menu.current || !button.current) return;
    menu.current.showPopover();
    place(menu.current, button.current);
    all()[0]?.focus();
  };
  const hide = () => {
    menu.current?.hidePopover();
    button.current?.focus();
  };
  const choose = (item: MenuItem) => {
    if (!item.many) hide();
    item.onChoose?.();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const entries = all();
    const at = entries.indexOf(document.activeElement as HTMLElement);
    const to = (index: number) => {
      event.preventDefault();
      entries[(index + entries.length) % entries.length]?.focus();
    };
    event.stopPropagation();
    if (event.key === "ArrowDown") to(at + 1);
    else if (event.key === "ArrowUp") to(at - 1);
    else if (event.key === "Home") to(0);
    else if (event.key === "End") to(-1);
    else if (event.key === "Tab") hide();
    else if (event.key === "Escape") (event.preventDefault(), hide());
    else if (/^\p{L}$/u.test(event.key)) {
      const found = entries.findIndex((entry, i) => i > at && begins(entry, event.key));
      const any = found < 0 ? entries.findIndex((entry) => begins(entry, event.key)) : found;
      if (any >= 0) to(any);
    }
  };
  return (
    <>
      <button ref={button} type="button" class={look} aria-haspopup="menu" aria-expanded={open} aria-controls={id}
        aria-label={hideLabel ? label : undefined} title={hideLabel ? label : undefined} aria-disabled={busy || undefined}
        onClick={show} onKeyDown={(event) => event.key === "ArrowDown" && (event.preventDefault(), show())}>
        {children}
        {busy && <span class="spinner" aria-hidden="true" />}
      </button>
      <div ref={menu} id={id} role="menu" aria-label={label} class="menu" popover="auto" onKeyDown={onKeyDown}
        onToggle={(event) => setOpen(event.newState === "open")}>
        {items.map((item, i) => <Entry key={i} item={item} choose={choose} />)}
      </div>
    </>
  );
}

function begins(entry: HTMLElement, letter: string): boolean {
  return (entry.textContent ?? "").trim().toLowerCase().startsWith(letter.toLowerCase());
}

function Entry({ item, choose }: { item: MenuItem; choose: (item: MenuItem) => void }) {
  const role = item.checked === undefined ? "menuitem" : item.many ? "menuitemcheckbox" : "menuitemradio";
  const look = `menu-item${item.danger ? " danger" : ""}`;
  const mark = item.checked === undefined ? item.icon : item.checked ? "check" : undefined;
  const inside = (
    <>
      <span class="menu-mark">{mark && <Icon name={mark} />}</span>
      <span dir="auto">{item.text}</span>
    </>
  );
  if (item.href)
    return <a role={role} tabIndex={-1} class={look} href={item.href} onClick={() => choose(item)}>{inside}</a>;
  return (
    <button role={role} aria-checked={item.checked} tabIndex={-1} type="button" class={look} onClick={() => choose(item)}>
      {inside}
    </button>
  );
}
