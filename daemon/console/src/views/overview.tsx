// Contacts → Overview: how many are mailed, why others are not, and what needs somebody.
import type { Account, Status } from "../api/types";
import { useApp, useTo } from "../app_state";
import { number, percent } from "../format";
import { texts } from "../texts";
import { LinkButton } from "../ui/button";
import { Empty } from "../ui/states";
import { Attention } from "./attention";
import { History } from "./history";
import { View } from "./view_of";

const statuses: Status[] = ["subscribed", "unsubscribed", "on_hold"];

export function Overview() {
  const { account } = useApp();
  if (!account) return null;
  const total = statuses.reduce((sum, status) => sum + account.contacts[status], 0);
  return (
    <View title={texts.overview.title} about={<bdi>{account.name || account.id}</bdi>}>
      <ul class="tiles">
        {statuses.map((status) => <Tile key={status} account={account} status={status} total={total} />)}
      </ul>
      <div class="overview-grid">
        <Attention account={account} />
        {total === 0 ? <NoContacts account={account} /> : <History account={account} />}
      </div>
    </View>
  );
}

function Tile({ account, status, total }: { account: Account; status: Status; total: number }) {
  const to = useTo();
  const value = account.contacts[status];
  return (
    <li>
      <a class={`tile ${status}`} href={to("/contacts", { status })}>
        <span class="tile-name">{texts.status[status]}</span>
        <span class="tile-value">{number(value)}</span>
        <span class="muted">{total > 0 ? texts.overview.of(percent(value / total)) : "–"}</span>
      </a>
    </li>
  );
}

function NoContacts({ account }: { account: Account }) {
  const to = useTo();
  return (
    <section class="panel">
      <Empty icon="contacts" title={texts.overview.noContacts}>
        <p>{account.integrated ? texts.overview.noContactsIntegrated : texts.overview.noContactsImport}</p>
        {account.integrated
          ? <LinkButton href={to("/syncs")}>{texts.nav.syncs}</LinkButton>
          : <LinkButton href={to("/import")}>{texts.nav.imports}</LinkButton>}
      </Empty>
    </section>
  );
}
