// What the HTTP API answers, as far as the console reads it. Used by everything that shows data.
export type * from "./types_work";

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
