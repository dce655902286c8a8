// One connection: its runs, and the opt-outs that wait for it.
import { getOutbox, getRuns } from "../api/calls";
import type { Connection, Run } from "../api/types";
import { useApp, useTo } from "../app_state";
import { duration } from "../format";
import { useInterval } from "../hooks/timing";
import { useResource } from "../hooks/resource";
import { texts } from "../texts";
import { Pager } from "../ui/pager";
import { Empty, Loaded, Note, Skeleton } from "../ui/states";
import { Prose, Time } from "../ui/words";
import { PushTable } from "./contact/facts";
import { ConnectionActions } from "./syncs/actions";
import { HealthBadge, RunBadge, countsInWords, healthOf } from "./syncs/health";
import { ConnectionFacts } from "./syncs";
import { View } from "./view_of";

const words = texts.syncs;

export function ConnectionView({ id }: { id: string }) {
  const { status, account } = useApp();
  const to = useTo();
  useInterval(status.reload, 5000);
  const connection = status.data?.connections.find((one) => one.id === id && one.account === account?.id);
  const above = <a href={to("/syncs")}>{words.title}</a>;
  if (!connection) return <View title={id} above={above}><Empty icon="syncs" title={words.unknown} /></View>;
  return (
    <View title={id} above={above} actions={<ConnectionActions connection={connection} />}
      about={<p class="meta"><HealthBadge health={healthOf(connection, status.data)} /><span>{connection.connector}</span></p>}>
      <Body connection={connection} />
    </View>
  );
}

function Body({ connection }: { connection: Connection }) {
  const { status } = useApp();
  const to = useTo();
  const why = connection.attention ?? connection.last_error;
  const held = status.data?.held_runs.filter((run) => run.connection === connection.id) ?? [];
  return (
    <div class="stack">
      {why && <Note tone="bad"><Prose text={why} /></Note>}
      {held.map((run) => (
        <Note key={run.id} tone="warn">{words.heldRun(run.id)} {run.note && <Prose text={run.note} />} <a href={to(`/runs/${run.id}`)}>{texts.overview.review}</a></Note>
      ))}
      <section class="panel"><ConnectionFacts connection={connection} /></section>
      <Outbox id={connection.id} />
      <Runs connection={connection} />
    </div>
  );
}

function Outbox({ id }: { id: string }) {
  const { status, changes } = useApp();
  const summary = status.data?.outbox.find((one) => one.connection === id);
  const states = (["dead", "pending", "sent"] as const).filter((state) => summary && summary[state] > 0);
  const key = states.length > 0 ? `outbox of ${id} ${states.join()}` : null;
  const pushes = useResource(key, async (signal) => (await Promise.all(states.map((state) =>
    getOutbox({ connection: id, state, limit: 20 }, signal)))).flatMap((page) => page.items), { keep: true, version: changes });
  if (!pushes.data || states.length === 0 || pushes.data.length === 0) return null;
  return <PushTable pushes={pushes.data} reload={pushes.reload} withContact />;
}

function Runs({ connection }: { connection: Connection }) {
  const { place } = useApp();
  const after = place.query.get("after") ?? "";
  const last = connection.last_run;
  const runs = useResource(`runs ${connection.id} ${after}`, (signal) => getRuns(connection.id, after, signal),
    { keep: true, version: `${last?.id} ${last?.state} ${connection.state}` });
  return (
    <section class="panel" aria-labelledby="runs">
      <header class="panel-head"><h2 id="runs">{words.runs}</h2></header>
      <Loaded of={runs} skeleton={<Skeleton rows={5} />}>
        {(data) => data.items.length === 0 ? <p class="panel-empty">{words.noRuns}</p> : <RunTable runs={data.items} />}
      </Loaded>
      <div class="panel-foot"><Pager place={place} next={runs.data?.next ?? null} busy={runs.old} /></div>
    </section>
  );
}

function RunTable({ runs }: { runs: Run[] }) {
  const to = useTo();
  return (
    <div class="table-wrap" tabIndex={0} role="group" aria-labelledby="runs">
      <table class="table">
        <thead>
          <tr>
            <th scope="col">{words.run}</th>
            <th scope="col">{texts.jobs.state}</th>
            <th scope="col">{words.changed}</th>
            <th scope="col" class="wide-only">{words.mode}</th>
            <th scope="col" class="wide-only">{words.trigger}</th>
            <th scope="col" class="wide-only figure">{words.took}</th>
            <th scope="col">{texts.jobs.started}</th>
          </tr>
        </thead>
        <tbody>
          {runs.map((run) => (
            <tr key={run.id}>
              <th scope="row"><a class="strong" href={to(`/runs/${run.id}`)}>{run.id}</a></th>
              <td><RunBadge run={run} /></td>
              <td class="run-counts">{run.error ? <Prose text={run.error} /> : run.state === "running" ? "–" : countsInWords(run.counts)}</td>
              <td class="wide-only">{words.modes[run.mode]}</td>
              <td class="wide-only">{words.triggers[run.trigger]}</td>
              <td class="wide-only figure">{run.state === "running" ? "–" : duration(run.duration_ms)}</td>
              <td><Time at={run.started_at} /></td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
