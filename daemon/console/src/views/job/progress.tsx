// How far a job is.
import type { Job } from "../../api/types";
import { number } from "../../format";
import { texts } from "../../texts";

const words = texts.jobs;

export const isActive = (job: Job) => job.state === "waiting" || job.state === "running";

export function Progress({ job }: { job: Job }) {
  if (!isActive(job)) return null;
  const known = job.total !== null && job.total > 0;
  const text = job.state === "waiting" ? words.waiting
    : words.progress(words.phases[job.phase] ?? job.phase, number(job.done), known ? number(job.total!) : null);
  return (
    <div class="progress">
      <progress aria-label={words.progressLabel} max={known ? job.total! : undefined} value={known ? job.done : undefined} />
      <p class="muted" aria-live="off">{text}</p>
    </div>
  );
}
