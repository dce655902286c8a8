// What the API answers about work on many contacts, files, history and settings. types.ts is where it is imported from.
import type { Counts, Reason, ReasonCounts, Role } from "./types";

export interface Selection {
  id: string;
  account: string;
  count: number;
  statuses: Partial<Counts>;
  reasons: ReasonCounts;
  of: { ids?: number; filter?: Record<string, string>; all?: boolean; run?: string; job?: string };
  by: string;
  made_at: string;
  unknown?: string[];
}

export type JobKind = "resubscribe" | "unsubscribe" | "lift" | "undo" | "import" | "archive";
export type JobState = "waiting" | "running" | "held" | "done" | "cancelled" | "rejected";

export interface Job {
  id: string;
  account: string;
  kind: JobKind;
  state: JobState;
  dry_run: boolean;
  selection: string;
  reason: Reason | null;
  undoes: { run?: string; job?: string } | null;
  phase: string;
  total: number | null;
  done: number;
  counts: JobCounts;
  split: Record<string, number>;
  note: string | null;
  follow_up: string | null;
  errors: number;
  by: string;
  detail: Record<string, unknown>;
  created_at: string;
  started_at: string | null;
  finished_at: string | null;
}

// {"resubscribed":N,...,"refused":{"REASON":N}}
export type JobCounts = { [outcome: string]: number | Record<string, number> };

export interface Outcome {
  contact: string;
  email: string | null;
  outcome: string;
  reason: Reason | null;
}

export interface Preview {
  mapping: { header: string[]; recognised_as: string; email: string; name: string[]; opted_out: string | null };
  rows: { line: number; email: string | null; name: string | null; opted_out: boolean; error: string | null }[];
  complete: boolean;
  doubt: string | null;
}

export interface HistoryDay {
  day: string;
  subscribed: number;
  unsubscribed: number;
  on_hold: number;
  reasons: ReasonCounts;
}

export interface Limit {
  percent: number;
  at_least: number;
  at_most: number;
}

export interface ConnectionSettings {
  id: string;
  connector: string;
  schedule: { every_s: number; full_every_s: number };
  on_delete: string;
  push: string;
  limits: { max_resubscribe: Limit; max_unsubscribe: Limit; max_delete: Limit };
  rate_limit: { requests: number; per_s: number } | null;
  push_deadline_s: number;
  push_warn_after_s: number;
}

export interface Settings {
  version: string;
  store_path?: string;
  api: { listen: string | null; tls: boolean; public_url: string | null };
  accounts: {
    id: string;
    name: string;
    brand: string | null;
    resubscribe: "allowed" | "forbidden";
    integrated: boolean;
    connections: ConnectionSettings[];
  }[];
  strikes: { soft_bounce: number; blocked: number; deferral: number; window_days: number; deferral_days: number };
  tokens?: { name: string; role: Role; accounts: string[] }[];
}
