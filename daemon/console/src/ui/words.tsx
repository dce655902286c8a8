// Text that came from somewhere: times, names, sentences of the daemon, links into a CRM.
import type { ComponentChildren } from "preact";
import { ago, exactTime, safeUrl } from "../format";
import { texts } from "../texts";
import { Icon } from "./icon";

// A moment, in words that are short; the whole of it on hover.
export function Time({ at }: { at: string | null | undefined }) {
  if (!at) return <span class="muted">{texts.never}</span>;
  return <time dateTime={at} title={exactTime(at)}>{ago(at)}</time>;
}

// A name or an address, in whatever direction it is written; cut where there is no room, whole on hover.
export function Name({ text, strong }: { text: string; strong?: boolean }) {
  return <bdi class={`name${strong ? " strong" : ""}`} dir="auto" title={text}>{text}</bdi>;
}

export function OutsideLink({ url, children }: { url: string | null | undefined; children: string }) {
  const safe = safeUrl(url);
  if (!safe) return <bdi>{children}</bdi>;
  return (
    <a href={safe} target="_blank" rel="noopener noreferrer" class="outside">
      <bdi>{children}</bdi><Icon name="outside" /><span class="hidden">{texts.newTab}</span>
    </a>
  );
}

const parts = /(`[^`]+`|https?:\/\/[^\s<>"]+)/;

// A sentence of the daemon: `this` is something to type, and a link is a link.
export function Prose({ text }: { text: string }) {
  return (
    <>
      {text.split(parts).map((part) => {
        if (part.length > 2 && part.startsWith("`")) return <code>{part.slice(1, -1)}</code>;
        if (safeUrl(part)) return <OutsideLink url={part}>{part}</OutsideLink>;
        return part;
      })}
    </>
  );
}

function valueOf(key: string, value: unknown): ComponentChildren {
  if (typeof value === "string") return value;
  if (value !== null && typeof value === "object" && !Array.isArray(value)) return <Details of={value as Record<string, unknown>} />;
  // Moments inside of the store's own notes are milliseconds.
  if (typeof value === "number" && key === "since") return <Time at={new Date(value).toISOString()} />;
  return JSON.stringify(value);
}

// Keys and values that nobody knows beforehand, such as the evidence of a suppression.
export function Details({ of }: { of: Record<string, unknown> }) {
  const entries = Object.entries(of);
  if (entries.length === 0) return null;
  return (
    <dl class="details">
      {entries.map(([key, value]) => (
        <div key={key}>
          <dt>{key.replace(/_/g, " ")}</dt>
          <dd dir="auto">{valueOf(key, value)}</dd>
        </div>
      ))}
    </dl>
  );
}
