// What the HTTP API answers, as far as the console reads it. Used by everything that shows data.

export type Status = "subscribed" | "unsubscribed" | "on_hold";
export type Role = "viewer" | "operator" | "support" | "admin";

export const reasons = [
  "spam_complaint", "contact", "manual", "hard_bounce", "failed_validation",
  "integration", "archived", "blocked", "soft_bounce", "deferral",
] as const;
export type Reason = (typeof reasons)[number];

export interface Session {
  who: string;
  name: string;
  role: Role;
  accounts: string[];
  version: string;
  expires_at: string;
}

export interface Page<T> {
  items: T[];
  next: string | null;
}

export type Counts = Record<Status, number>;
export type ReasonCounts = Partial<Record<Reason, number>>;

export interface Account {
  id: string;
  name: string;
  integrated: boolean;
  resubscribe: "allowed" | "forbidden";
  contacts: Counts;
  reasons: ReasonCounts;
}

export interface RunCounts {
  fetched: number;
  new: number;
  unchanged: number;
  unsubscribed: number;
  resubscribed: number;
  kept_unsubscribed: number;
  deleted: number;
  invalid: number;
  unknown: number;
  duplicates: number;
  held: number;
}

export type RunState = "running" | "applied" | "held" | "rejected" | "failed";
export type RunMode = "incremental" | "full";

export interface Run {
  id: string;
  connection: string;
  mode: RunMode;
  trigger: "schedule" | "signal" | "api" | "once";
  state: RunState;
  counts: RunCounts;
  api_calls: number;
  started_at: string;
  duration_ms: number;
  error: string | null;
  note: string | null;
  phase: string | null;
}

export interface Connection {
  id: string;
  account: string;
  configured: boolean;
  connector: string | null;
  state: "idle" | "running" | "backing_off" | "stopped" | "gone";
  next_due_at: string | null;
  failures: number;
  last_error: string | null;
  attention: string | null;
  records: number;
  last_poll_at: string | null;
  last_full_at: string | null;
  stale: boolean;
  last_run: Run | null;
}

export interface OutboxSummary {
  connection: string;
  pending: number;
  sent: number;
  dead: number;
  oldest_open_at: string | null;
  overdue: number;
}

export interface SystemStatus {
  ready: boolean;
  now: string;
  accounts: Account[];
  connections: Connection[];
  held_runs: Run[];
  outbox: OutboxSummary[];
  conflicts: number;
}

export interface Suppression {
  reason: Reason;
  source: string;
  since: string;
  evidence: Record<string, unknown>;
}

export interface CrmRecord {
  connection: string;
  external_id: string;
  opted_out: boolean | null;
  modified_at: string | null;
  deleted: boolean;
}

export interface Contact {
  id: string;
  account: string;
  email: string;
  display: string;
  name: string;
  status: Status;
  mailable: boolean;
  reason: Reason | null;
  suppressions: Suppression[];
  records: CrmRecord[];
  holds: string[];
  changed_at: string;
}

export interface Push {
  id: string;
  connection: string;
  external_id: string | null;
  contact: string;
  email: string;
  kind: "opt_out" | "opt_in";
  reason: Reason;
  state: "pending" | "sent" | "acknowledged" | "dead" | "superseded";
  attempts: number;
  created_at: string;
  next_at: string | null;
  deadline_at: string;
  overdue: boolean;
  error: string | null;
}

export interface AuditEntry {
  seq: string;
  at: string;
  who: string;
  from: string;
  basis: string;
  action: string;
  account: string;
  contact: string;
  reason: string | null;
  source: string | null;
  before: Status;
  after: Status;
  run: string | null;
  job: string | null;
  detail: Record<string, unknown>;
}

export interface ExplainedSuppression extends Suppression {
  means: string;
  who_can_lift: string;
  operator_may_lift: boolean;
  pushed: boolean;
  crm: string;
  pushes: Push[];
  record_url: string | null;
}

export interface Explanation {
  contact: Contact;
  summary: string;
  next: string;
  suppressions: ExplainedSuppression[];
  records: (CrmRecord & { url: string | null })[];
  holds: { why: string; next: string }[];
  pushes: Push[];
  timeline: AuditEntry[];
  timeline_complete: boolean;
}

export interface LiftAnswer extends Contact {
  outcome: "resubscribed" | "already_subscribed" | "stays_unsubscribed";
  dry_run: boolean;
}

export interface Conflict {
  connection: string;
  external_id: string;
  contact: string;
  email: string;
  since: string;
  remaining: Reason[];
}

export interface Change {
  id: string;
  run: string;
  connection: string;
  external_id: string;
  contact: string;
  email: string;
  kind: "unsubscribe" | "resubscribe" | "deletion" | "keep";
  state: "planned" | "applied" | "held" | "approved" | "rejected" | "skipped" | "withdrawn";
  note: string | null;
  opted_out: boolean | null;
  modified_at: string | null;
  deleted: boolean;
  evidence: string | null;
}

export interface Plan {
  run: Run;
  changes: Change[];
  total_changes: number;
}

export interface Probe {
  ok: boolean;
  verdicts: { check: string; ok: boolean; detail: string }[];
  samples: { external_id: string; email: string; opted_out: boolean | null; modified_at: string | null }[];
}

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
