// The audit log comes oldest first, however long it is; whoever looks wants the newest. It is read as a stream, and only
// the last entries are kept.
import { ApiProblem, asProblem, isAbort } from "./http";
import { auditExport } from "./calls";
import type { Query } from "./http";
import type { AuditEntry } from "./types";
import { texts } from "../texts";

export const mostKept = 500;

export interface AuditPart {
  entries: AuditEntry[];  // the newest first
  total: number;  // how many there were, kept or not
}

async function refusal(response: Response): Promise<ApiProblem> {
  try {
    const said = await response.json();
    return new ApiProblem(response.status, said.code, said.title, said.detail, said.remedy);
  } catch {
    return new ApiProblem(response.status, "", texts.problem.title, texts.problem.answered(response.status), texts.problem.remedy);
  }
}

export async function readAudit(query: Query, signal: AbortSignal): Promise<AuditPart> {
  try {
    const response = await fetch(auditExport(query), { signal });
    if (!response.ok || !response.body) throw await refusal(response);
    return await keepLast(response.body.pipeThrough(new TextDecoderStream()).getReader());
  } catch (error) {
    if (isAbort(error) || error instanceof ApiProblem) throw error;
    const problem = asProblem(error);
    throw new ApiProblem(0, "unreachable", problem.title, texts.problem.unreachable, texts.problem.unreachableRemedy);
  }
}

async function keepLast(reader: ReadableStreamDefaultReader<string>): Promise<AuditPart> {
  let lines: string[] = [];
  let rest = "";
  let total = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    const all = (rest + value).split("\n");
    rest = all.pop() ?? "";
    total += all.length;
    lines = [...lines, ...all].slice(-mostKept);
  }
  return { entries: lines.reverse().map((line) => JSON.parse(line) as AuditEntry), total };
}
