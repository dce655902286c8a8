// What a run changes: contact, before and after, and what in the CRM says so.
import type { Change } from "../../api/types";
import { useTo } from "../../app_state";
import { texts } from "../../texts";
import { Badge, type Tone } from "../../ui/badge";
import { Name, Prose, Time } from "../../ui/words";

const words = texts.changes;
const { subscribed, unsubscribed, on_hold } = texts.status;

const tones: Record<Change["state"], Tone> = {
  planned: "quiet", applied: "calm", held: "warn", approved: "calm", rejected: "quiet", skipped: "quiet", withdrawn: "quiet",
};

// Held unsubscribes are on hold already: nobody is mailed while somebody thinks.
function beforeAfter(change: Change): [string, string] {
  switch (change.kind) {
    case "resubscribe": return [unsubscribed, subscribed];
    case "keep": return [unsubscribed, unsubscribed];
    default: return [change.state === "held" ? on_hold : subscribed, unsubscribed];
  }
}

// What was proposed and did not happen is struck out.
const dropped = new Set<Change["state"]>(["rejected", "skipped", "withdrawn"]);

export function ChangeTable({ changes, label }: { changes: Change[]; label: string }) {
  return (
    <div class="table-wrap" tabIndex={0} role="group" aria-label={label}>
      <table class="table">
        <thead>
          <tr>
            <th scope="col">{texts.list.email}</th>
            <th scope="col">{words.change}</th>
            <th scope="col">{words.evidence}</th>
            <th scope="col" class="wide-only">{texts.profile.record}</th>
            <th scope="col">{words.state}</th>
          </tr>
        </thead>
        <tbody>{changes.map((change) => <Row key={change.id} change={change} />)}</tbody>
      </table>
    </div>
  );
}

function Row({ change }: { change: Change }) {
  const to = useTo();
  const [before, after] = beforeAfter(change);
  const known = change.contact !== "" && change.contact !== "0";
  return (
    <tr>
      <th scope="row">{known ? <a href={to(`/contacts/${change.contact}`)}><Name text={change.email || change.external_id} /></a>
        : <Name text={change.email || change.external_id} />}</th>
      <td>
        <span class={`diff ${change.kind}${dropped.has(change.state) ? " dropped" : ""}`}>
          <span class="diff-before">{before}</span><span aria-hidden="true">→</span><span class="hidden">{words.becomes}</span>
          <span class="diff-after">{after}</span>
        </span>
        {change.kind === "keep" && <p class="muted">{words.kept}</p>}
      </td>
      <td>
        <Evidence change={change} />
        {change.note && <p class="muted"><Prose text={change.note} /></p>}
      </td>
      <td class="wide-only"><Name text={`${change.connection}:${change.external_id}`} /></td>
      <td><Badge tone={tones[change.state]}>{words.states[change.state]}</Badge></td>
    </tr>
  );
}

function Evidence({ change }: { change: Change }) {
  const said = change.deleted ? words.deleted : change.evidence ||
    (change.opted_out === null ? words.unknown : change.opted_out ? words.optedOut : words.reactivated);
  return <span><bdi dir="auto">{said}</bdi>{change.modified_at && <span class="muted"> · <Time at={change.modified_at} /></span>}</span>;
}
