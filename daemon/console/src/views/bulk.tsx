// Bulk: what would happen to whom, the confirmation, and off it goes. The dry run's id is kept in the address, so that a
// page that is loaded again goes on where it was.
import { useEffect, useState } from "preact/hooks";
import { getSelection, startJob, undo, type JobOrder, type UndoOf } from "../api/calls";
import { reasons, type Job, type Selection } from "../api/types";
import { useApp, useTo } from "../app_state";
import { useAction } from "../hooks/action";
import { useResource } from "../hooks/resource";
import { navigate } from "../router";
import { reasonName, texts } from "../texts";
import { LinkButton } from "../ui/button";
import { Select } from "../ui/field";
import { Empty, Loaded, ProblemBox, Skeleton } from "../ui/states";
import { BulkForm, type Order } from "./bulk/form";
import { SelectionWords } from "./bulk/selection_words";
import { Progress, isActive } from "./job/progress";
import { Split } from "./job/split";
import { useJob } from "./job/use_job";
import { View } from "./view_of";

const words = texts.bulk;

export type BulkAction = JobOrder["kind"] | "undo";
const actions: BulkAction[] = ["resubscribe", "unsubscribe", "lift", "undo"];

export function Bulk() {
  const { place } = useApp();
  const to = useTo();
  const action = actions.find((one) => one === place.query.get("action"));
  const selection = place.query.get("selection");
  const of = undoOf(place.query);
  if (!action || (action === "undo" ? !of : !selection))
    return (
      <View title={words.title}>
        <Empty icon="jobs" title={words.nothing}>
          <LinkButton href={to("/contacts")}>{texts.list.title}</LinkButton>
        </Empty>
      </View>
    );
  return (
    <View title={of ? words.undoOf("run" in of ? texts.timeline.run(of.run) : texts.timeline.job(of.job)) : words.titles[action]} above={<a href={of ? to(`/${"run" in of ? `runs/${of.run}` : `jobs/${of.job}`}`) : to("/contacts")}>
      {of ? ("run" in of ? texts.timeline.run(of.run) : texts.timeline.job(of.job)) : texts.list.title}</a>}>
      {of ? <Checked action="undo" of={of} selection={null} /> : <OfSelection action={action as JobOrder["kind"]} id={selection!} />}
    </View>
  );
}

function undoOf(query: URLSearchParams): UndoOf | null {
  const run = query.get("run");
  const job = query.get("job");
  return run ? { run } : job ? { job } : null;
}

function OfSelection({ action, id }: { action: JobOrder["kind"]; id: string }) {
  const selection = useResource(`selection ${id}`, (signal) => getSelection(id, signal));
  return (
    <Loaded of={selection} skeleton={<Skeleton rows={4} />}>
      {(data) => (
        <div class="stack">
          <SelectionWords selection={data} />
          {action === "lift" ? <WithReason selection={data} /> : <Checked action={action} selection={data} of={null} />}
        </div>
      )}
    </Loaded>
  );
}

// Support lifts one reason at a time.
function WithReason({ selection }: { selection: Selection }) {
  const { place } = useApp();
  const to = useTo();
  const reason = place.query.get("reason") ?? "";
  const there = reasons.filter((one) => one !== "integration" && selection.reasons[one]);
  const choose = (value: string) => navigate(to("/bulk", { action: "lift", selection: selection.id, reason: value }), { replace: true });
  return (
    <>
      <div class="panel panel-body narrow-panel">
        <Select label={texts.manage.liftReason} value={reason} onInput={choose}
          choices={[{ value: "", text: words.chooseReason }, ...there.map((one) => ({ value: one, text: reasonName(one) }))]} />
      </div>
      {reason && <Checked key={reason} action="lift" selection={selection} of={null} reason={reason} />}
    </>
  );
}

interface CheckedProps {
  action: BulkAction;
  selection: Selection | null;
  of: UndoOf | null;
  reason?: string;
}

// The dry run, then the form.
function Checked({ action, selection, of, reason }: CheckedProps) {
  const { place } = useApp();
  const to = useTo();
  const check = place.query.get("check");
  const [begun, setBegun] = useState(check !== null);
  const order = (body: Partial<Order>) => of ? undo(of, body)
    : startJob({ kind: action as JobOrder["kind"], selection: selection!.id, ...(reason ? { reason } : {}), ...body });
  const dryRun = useAction(() => order({ dry_run: true }), (job: Job) => {
    const fields = { ...Object.fromEntries(place.query), check: job.id };
    navigate(to("/bulk", fields), { replace: true });
  });
  useEffect(() => {
    if (begun) return;
    setBegun(true);
    dryRun.run();
  }, []);
  const job = useJob(check);
  if (dryRun.problem) return <ProblemBox problem={dryRun.problem} onRetry={dryRun.run} />;
  if (!check) return <p class="muted" role="status">{words.checking}</p>;
  return (
    <Loaded of={job} skeleton={<Skeleton rows={4} />}>
      {(data) => (
        <div class="stack">
          <section class="panel" aria-labelledby="would">
            <header class="panel-head"><h2 id="would">{words.would}</h2></header>
            <div class="panel-body stack">
              <Progress job={data} />
              <p class="hidden" role="status">{isActive(data) ? words.checking : words.checked}</p>
              <Split job={data} />
            </div>
          </section>
          {!isActive(data) && <BulkForm action={action} job={data} count={selection?.count ?? data.total ?? 0} send={order} />}
        </div>
      )}
    </Loaded>
  );
}
