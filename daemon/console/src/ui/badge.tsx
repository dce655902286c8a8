// Small coloured words: states and reasons. The word says it all, the colour helps.
import type { ComponentChildren } from "preact";
import type { Reason, Status } from "../api/types";
import { reasonHint, reasonName, texts } from "../texts";

export type Tone = "good" | "bad" | "warn" | "info" | "quiet" | "calm";

export function Badge({ tone, title, children }: { tone: Tone; title?: string | undefined; children: ComponentChildren }) {
  return <span class={`badge ${tone}`} title={title}>{children}</span>;
}

const statusTones: Record<Status, Tone> = { subscribed: "calm", unsubscribed: "bad", on_hold: "warn" };

export function StatusBadge({ status }: { status: Status }) {
  return <Badge tone={statusTones[status] ?? "quiet"}>{texts.status[status] ?? status}</Badge>;
}

export function ReasonBadge({ reason }: { reason: Reason | string }) {
  return (
    <span class="reason" title={reasonHint(reason)}>
      <span class={`dot reason-${reason}`} aria-hidden="true" />
      {reasonName(reason)}
    </span>
  );
}
