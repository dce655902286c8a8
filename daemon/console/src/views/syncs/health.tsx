// How a connection does, in one word, and what a run has done, in a few.
import type { Connection, Run, RunCounts, RunState, SystemStatus } from "../../api/types";
import { number } from "../../format";
import { texts } from "../../texts";
import { Badge, type Tone } from "../../ui/badge";

const words = texts.syncs;

type Health = keyof typeof words.health;

const healthTones: Record<Health, Tone> = {
  gone: "quiet", stopped: "bad", running: "info", held: "warn", failing: "bad", stale: "warn", fresh: "quiet", healthy: "calm",
};

export function healthOf(connection: Connection, status: SystemStatus | undefined): Health {
  if (!connection.configured) return "gone";
  if (connection.attention || connection.state === "stopped") return "stopped";
  if (connection.state === "running") return "running";
  if (status?.held_runs.some((run) => run.connection === connection.id)) return "held";
  if (connection.state === "backing_off" || connection.failures > 0) return "failing";
  if (connection.stale) return connection.last_poll_at ? "stale" : "fresh";
  return "healthy";
}

export function HealthBadge({ health }: { health: Health }) {
  return <Badge tone={healthTones[health]}>{words.health[health]}</Badge>;
}

const runTones: Record<RunState, Tone> = { running: "info", applied: "calm", held: "warn", rejected: "quiet", failed: "bad" };

export function RunBadge({ run }: { run: Run }) {
  return <Badge tone={runTones[run.state]}>{words.runStates[run.state]}</Badge>;
}

const told: (keyof RunCounts)[] = ["unsubscribed", "resubscribed", "kept_unsubscribed", "deleted", "new", "held", "invalid", "unknown"];

// Of a run that goes on nothing can be said yet.
export function resultInWords(run: Run): string {
  return run.state === "running" || run.state === "failed" ? words.runStates[run.state] : countsInWords(run.counts);
}

// "12 unsubscribed, 3 new"; what is nothing is not said.
export function countsInWords(counts: RunCounts): string {
  const parts = told.filter((name) => counts[name] > 0).map((name) => `${number(counts[name])} ${words.counts[name]}`);
  return parts.join(", ") || words.noChanges;
}
