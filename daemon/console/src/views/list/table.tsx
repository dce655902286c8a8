// The rows of the contact list.
import { useRef } from "preact/hooks";
import type { Contact, Reason } from "../../api/types";
import { useApp, useMay, useTo } from "../../app_state";
import { useKeys } from "../../hooks/keys";
import { navigate } from "../../router";
import { texts } from "../../texts";
import { ReasonBadge, StatusBadge } from "../../ui/badge";
import { Icon } from "../../ui/icon";
import { Menu, type MenuItem } from "../../ui/menu";
import { toast } from "../../ui/toast";
import { Name, Time } from "../../ui/words";
import type { Chosen } from "./selection";
import type { ColumnName, ListQuery } from "./query";

const words = texts.list;

interface Props {
  contacts: Contact[];
  query: ListQuery;
  chosen: Chosen;
  sortBy: (sort: string) => void;
  manage: (contact: Contact, want: "resubscribe" | "unsubscribe") => void;
}

// How the daemon orders by each: the direction is fixed.
const sorts: Partial<Record<ColumnName | "name", { sort: string; direction: "ascending" | "descending" }>> = {
  name: { sort: "name", direction: "ascending" },
  email: { sort: "email", direction: "ascending" },
  status: { sort: "status", direction: "ascending" },
  changed: { sort: "changed", direction: "descending" },
};
const titles: Record<ColumnName, string> = {
  email: words.email, status: words.state, reasons: words.reasons, records: words.records, changed: words.changed,
};

