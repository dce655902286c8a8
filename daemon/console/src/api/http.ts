// One request to the daemon: JSON in and out, a problem document as an exception. Used by calls.ts.
import { texts } from "../texts";
import { upload, type Progress } from "./upload";

export interface Obstacle {
  reason: string;
  code: string;
  detail: string;
  remedy: string;
}

// Why a request was not answered as asked, in words that can be shown.
export class ApiProblem extends Error {
  constructor(
    readonly status: number,  // 0: nobody answered
    readonly code: string,
    readonly title: string,
    readonly detail: string,
    readonly remedy: string,
    readonly obstacles: Obstacle[] = [],
  ) {
    super(detail);
  }
}

export type Query = Record<string, string | number | boolean | null | undefined>;

export interface Ask {
  query?: Query;
  body?: unknown;  // sent as JSON
  file?: Blob;  // sent as CSV, instead of a body
  signal?: AbortSignal | undefined;
  progress?: Progress | undefined;  // how far the file is
  once?: boolean;  // it changes something: a repeated request must not change it twice
}

export function address(path: string, query: Query = {}): string {
  const fields = new URLSearchParams();
  for (const [name, value] of Object.entries(query))
    if (value !== undefined && value !== null && value !== "") fields.set(name, String(value));
  const text = fields.toString();
  return `/api/v1/${path}${text ? `?${text}` : ""}`;
}

let onSignedOut = () => {};

// What to do when the session has ended.
export function whenSignedOut(call: () => void): void {
  onSignedOut = call;
}

// A request whose answer never came may have been carried out: repeating it carries the same key, until one does come.
const openKeys = new Map<string, string>();

function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function keyFor(what: string): string {
  const known = openKeys.get(what) ?? newKey();
  openKeys.set(what, known);
  return known;
}

// Of a file, what tells it from another.
function describe(file: Blob | undefined): string {
  return file instanceof File ? `${file.name} ${file.size} ${file.lastModified}` : "";
}

const unreachable = () => new ApiProblem(0, "unreachable", texts.problem.title, texts.problem.unreachable,
  texts.problem.unreachableRemedy);

async function problemOf(response: Response): Promise<ApiProblem> {
  let said: Partial<Record<"code" | "title" | "detail" | "remedy", string>> & { obstacles?: Obstacle[] } = {};
  try {
    said = await response.json();
  } catch {
    // Not from the daemon, but from a proxy before it.
  }
  return new ApiProblem(response.status, said.code ?? "", said.title ?? texts.problem.title,
    said.detail ?? texts.problem.answered(response.status), said.remedy ?? texts.problem.remedy, said.obstacles ?? []);
}

function isAbort(error: unknown): boolean {
  return error instanceof DOMException && error.name === "AbortError";
}

export async function request<T>(method: "GET" | "POST", path: string, ask: Ask = {}): Promise<T> {
  const target = address(path, ask.query);
  const text = ask.body === undefined ? undefined : JSON.stringify(ask.body);
  const headers: Record<string, string> = { Accept: "application/json" };
  const what = `${target}\n${text ?? describe(ask.file)}`;
  if (method !== "GET") headers["X-Crmsyncd-Console"] = "1";
  if (ask.once) headers["Idempotency-Key"] = keyFor(what);
  if (text !== undefined) headers["Content-Type"] = "application/json";
  if (ask.file) headers["Content-Type"] = "text/csv";
  let response: Response;
  let answer: T | undefined;
  try {
    response = ask.file && ask.progress
      ? await upload(target, { headers, file: ask.file, signal: ask.signal, progress: ask.progress })
      : await fetch(target, { method, headers, body: ask.file ?? text ?? null, signal: ask.signal ?? null });
    if (response.ok && response.status !== 204) answer = await response.json();
  } catch (error) {
    throw isAbort(error) ? error : unreachable();
  }
  if (response.status < 500) openKeys.delete(what);
  if (response.ok) return answer as T;
  const problem = await problemOf(response);
  if (response.status === 401 && path !== "session") onSignedOut();
  throw problem;
}

export function asProblem(error: unknown): ApiProblem {
  if (error instanceof ApiProblem) return error;
  return new ApiProblem(0, "internal", texts.problem.title, String(error), texts.problem.remedy);
}

export { isAbort };
