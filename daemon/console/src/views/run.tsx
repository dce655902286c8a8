// One run: what it changed, or holds, with what approving and rejecting would do.
import { decideRun, getChanges, getRun } from "../api/calls";
import type { Run, RunCounts } from "../api/types";
import { useApp, useMay, useTo } from "../app_state";
import { duration, number } from "../format";
import { useOwnAccount } from "../hooks/own_account";
import { useResource } from "../hooks/resource";
import { useInterval } from "../hooks/timing";
import { texts } from "../texts";
import { LinkButton } from "../ui/button";
import { Pager } from "../ui/pager";
import { Loaded, Note, Skeleton, SkeletonPanels } from "../ui/states";
import { Prose, Time } from "../ui/words";
import { HeldPanel } from "./held_panel";
import { ChangeTable } from "./syncs/changes";
import { RunBadge } from "./syncs/health";
import { runInWords } from "./syncs/sentence";
import { View } from "./view_of";

const words = texts.run;

export function RunView({ id }: { id: string }) {
  const { changes, status } = useApp();
  const to = useTo();
  const mayOperate = useMay("operate");
  const run = useResource(`run ${id}`, (signal) => getRun(id, signal), { version: changes });
  const data = run.data;
  useOwnAccount(data && status.data?.connections.find((one) => one.id === data.connection)?.account);
  useInterval(run.reload, data?.state === "running" ? 1000 : null);
  const over = data && (data.state === "applied" || data.state === "held") &&
    data.counts.unsubscribed + data.counts.resubscribed + data.counts.deleted > 0;
  return (
    <View title={words.title(id)} above={data && <a href={to(`/syncs/${data.connection}`)}>{data.connection}</a>}
      about={data && <p class="meta"><RunBadge run={data} /><Time at={data.started_at} />
        {data.state !== "running" && <span>{duration(data.duration_ms)}</span>}</p>}
      actions={over && mayOperate && <LinkButton icon="undo" href={to("/bulk", { action: "undo", run: id })}>{texts.jobs.undo}</LinkButton>}>
      <Loaded of={run} skeleton={<SkeletonPanels />}>
        {(one) => <Body run={one} reload={run.reload} />}
      </Loaded>
    </View>
  );
}

function Body({ run, reload }: { run: Run; reload: () => void }) {
  return (
    <div class="stack">
      <p class="state-sentence">{runInWords(run)}</p>
      {run.error && <Note tone="bad"><Prose text={run.error} /></Note>}
      {run.state === "held" ? <Held run={run} reload={reload} /> : run.note && <Note tone="info"><Prose text={run.note} /></Note>}
      {!isReading(run) && <Counts counts={run.counts} />}
      <Changes run={run} />
    </div>
  );
}

// Until all is read the daemon has counted nothing.
const isReading = (run: Run) => run.state === "running" && run.phase !== "applying";

function Held({ run, reload }: { run: Run; reload: () => void }) {
  const { status } = useApp();
  return (
    <HeldPanel words={words.held(run.id, run.counts.held)} note={run.note} decide={(what) => decideRun(run.id, what)}
      decided={() => (reload(), status.reload())} />
  );
}

const shown: (keyof RunCounts)[] = ["fetched", "new", "unchanged", "unsubscribed", "resubscribed", "kept_unsubscribed",
  "deleted", "held", "invalid", "unknown", "duplicates"];

function Counts({ counts }: { counts: RunCounts }) {
  return (
    <section class="panel" aria-label={words.counts}>
      <dl class="counts">
        {shown.map((name) => (
          <div key={name} class={counts[name] === 0 ? "zero" : undefined}>
            <dt>{texts.syncs.countNames[name]}</dt><dd>{number(counts[name])}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function Changes({ run }: { run: Run }) {
  const { place } = useApp();
  const after = place.query.get("after") ?? "";
  const changes = useResource(`changes ${run.id} ${after}`, (signal) => getChanges(run.id, after, signal),
    { keep: true, version: `${run.state} ${run.phase} ${run.counts.fetched}` });
  return (
    <section class="panel" aria-labelledby="changes">
      <header class="panel-head"><h2 id="changes">{run.state === "held" ? words.plan : texts.syncs.changes}</h2></header>
      <Loaded of={changes} skeleton={<Skeleton rows={6} />}>
        {(data) => data.items.length === 0 ? <p class="panel-empty">{run.state === "running" ? words.notYet : words.none}</p>
          : <ChangeTable changes={data.items} label={texts.syncs.changes} />}
      </Loaded>
      <div class="panel-foot"><Pager place={place} next={changes.data?.next ?? null} busy={changes.old} /></div>
    </section>
  );
}