export function ContactTable({ contacts, query, chosen, sortBy, manage }: Props) {
  const body = useRef<HTMLTableSectionElement>(null);
  const maySelect = useMay("unsubscribe");
  const links = () => Array.from(body.current?.querySelectorAll<HTMLAnchorElement>(".row-link") ?? []);
  const at = () => links().findIndex((link) => link.closest("tr")?.contains(document.activeElement));
  const step = (by: number) => () => {
    const all = links();
    const here = at();
    const next = all[here < 0 ? (by > 0 ? 0 : all.length - 1) : Math.min(all.length - 1, Math.max(0, here + by))];
    next?.focus();
    next?.scrollIntoView({ block: "nearest" });
  };
  useKeys({
    j: step(1),
    k: step(-1),
    x: (event) => {
      const contact = contacts[at()];
      if (contact && maySelect && !chosen.frozen) chosen.toggle(contact, event.shiftKey);
    },
    ".": () => links()[at()]?.closest("tr")?.querySelector<HTMLButtonElement>(".row-menu")?.click(),
  });
  const active = query.sort || (query.filter.q ? "" : "email");
  const has = (name: ColumnName) => query.columns.includes(name);
  return (
    <div class="table-wrap list-wrap">
      <table class="table list" aria-label={words.table}>
        <thead>
          <tr>
            {maySelect && <th scope="col" class="tick-cell"><PageTick chosen={chosen} /></th>}
            <Head name="name" title={words.name} active={active} sortBy={sortBy} />
            {query.columns.map((name) => <Head key={name} name={name} title={titles[name]} active={active} sortBy={sortBy} />)}
            <th scope="col" class="menu-cell"><span class="hidden">{texts.list.more("")}</span></th>
          </tr>
        </thead>
        <tbody ref={body}>
          {contacts.map((contact) => (
            <Row key={contact.id} contact={contact} has={has} chosen={chosen} maySelect={maySelect} manage={manage} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Head(props: { name: ColumnName | "name"; title: string; active: string; sortBy: (sort: string) => void }) {
  const sort = sorts[props.name];
  const on = sort?.sort === props.active;
  const look = props.name === "name" ? undefined : `wide-only column-${props.name}`;
  if (!sort) return <th scope="col" class={look}>{props.title}</th>;
  return (
    <th scope="col" class={look} aria-sort={on ? sort.direction : undefined}>
      <button type="button" class={on ? "sort on" : "sort"} title={words.sortBy(props.title)} onClick={() => props.sortBy(sort.sort)}>
        {props.title}{on && <Icon name="down" />}
      </button>
    </th>
  );
}

function PageTick({ chosen }: { chosen: Chosen }) {
  return (
    <label class="tick-box" title={chosen.frozen ? words.fixed : words.selectPage}>
      <input type="checkbox" aria-label={words.selectPage} disabled={chosen.frozen !== null}
        checked={chosen.pageState === "all"} onChange={chosen.togglePage}
        ref={(box) => void (box && (box.indeterminate = chosen.pageState === "some"))} />
    </label>
  );
}

interface RowProps {
  contact: Contact;
  has: (name: ColumnName) => boolean;
  chosen: Chosen;
  maySelect: boolean;
  manage: Props["manage"];
}

const whoIs = (contact: Contact) => contact.name || contact.display || contact.email;

function Row({ contact, has, chosen, maySelect, manage }: RowProps) {
  const to = useTo();
  const who = whoIs(contact);
  const address = contact.display || contact.email;
  return (
    <tr class={chosen.has(contact.id) ? "chosen" : undefined}>
      {maySelect && (
        <td class="tick-cell">
          <label class="tick-box" title={chosen.frozen ? words.fixed : undefined}>
            <input type="checkbox" aria-label={words.select(who)} checked={chosen.has(contact.id)} disabled={chosen.frozen !== null}
              onClick={(event) => chosen.toggle(contact, event.shiftKey)} />
          </label>
        </td>
      )}
      <th scope="row" class="who-cell">
        <a class="row-link" href={to(`/contacts/${contact.id}`)}><Name text={who} /></a>
        {contact.name && <span class={has("email") ? "narrow-only" : undefined}><Name text={address} /></span>}
        <span class="narrow-only row-badges"><State contact={contact} /></span>
      </th>
      {has("email") && <td class="wide-only"><Name text={address} /></td>}
      {has("status") && <td class="wide-only"><StatusBadge status={contact.status} /></td>}
      {has("reasons") && <td class="wide-only"><span class="reasons">{reasonsOf(contact).map((one) => <ReasonBadge key={one} reason={one} />)}</span></td>}
      {has("records") && <td class="wide-only"><Records contact={contact} /></td>}
      {has("changed") && <td class="wide-only"><Time at={contact.changed_at} /></td>}
      <td class="menu-cell"><RowMenu contact={contact} who={who} manage={manage} /></td>
    </tr>
  );
}

function reasonsOf(contact: Contact): Reason[] {
  const all = new Set(contact.suppressions.map((one) => one.reason));
  if (contact.reason) all.delete(contact.reason);
  return [...(contact.reason ? [contact.reason] : []), ...all];
}

function State({ contact }: { contact: Contact }) {
  return contact.reason ? <ReasonBadge reason={contact.reason} /> : <StatusBadge status={contact.status} />;
}

function Records({ contact }: { contact: Contact }) {
  const live = contact.records.filter((record) => !record.deleted);
  return <Name text={live.map((record) => `${record.connection}:${record.external_id}`).join(", ") || "–"} />;
}

function RowMenu({ contact, who, manage }: { contact: Contact; who: string; manage: Props["manage"] }) {
  const { session } = useApp();
  const mayUnsubscribe = useMay("unsubscribe");
  const to = useTo();
  const items: MenuItem[] = [{ text: words.open, icon: "contacts", onChoose: () => navigate(to(`/contacts/${contact.id}`)) }];
  if (session.role !== "viewer" && contact.status !== "subscribed")
    items.push({ text: words.resubscribe, icon: "mail", onChoose: () => manage(contact, "resubscribe") });
  if (mayUnsubscribe && contact.status !== "unsubscribed")
    items.push({ text: words.unsubscribe, icon: "close", onChoose: () => manage(contact, "unsubscribe") });
  items.push({ text: words.copy, icon: "columns", onChoose: () => copy(contact.email) });
  return <Menu label={words.more(who)} items={items} look="icon-button row-menu" hideLabel><Icon name="more" /></Menu>;
}

function copy(text: string): void {
  navigator.clipboard?.writeText(text).then(() => toast(words.copied), () => {});
}
