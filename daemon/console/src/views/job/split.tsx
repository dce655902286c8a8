// What became of the contacts of a job, or would: one line for each kind of outcome.
import type { Job } from "../../api/types";
import { number } from "../../format";
import { texts } from "../../texts";
import type { Tone } from "../../ui/badge";
import { Prose } from "../../ui/words";

const words = texts.outcome;

export interface Part {
  outcome: string;
  count: number;
  tone: Tone;
}

const changing = new Set(["resubscribed", "unsubscribed", "restored", "created", "kept"]);
const calm = new Set(["already", "listed", "gone"]);

function toneOf(outcome: string): Tone {
  return changing.has(outcome) ? "good" : calm.has(outcome) ? "quiet" : "warn";
}

// What is changed first, what is refused last; the most of each first.
export function partsOf(job: Job): Part[] {
  const all: Part[] = [];
  for (const [outcome, count] of [...Object.entries(job.counts), ...Object.entries(job.split)])
    if (typeof count === "number" && count > 0) all.push({ outcome, count, tone: toneOf(outcome) });
  const rank: Tone[] = ["good", "quiet", "warn"];
  return all.sort((a, b) => rank.indexOf(a.tone) - rank.indexOf(b.tone) || b.count - a.count);
}

export const changed = (job: Job) => partsOf(job).filter((part) => part.tone === "good")
  .reduce((sum, part) => sum + part.count, 0);

export const outcomeName = (outcome: string) => words.names[outcome]?.[0] ?? outcome;
export const outcomeRemedy = (outcome: string) => words.names[outcome]?.[1] ?? "";

export function Split({ job }: { job: Job }) {
  const parts = partsOf(job);
  const total = parts.reduce((sum, part) => sum + part.count, 0);
  if (total === 0) return null;
  return (
    <div class="split">
      <div class="split-bar" aria-hidden="true">
        {parts.map((part) => <span key={part.outcome} class={`split-part ${part.tone}`} style={{ flexGrow: part.count }} />)}
      </div>
      <ul>
        {parts.map((part) => (
          <li key={part.outcome}>
            <span class={`split-mark ${part.tone}`} aria-hidden="true" />
            <span class="figure strong">{number(part.count)}</span>
            <span>
              {job.dry_run ? words.would[part.outcome] ?? outcomeName(part.outcome) : outcomeName(part.outcome)}
              {part.tone === "warn" && outcomeRemedy(part.outcome) && <span class="muted remedy"><Prose text={outcomeRemedy(part.outcome)} /></span>}
            </span>
          </li>
        ))}
      </ul>
    </div>
  );
}
