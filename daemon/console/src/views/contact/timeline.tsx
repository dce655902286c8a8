// What has happened to a contact, the newest first, as the audit log has it.
import type { AuditEntry } from "../../api/types";
import { useTo } from "../../app_state";
import { reasonName, texts } from "../../texts";
import { Details, Name, Time } from "../../ui/words";

const words = texts.timeline;

export function Timeline({ entries, complete, contact }: { entries: AuditEntry[]; complete: boolean; contact: string }) {
  const to = useTo();
  return (
    <section class="panel" aria-labelledby="timeline">
      <header class="panel-head"><h2 id="timeline">{words.title}</h2></header>
      {entries.length === 0 ? <p class="panel-empty">{words.nothing}</p> : (
        <ol class="timeline">{[...entries].reverse().map((entry) => <Happened key={entry.seq} entry={entry} />)}</ol>
      )}
      {!complete && <p class="panel-empty"><a href={to("/audit", { contact })}>{words.rest}</a></p>}
    </section>
  );
}

// "Unsubscribed: Person"
export function headline(entry: AuditEntry): string {
  const what = words.actions[entry.action] ?? entry.action;
  return entry.reason ? `${what}: ${reasonName(entry.reason)}` : what;
}

const looks: Record<string, string> = { add: "bad", lift: "good", hold: "warn", release: "quiet" };

// What the entry says by itself, or is for the machine, is left to the audit log.
const notTold = new Set(["undo", "lifted", "role"]);

function Happened({ entry }: { entry: AuditEntry }) {
  const detail = Object.fromEntries(Object.entries(entry.detail).filter(([name]) => !notTold.has(name)));
  return (
    <li class={`happened ${looks[entry.action] ?? "quiet"}`}>
      <p class="happened-head"><span class="strong">{headline(entry)}</span> <Time at={entry.at} /></p>
      <p class="muted">{entry.before === entry.after ? words.unchanged(texts.status[entry.after]) : words.became(texts.status[entry.after])}</p>
      <p class="muted"><Name text={entry.who} /> <Cause entry={entry} /></p>
      <Details of={detail} />
    </li>
  );
}

export function Cause({ entry }: { entry: AuditEntry }) {
  const to = useTo();
  if (entry.run) return <a href={to(`/runs/${entry.run}`)}>{words.run(entry.run)}</a>;
  if (entry.job) return <a href={to(`/jobs/${entry.job}`)}>{words.job(entry.job)}</a>;
  return null;
}
