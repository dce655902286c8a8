// What stands where data should be: nothing yet, nothing at all, or what went wrong.
import type { ComponentChildren } from "preact";
import type { ApiProblem } from "../api/http";
import type { Resource } from "../hooks/resource";
import { useLasting } from "../hooks/timing";
import { texts } from "../texts";
import { Button } from "./button";
import { Icon, type IconName } from "./icon";
import { Prose } from "./words";

export function ProblemBox({ problem, onRetry }: { problem: ApiProblem; onRetry?: (() => void) | undefined }) {
  return (
    <div class="problem" role="alert">
      <Icon name="warning" />
      <div class="problem-words">
        <p class="strong">{problem.title}</p>
        <p><Prose text={problem.detail} /></p>
        <p class="muted"><Prose text={problem.remedy} /></p>
        {onRetry && <Button onClick={onRetry}>{texts.retry}</Button>}
      </div>
    </div>
  );
}

export function Empty({ icon, title, children }: { icon: IconName; title: string; children?: ComponentChildren }) {
  return (
    <div class="empty">
      <Icon name={icon} />
      <p class="strong">{title}</p>
      {children && <div class="muted">{children}</div>}
    </div>
  );
}

export function Note({ tone, children }: { tone: "info" | "warn" | "bad" | "good"; children: ComponentChildren }) {
  const icon = tone === "good" ? "check" : tone === "info" ? "help" : "warning";
  return <div class={`note ${tone}`}><Icon name={icon} /><div>{children}</div></div>;
}

// As many grey lines as there will be rows, as high as they will be.
export function Skeleton({ rows, look = "" }: { rows: number; look?: string }) {
  return (
    <div class={`skeleton ${look}`} aria-hidden="true">
      {Array.from({ length: rows }, (_, i) => <div key={i} class="skeleton-row"><span class={`bar bar-${i % 3}`} /></div>)}
    </div>
  );
}

// The panels of a view that is still on its way.
export function SkeletonPanels() {
  return (
    <div class="profile" aria-hidden="true">
      <div class="panel"><Skeleton rows={2} /></div>
      <div class="profile-grid">
        <div class="panel"><Skeleton rows={6} /></div>
        <div class="panel"><Skeleton rows={6} /></div>
      </div>
    </div>
  );
}

interface LoadedProps<T> {
  of: Resource<T>;
  skeleton: ComponentChildren;
  children: (data: T) => ComponentChildren;
}

// A resource in whatever state it is.
export function Loaded<T>({ of, skeleton, children }: LoadedProps<T>) {
  const slow = useLasting(of.loading || of.old);
  if (of.problem && (of.data === undefined || of.old)) return <ProblemBox problem={of.problem} onRetry={of.reload} />;
  if (of.data === undefined) return <div aria-busy="true"><span class="hidden">{texts.loading}</span>{skeleton}</div>;
  return (
    <div class={slow && of.old ? "loaded dimmed" : "loaded"} aria-busy={of.old || undefined}>
      {of.problem && <Outdated onRetry={of.reload} />}
      {children(of.data)}
    </div>
  );
}

function Outdated({ onRetry }: { onRetry: () => void }) {
  return (
    <div class="outdated" role="status">
      <Icon name="warning" />{texts.outdated}
      <button type="button" class="link" onClick={onRetry}>{texts.retry}</button>
    </div>
  );
}
