// Bulk jobs of the account, the newest first.
import { getJobs } from "../api/calls";
import type { Job, JobState } from "../api/types";
import { useApp, useTo } from "../app_state";
import { useResource } from "../hooks/resource";
import { useInterval } from "../hooks/timing";
import { navigate, pathTo } from "../router";
import { texts } from "../texts";
import { Badge, type Tone } from "../ui/badge";
import { Tick } from "../ui/field";
import { Pager } from "../ui/pager";
import { Empty, Loaded, Skeleton } from "../ui/states";
import { Name, Time } from "../ui/words";
import { number } from "../format";
import { isActive } from "./job/progress";
import { outcomeName, partsOf } from "./job/split";
import { View } from "./view_of";

const words = texts.jobs;

const tones: Record<JobState, Tone> = {
  waiting: "quiet", running: "info", held: "warn", done: "good", cancelled: "quiet", rejected: "quiet",
};

export function JobBadge({ job }: { job: Job }) {
  return <Badge tone={tones[job.state]}>{words.states[job.state]}</Badge>;
}

export function Jobs() {
  const { account, place, changes } = useApp();
  const after = place.query.get("after") ?? "";
  const dry = place.query.get("dry") === "1";
  const jobs = useResource(account ? `jobs ${account.id} ${after}` : null,
    (signal) => getJobs(account!.id, after, signal), { keep: true, version: changes });
  useInterval(jobs.reload, jobs.data?.items.some(isActive) ? 1500 : null);
  const showDry = (on: boolean) => navigate(pathTo("/jobs", { ...Object.fromEntries(place.query), dry: on ? "1" : null }),
    { replace: true, state: place.state });
  return (
    <View title={words.title} actions={<Tick label={words.showDry} checked={dry} onChange={showDry} />}>
      <Loaded of={jobs} skeleton={<Skeleton rows={8} look="rows" />}>
        {(data) => {
          const shown = data.items.filter((job) => dry || !job.dry_run);
          return (
            <>
              {shown.length === 0 ? <Empty icon="jobs" title={words.none}>{words.noneMore}</Empty> : <JobTable jobs={shown} />}
              <div class="list-foot"><span /><Pager place={place} next={data.next} busy={jobs.old} /></div>
            </>
          );
        }}
      </Loaded>
    </View>
  );
}

function JobTable({ jobs }: { jobs: Job[] }) {
  const to = useTo();
  return (
    <div class="table-wrap list-wrap" tabIndex={0} role="group" aria-label={words.title}>
      <table class="table">
        <thead>
          <tr>
            <th scope="col">{words.job}</th>
            <th scope="col">{words.state}</th>
            <th scope="col">{words.result}</th>
            <th scope="col" class="wide-only">{words.by}</th>
            <th scope="col">{words.started}</th>
          </tr>
        </thead>
        <tbody>
          {jobs.map((job) => (
            <tr key={job.id}>
              <th scope="row"><a class="strong" href={to(`/jobs/${job.id}`)}>{jobTitle(job)}</a></th>
              <td><JobBadge job={job} />{job.dry_run && <> <Badge tone="quiet">{words.dry}</Badge></>}</td>
              <td class="muted">{resultOf(job)}</td>
              <td class="wide-only"><Name text={job.by} /></td>
              <td><Time at={job.created_at} /></td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

export function jobTitle(job: Job): string {
  return `${words.kinds[job.kind] ?? job.kind} ${job.id}`;
}

function resultOf(job: Job): string {
  return partsOf(job).slice(0, 3).map((part) => `${number(part.count)} ${outcomeName(part.outcome).toLowerCase()}`).join(", ") || "–";
}
