// One run: what it changed, or holds, with what approving and rejecting would do.
import { useState } from "preact/hooks";
import { decideRun, getChanges, getRun } from "../api/calls";
import type { Run, RunCounts } from "../api/types";
import { useApp, useMay, useTo } from "../app_state";
import { duration, number } from "../format";
import { useAction } from "../hooks/action";
import { useResource } from "../hooks/resource";
import { useInterval } from "../hooks/timing";
import { texts } from "../texts";
import { Button, LinkButton } from "../ui/button";
import { Dialog } from "../ui/dialog";
import { Pager } from "../ui/pager";
import { Loaded, Note, ProblemBox, Skeleton, SkeletonPanels } from "../ui/states";
import { toast } from "../ui/toast";
import { Prose, Time } from "../ui/words";
import { ChangeTable } from "./syncs/changes";
import { RunBadge } from "./syncs/health";
import { View } from "./view_of";

const words = texts.run;

export function RunView({ id }: { id: string }) {
  const { changes } = useApp();
  const to = useTo();
  const mayOperate = useMay("operate");
  const run = useResource(`run ${id}`, (signal) => getRun(id, signal), { version: changes });
  const data = run.data;
  useInterval(run.reload, data?.state === "running" ? 1000 : null);
  const over = data && (data.state === "applied" || data.state === "held") &&
    data.counts.unsubscribed + data.counts.resubscribed + data.counts.deleted > 0;
  return (
    <View title={words.title(id)} above={data && <a href={to(`/syncs/${data.connection}`)}>{data.connection}</a>}
      about={data && <p class="meta"><RunBadge run={data} /><span>{texts.syncs.modes[data.mode]}</span>
        <span>{texts.syncs.triggers[data.trigger]}</span><Time at={data.started_at} />
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
      {run.error && <Note tone="bad"><Prose text={run.error} /></Note>}
      {run.state === "held" ? <Held run={run} reload={reload} /> : run.note && <Note tone="info"><Prose text={run.note} /></Note>}
      <Counts counts={run.counts} />
      <Changes run={run} />
    </div>
  );
}

function Held({ run, reload }: { run: Run; reload: () => void }) {
  const { status } = useApp();
  const mayOperate = useMay("operate");
  const [asked, setAsked] = useState<"approve" | "reject" | null>(null);
  const decide = useAction((what: "approve" | "reject") => decideRun(run.id, what), (_, what) => {
    setAsked(null);
    toast(what === "approve" ? words.approved : words.rejected);
    reload();
    status.reload();
  });
  const close = () => (setAsked(null), decide.clear());
  const effects = { approve: words.approveEffect(run.counts.held), reject: words.rejectEffect };
  return (
    <section class="panel panel-body held-panel" aria-labelledby="held">
      <h2 id="held">{words.held}</h2>
      {run.note && <p><Prose text={run.note} /></p>}
      <ul class="effects">
        <li><strong>{words.approve}</strong> {effects.approve}</li>
        <li><strong>{words.reject}</strong> {effects.reject}</li>
      </ul>
      {mayOperate && (
        <div class="effects-buttons">
          <Button kind="primary" onClick={() => setAsked("approve")}>{words.approve}</Button>
          <Button onClick={() => setAsked("reject")}>{words.reject}</Button>
        </div>
      )}
      {asked && (
        <Dialog title={asked === "approve" ? words.approveTitle(run.id) : words.rejectTitle(run.id)} onClose={close} busy={decide.busy}>
          <div class="dialog-body">
            <p><strong>{words[asked]}</strong> {effects[asked]}</p>
            {decide.problem && <ProblemBox problem={decide.problem} />}
            <div class="dialog-foot">
              <Button onClick={close}>{texts.cancel}</Button>
              <Button kind="primary" busy={decide.busy} onClick={() => decide.run(asked)}>
                {asked === "approve" ? words.approveNow : words.rejectNow}
              </Button>
            </div>
          </div>
        </Dialog>
      )}
    </section>
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
    { keep: true, version: run.state });
  return (
    <section class="panel" aria-labelledby="changes">
      <header class="panel-head"><h2 id="changes">{run.state === "held" ? words.plan : texts.syncs.changes}</h2></header>
      <Loaded of={changes} skeleton={<Skeleton rows={6} />}>
        {(data) => data.items.length === 0 ? <p class="panel-empty">{words.none}</p>
          : <ChangeTable changes={data.items} label={texts.syncs.changes} />}
      </Loaded>
      <div class="panel-foot"><Pager place={place} next={changes.data?.next ?? null} busy={changes.old} /></div>
    </section>
  );
}
