// One job: how far it is, what became of each contact, and taking it back.
import { decideJob, outcomesCsv } from "../api/calls";
import type { Job } from "../api/types";
import { useMay, useTo } from "../app_state";
import { useAction } from "../hooks/action";
import { useOwnAccount } from "../hooks/own_account";
import { texts } from "../texts";
import { Button, LinkButton } from "../ui/button";
import { Loaded, Note, SkeletonPanels } from "../ui/states";
import { toast } from "../ui/toast";
import { Details, Name, Prose, Time } from "../ui/words";
import { HeldPanel } from "./held_panel";
import { ErrorTable, OutcomeTable } from "./job/outcomes";
import { Progress, isActive } from "./job/progress";
import { Split } from "./job/split";
import { useJob } from "./job/use_job";
import { JobBadge, jobTitle } from "./jobs";
import { View } from "./view_of";

const words = texts.jobs;

export function JobView({ id }: { id: string }) {
  const to = useTo();
  const job = useJob(id);
  const data = job.data;
  useOwnAccount(data?.account);
  return (
    <View title={data ? jobTitle(data) : words.job} above={<a href={to("/jobs")}>{words.title}</a>}
      about={data && <p class="meta"><JobBadge job={data} /><span><Name text={data.by} /></span><Time at={data.created_at} />
        {data.dry_run && <span>{words.dry}</span>}</p>}
      actions={data && <Actions job={data} reload={job.reload} />}>
      <Loaded of={job} skeleton={<SkeletonPanels />}>
        {(one) => <Body job={one} reload={job.reload} />}
      </Loaded>
    </View>
  );
}

function Actions({ job, reload }: { job: Job; reload: () => void }) {
  const to = useTo();
  const mayOperate = useMay("operate");
  const mayUnsubscribe = useMay("unsubscribe");
  const cancel = useAction(() => decideJob(job.id, "cancel"), () => (toast(words.cancelled), reload()));
  const over = job.state === "done" || job.state === "cancelled";
  return (
    <>
      {cancel.problem && <span class="field-error" role="alert">{cancel.problem.detail}</span>}
      {isActive(job) && mayUnsubscribe && <Button icon="close" busy={cancel.busy} onClick={() => cancel.run()}>{words.cancel}</Button>}
      {job.kind !== "import" && <LinkButton icon="file" href={outcomesCsv(job.id)} download>{words.csv}</LinkButton>}
      {job.kind === "import" && over && <LinkButton icon="file" href={outcomesCsv(job.id)} download>{words.csv}</LinkButton>}
      {over && !job.dry_run && mayOperate && <LinkButton icon="undo" href={to("/bulk", { action: "undo", job: job.id })}>{words.undo}</LinkButton>}
    </>
  );
}

function Body({ job, reload }: { job: Job; reload: () => void }) {
  const to = useTo();
  const { role: _, undo: __, ...detail } = job.detail;
  return (
    <div class="stack">
      {job.state === "held" && <Held job={job} reload={reload} />}
      <section class="panel" aria-labelledby="result">
        <header class="panel-head"><h2 id="result">{words.result}</h2></header>
        <div class="panel-body stack">
          <Progress job={job} />
          <p class="hidden" role="status">{isActive(job) ? "" : words.states[job.state]}</p>
          <Split job={job} />
          {!isActive(job) && job.total === 0 && <p class="muted">{words.nobody}</p>}
          {job.note && job.state !== "held" && <p><Prose text={job.note} /></p>}
          {job.undoes && <p class="muted">{words.undoes} {job.undoes.run
            ? <a href={to(`/runs/${job.undoes.run}`)}>{texts.timeline.run(job.undoes.run)}</a>
            : <a href={to(`/jobs/${job.undoes.job}`)}>{texts.timeline.job(job.undoes.job!)}</a>}</p>}
          {job.follow_up && <Note tone="info"><p>{words.followUp} <a href={to(`/jobs/${job.follow_up}`)}>{texts.timeline.job(job.follow_up)}</a></p></Note>}
          <Details of={detail} />
        </div>
      </section>
      {job.errors > 0 && <ErrorTable job={job} />}
      {job.state !== "waiting" && <OutcomeTable job={job} />}
    </div>
  );
}

// An import that would unsubscribe more than the limits allow.
function Held({ job, reload }: { job: Job; reload: () => void }) {
  return <HeldPanel words={words.held(job.id)} note={job.note} decide={(what) => decideJob(job.id, what)} decided={reload} />;
}
