// What stands between a contact and mail, in the daemon's words: the answer to a dry run.
import { ApiProblem, type Obstacle } from "../../api/http";
import type { LiftAnswer } from "../../api/types";

export interface Verdict {
  kind: "unknown" | "free" | "confirm" | "refused";
  stays: boolean;  // it would be left to the CRM, and stay unsubscribed until it is re-activated there
  obstacles: Obstacle[];
  waiting: boolean;
  failed: ApiProblem | null;
  retry?: () => void;
}

export const unknownVerdict: Verdict = { kind: "unknown", stays: false, obstacles: [], waiting: true, failed: null };

const mendable = "confirmation_missing";  // the operator has it in their hands

export function verdictOf(answer: LiftAnswer | ApiProblem): Verdict {
  const known = { ...unknownVerdict, waiting: false };
  if (!(answer instanceof ApiProblem)) return { ...known, kind: "free", stays: answer.outcome === "stays_unsubscribed" };
  const all = answer.obstacles.length > 0 ? answer.obstacles
    : [{ reason: "", code: answer.code, detail: answer.detail, remedy: answer.remedy }];
  const obstacles = all.filter((one) => one.code !== mendable);
  return { ...known, kind: obstacles.length > 0 ? "refused" : "confirm", obstacles };
}
