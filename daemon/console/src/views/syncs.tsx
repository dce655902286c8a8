// Connections: how each does, when it runs next, what it did last.
import type { Connection } from "../api/types";
import { useApp, useTo } from "../app_state";
import { number } from "../format";
import { texts } from "../texts";
import { LinkButton } from "../ui/button";
import { Empty } from "../ui/states";
import { Name, Prose, Time } from "../ui/words";
import { ConnectionActions } from "./syncs/actions";
import { TroubleFacts } from "./syncs/trouble";
import { HealthBadge, healthOf, resultInWords } from "./syncs/health";
import { useInterval } from "../hooks/timing";
import { View } from "./view_of";

const words = texts.syncs;

export function Syncs() {
  const { account, status } = useApp();
  useInterval(status.reload, 5000);
  const mine = (status.data?.connections ?? []).filter((one) => one.account === account?.id);
  return (
    <View title={words.title}>
      {mine.length === 0 ? <Empty icon="syncs" title={words.none}>{words.noneMore}</Empty>
        : <ul class="connections">{mine.map((one) => <Card key={one.id} connection={one} />)}</ul>}
    </View>
  );
}

function Card({ connection }: { connection: Connection }) {
  const { status } = useApp();
  const to = useTo();
  const health = healthOf(connection, status.data);
  const held = status.data?.held_runs.filter((run) => run.connection === connection.id) ?? [];
  const why = connection.attention ?? connection.last_error;
  return (
    <li class="panel connection">
      <div class="connection-head">
        <h2><a href={to(`/syncs/${connection.id}`)}><Name text={connection.id} /></a></h2>
        <span class="muted">{connection.connector}</span>
        <HealthBadge health={health} />
        <span class="grow" />
        <ConnectionActions connection={connection} />
      </div>
      {why && (health === "failing" || health === "stopped") && <p class="connection-error"><Prose text={why} /></p>}
      {held.map((run) => (
        <p key={run.id} class="connection-held">
          <span>{words.heldRun(run.id)} {run.note && <Prose text={run.note} />}</span>
          <LinkButton href={to(`/runs/${run.id}`)}>{texts.overview.review}</LinkButton>
        </p>
      ))}
      <ConnectionFacts connection={connection} />
    </li>
  );
}

export function ConnectionFacts({ connection }: { connection: Connection }) {
  const to = useTo();
  const run = connection.last_run;
  return (
    <dl class="connection-facts">
      <div><dt>{words.records}</dt><dd>{number(connection.records)}</dd></div>
      <div><dt>{words.lastPoll}</dt><dd><Time at={connection.last_poll_at} /></dd></div>
      <div><dt>{words.next}</dt><dd>{connection.state === "running" ? words.health.running : connection.next_due_at
        ? <Time at={connection.next_due_at} /> : "–"}</dd></div>
      <TroubleFacts connection={connection} />
      <div class="connection-run"><dt>{words.lastRun}</dt>
        <dd>{run ? <a href={to(`/runs/${run.id}`)}>{resultInWords(run)}</a> : texts.never}</dd></div>
    </dl>
  );
}
