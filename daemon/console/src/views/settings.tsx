// What the daemon was told, as it is in force. It is changed in the configuration file.
import { getSettings } from "../api/calls";
import type { ConnectionSettings, Limit, Settings as AllSettings } from "../api/types";
import { useApp, useMay } from "../app_state";
import { dateTime, number, seconds } from "../format";
import { useResource } from "../hooks/resource";
import { texts } from "../texts";
import { Badge } from "../ui/badge";
import { Loaded, SkeletonPanels } from "../ui/states";
import { Name, Prose } from "../ui/words";
import { Tokens } from "./settings/tokens";
import { View } from "./view_of";

const words = texts.settings;

export function Settings() {
  const settings = useResource("settings", getSettings);
  return (
    <View title={words.title} about={<Prose text={words.about} />}>
      <Loaded of={settings} skeleton={<SkeletonPanels />}>
        {(data) => <Body settings={data} />}
      </Loaded>
    </View>
  );
}

function Body({ settings }: { settings: AllSettings }) {
  const administer = useMay("administer");
  return (
    <div class="stack">
      <Daemon settings={settings} />
      {settings.accounts.map((account) => <OneAccount key={account.id} account={account} />)}
      <Strikes strikes={settings.strikes} />
      {administer && settings.tokens && <Tokens tokens={settings.tokens} accounts={settings.accounts.map((one) => one.id)} />}
    </div>
  );
}

function Daemon({ settings }: { settings: AllSettings }) {
  const { session } = useApp();
  const { api } = settings;
  return (
    <section class="panel" aria-labelledby="daemon">
      <header class="panel-head"><h2 id="daemon">{words.daemon}</h2></header>
      <dl class="facts wide panel-body">
        <div><dt>{words.version}</dt><dd>{settings.version}</dd></div>
        <div><dt>{words.you}</dt><dd><bdi>{session.who}</bdi>, {texts.role[session.role]}, {words.until(dateTime(session.expires_at))}</dd></div>
        {settings.store_path && <div><dt>{words.store}</dt><dd><code>{settings.store_path}</code></dd></div>}
        <div><dt>{words.listens}</dt><dd>{api.listen ?? words.socketOnly}{api.listen && ` (${api.tls ? words.tls : words.noTls})`}</dd></div>
        <div><dt>{words.publicUrl}</dt><dd>{api.public_url ?? texts.none}</dd></div>
      </dl>
    </section>
  );
}

function OneAccount({ account }: { account: AllSettings["accounts"][number] }) {
  const id = `account-${account.id}`;
  const allowed = account.resubscribe === "allowed";
  return (
    <section class="panel" aria-labelledby={id}>
      <header class="panel-head"><h2 id={id}><Name text={account.name || account.id} /> <span class="muted">{account.id}</span></h2></header>
      <dl class="facts wide panel-body">
        <div><dt>{words.resubscribe}</dt><dd><Badge tone={allowed ? "good" : "quiet"}>{allowed ? words.allowed : words.forbidden}</Badge></dd></div>
        <div><dt>{words.brand}</dt><dd>{account.brand || words.ownBrand}</dd></div>
        <div><dt>{words.managed}</dt><dd>{account.integrated ? words.byCrm : words.here}</dd></div>
      </dl>
      {account.connections.map((one) => <OneConnection key={one.id} connection={one} />)}
    </section>
  );
}

const limitWords = (limit: Limit) => words.limit(number(limit.percent), number(limit.at_least), number(limit.at_most));

function OneConnection({ connection }: { connection: ConnectionSettings }) {
  const { limits, schedule, rate_limit: rate } = connection;
  return (
    <div class="connection-settings">
      <h3><Name text={connection.id} /> · {connection.connector}</h3>
      <dl class="facts wide">
        <div><dt>{words.schedule}</dt><dd>{words.every(seconds(schedule.every_s), seconds(schedule.full_every_s))}</dd></div>
        <div><dt>{words.maxUnsubscribe}</dt><dd>{limitWords(limits.max_unsubscribe)}</dd></div>
        <div><dt>{words.maxResubscribe}</dt><dd>{limitWords(limits.max_resubscribe)}</dd></div>
        <div><dt>{words.maxDelete}</dt><dd>{limitWords(limits.max_delete)}</dd></div>
        <div><dt>{words.onDelete}</dt><dd>{words.onDeletes[connection.on_delete] ?? connection.on_delete}</dd></div>
        <div><dt>{words.push}</dt><dd>{words.pushes[connection.push] ?? connection.push}</dd></div>
        <div><dt>{words.deadline}</dt><dd>{words.deadlineWords(seconds(connection.push_deadline_s), seconds(connection.push_warn_after_s))}</dd></div>
        <div><dt>{words.rate}</dt><dd>{rate ? words.rateWords(number(rate.requests), seconds(rate.per_s)) : words.usualRate}</dd></div>
      </dl>
    </div>
  );
}

function Strikes({ strikes }: { strikes: AllSettings["strikes"] }) {
  return (
    <section class="panel" aria-labelledby="strikes">
      <header class="panel-head"><h2 id="strikes">{words.strikes}</h2></header>
      <dl class="facts wide panel-body">
        <div><dt>{texts.reason.soft_bounce![0]}</dt><dd>{words.failures(strikes.soft_bounce)}</dd></div>
        <div><dt>{texts.reason.blocked![0]}</dt><dd>{words.failures(strikes.blocked)}</dd></div>
        <div><dt>{texts.reason.deferral![0]}</dt><dd>{words.failures(strikes.deferral)}, {words.endsAfter(strikes.deferral_days)}</dd></div>
        <div><dt>{words.window}</dt><dd>{words.days(strikes.window_days)}</dd></div>
      </dl>
    </section>
  );
}
