// Every request that the console makes, one function each.
import type * as t from "./types";
import { address, request, type Query } from "./http";
import type { Progress } from "./upload";

type Signal = AbortSignal | undefined;

export interface Confirmation {
  permission: boolean;
  statement: string;
  count?: number;
}

export interface ContactFilter extends Query {
  q?: string;
  status?: string;
  reason?: string;
  connection?: string;
  since?: string;
  until?: string;
}

// --- who am I ---
export const getSession = (signal?: Signal) => request<t.Session>("GET", "session", { signal });
export const signIn = (token: string) => request<t.Session>("POST", "session", { body: { token } });
export const signOut = () => request<void>("POST", "session/end", { body: {} });

// --- overview ---
export const getStatus = (signal?: Signal) => request<t.SystemStatus>("GET", "status", { signal });
export const getHistory = (account: string, days: number, signal?: Signal) =>
  request<{ account: string; days: t.HistoryDay[] }>("GET", "history", { query: { account, days }, signal });
export const getConflicts = (account: string, limit: number, signal?: Signal) =>
  request<t.Page<t.Conflict>>("GET", "conflicts", { query: { account, limit }, signal });
export const getOutbox = (query: { connection: string; state: string; limit: number }, signal?: Signal) =>
  request<t.Page<t.Push>>("GET", "outbox", { query, signal });
export const retryPush = (id: string) => request<t.Push>("POST", `outbox/${id}/retry`, { body: {}, once: true });
export const getSettings = (signal?: Signal) => request<t.Settings>("GET", "settings", { signal });

// --- contacts ---
export const getContacts = (query: Query, signal?: Signal) =>
  request<t.Page<t.Contact>>("GET", "contacts", { query, signal });
export const explain = (account: string, id: string, signal?: Signal) =>
  request<t.Explanation>("GET", `contacts/${encodeURIComponent(id)}/explain`, { query: { account }, signal });
export const contactsExport = (query: Query) => address("contacts/export", query);

export const unsubscribe = (account: string, id: string, note: string) =>
  request<t.Contact>("POST", `contacts/${id}/unsubscribe`,
    { query: { account }, body: note ? { note } : {}, once: true });
export const tryResubscribe = (account: string, id: string, signal?: Signal) =>
  request<t.LiftAnswer>("POST", `contacts/${id}/resubscribe`, { query: { account }, body: { dry_run: true }, signal });
export const resubscribe = (account: string, id: string, confirmation: Confirmation | null) =>
  request<t.LiftAnswer>("POST", `contacts/${id}/resubscribe`,
    { query: { account }, body: confirmation ? { confirmation } : {}, once: true });

export interface SupportLift {
  account: string;
  email: string;
  reason: string;
  ticket: string;
  confirmation: Confirmation;
}
export const supportLift = (body: SupportLift) =>
  request<t.LiftAnswer>("POST", "support/lift", { body, once: true });

// --- many contacts ---
export type SelectionOf = { ids: string[] } | { filter: ContactFilter } | { all: true };
export const makeSelection = (account: string, of: SelectionOf) =>
  request<t.Selection>("POST", "selections", { body: { account, ...of }, once: true });
export const getSelection = (id: string, signal?: Signal) =>
  request<t.Selection>("GET", `selections/${encodeURIComponent(id)}`, { signal });

export interface JobOrder {
  kind: "resubscribe" | "unsubscribe" | "lift";
  selection: string;
  reason?: string;
  ticket?: string;
  confirmation?: Confirmation;
  note?: string;
  dry_run?: boolean;
}
export const startJob = (body: JobOrder) => request<t.Job>("POST", "jobs", { body, once: true });
export const getJobs = (account: string, after: string, signal?: Signal) =>
  request<t.Page<t.Job>>("GET", "jobs", { query: { account, after, limit: 50 }, signal });
export const getJob = (id: string, signal?: Signal) =>
  request<t.Job>("GET", `jobs/${encodeURIComponent(id)}`, { signal });
export const getOutcomes = (id: string, after: string, signal?: Signal) =>
  request<t.Page<t.Outcome>>("GET", `jobs/${encodeURIComponent(id)}/outcomes`, { query: { after, limit: 50 }, signal });
export const getErrors = (id: string, after: string, signal?: Signal) =>
  request<t.Page<{ line: number; message: string }>>("GET", `jobs/${encodeURIComponent(id)}/errors`,
    { query: { after, limit: 50 }, signal });
export const decideJob = (id: string, what: "approve" | "reject" | "cancel") =>
  request<t.Job>("POST", `jobs/${id}/${what}`, { body: {}, once: true });
export const outcomesCsv = (id: string) => address(`jobs/${encodeURIComponent(id)}/outcomes.csv`);

export type UndoOf = { run: string } | { job: string };
export const undo = (of: UndoOf, body: { dry_run?: boolean; confirmation?: Confirmation }) =>
  request<t.Job>("POST", `${"run" in of ? `runs/${of.run}` : `jobs/${of.job}`}/undo`, { body, once: true });

// --- syncs ---
export const getRuns = (connection: string, after: string, signal?: Signal) =>
  request<t.Page<t.Run>>("GET", "runs", { query: { connection, after, limit: 25 }, signal });
export const getRun = (id: string, signal?: Signal) =>
  request<t.Run>("GET", `runs/${encodeURIComponent(id)}`, { signal });
export const getChanges = (id: string, after: string, signal?: Signal) =>
  request<t.Page<t.Change>>("GET", `runs/${encodeURIComponent(id)}/changes`, { query: { after, limit: 50 }, signal });
export const decideRun = (id: string, what: "approve" | "reject") =>
  request<t.Run>("POST", `runs/${id}/${what}`, { body: {}, once: true });
export const sync = (connection: string, mode: t.RunMode) =>
  request<unknown>("POST", `connections/${connection}/sync`, { body: { mode }, once: true });
export const planSync = (connection: string, signal?: Signal) =>
  request<t.Plan>("POST", `connections/${connection}/plan`, { body: { mode: "incremental" }, signal });
export const testConnection = (connection: string, signal?: Signal) =>
  request<t.Probe>("POST", `connections/${connection}/test`, { body: {}, signal });

// --- import ---
export interface Columns {
  column_email?: string | undefined;
  column_name?: string | undefined;
  column_opted_out?: string | undefined;
}
export const previewImport = (account: string, file: Blob, columns: Columns, signal?: Signal) =>
  request<t.Preview>("POST", "imports", { query: { account, preview: 8, ...columns }, file, signal });
export const startImport = (account: string, file: File, columns: Columns, archiveMissing: boolean, progress: Progress, signal?: Signal) =>
  request<t.Job>("POST", "imports",
    { query: { account, archive_missing: archiveMissing, ...columns }, file, once: true, progress, signal });

// --- audit ---
export const getAudit = (query: Query, signal?: Signal) =>
  request<t.Page<t.AuditEntry>>("GET", "audit", { query, signal });
export const auditExport = (query: Query) => address("audit/export", query);
export const verifyAudit = () =>
  request<{ ok: boolean; entries: number; links: number; problem: string | null }>("GET", "audit/verify");
