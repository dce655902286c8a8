// Where one can go, and for which account.
import { may, useApp, useTo } from "./app_state";
import type { SystemStatus } from "./api/types";
import { number } from "./format";
import { navigate, pathTo } from "./router";
import { texts } from "./texts";
import { Icon, type IconName } from "./ui/icon";
import { Mark } from "./ui/mark";
import { Menu } from "./ui/menu";

interface Entry {
  path: string;
  text: string;
  icon: IconName;
  also?: string[];  // views that belong to it
}

const contacts: Entry[] = [
  { path: "overview", text: texts.nav.overview, icon: "overview" },
  { path: "contacts", text: texts.nav.contacts, icon: "contacts" },
  { path: "jobs", text: texts.nav.jobs, icon: "jobs", also: ["bulk"] },
];
const importing: Entry = { path: "import", text: texts.nav.imports, icon: "imports" };
const operations: Entry[] = [
  { path: "syncs", text: texts.nav.syncs, icon: "syncs", also: ["runs"] },
  { path: "audit", text: texts.nav.audit, icon: "audit" },
  { path: "settings", text: texts.nav.settings, icon: "settings" },
];

export function Navigation() {
  const { session } = useApp();
  return (
    <nav class="nav" aria-label={texts.nav.label}>
      <Mark />
      <AccountSwitcher />
      <Group title={texts.nav.groupContacts} entries={may(session, "operate") ? [...contacts, importing] : contacts} />
      <Group title={texts.nav.groupOperations} entries={operations} />
    </nav>
  );
}

function Group({ title, entries }: { title: string; entries: Entry[] }) {
  const { place, status, account } = useApp();
  const to = useTo();
  const at = place.path[0] ?? "overview";
  const held = status.data && account ? heldRuns(status.data, account.id) : 0;
  return (
    <>
      <p class="nav-title">{title}</p>
      <ul>
        {entries.map((entry) => {
          const here = entry.path === at || (entry.also?.includes(at) ?? false);
          return (
            <li key={entry.path}>
              <a class="nav-link" href={to(`/${entry.path}`)} aria-current={here ? "page" : undefined}>
                <Icon name={entry.icon} />{entry.text}
                {entry.path === "syncs" && held > 0 && (
                  <span class="nav-count">{number(held)}<span class="hidden"> {texts.nav.held}</span></span>
                )}
              </a>
            </li>
          );
        })}
      </ul>
    </>
  );
}

function heldRuns(status: SystemStatus, account: string): number {
  const mine = new Set(status.connections.filter((one) => one.account === account).map((one) => one.id));
  return status.held_runs.filter((run) => mine.has(run.connection)).length;
}

// Whose contacts are looked at. Going to another account keeps the view, and drops what belongs to the one before.
function AccountSwitcher() {
  const { status, account, place } = useApp();
  const accounts = status.data?.accounts ?? [];
  if (!status.data) return <div class="switcher waiting" aria-hidden="true"><span class="bar bar-0" /></div>;
  const view = ["bulk", "jobs", "runs", "contacts", "syncs"].includes(place.path[0] ?? "") && place.path.length > 1
    ? { jobs: "/jobs", contacts: "/contacts", bulk: "/contacts" }[place.path[0]!] ?? "/syncs"
    : place.path[0] === "bulk" ? "/contacts" : `/${place.path[0] ?? "overview"}`;
  const items = accounts.map((one) => ({
    text: [one.name || one.id, ...(heldRuns(status.data!, one.id) > 0 ? [texts.nav.heldIn(heldRuns(status.data!, one.id))] : [])].join(" · "),
    checked: one.id === account?.id,
    onChoose: () => navigate(pathTo(view, { account: one.id })),
  }));
  return (
    <Menu label={texts.nav.account} items={items} look="switcher">
      <span class="switcher-mark" aria-hidden="true">{[...(account?.name || account?.id || "?")][0]?.toUpperCase()}</span>
      <span class="hidden">{texts.nav.account}: </span>
      <bdi class="name strong">{account ? account.name || account.id : texts.nav.chooseAccount}</bdi>
      <Icon name="down" />
    </Menu>
  );
}
