// A run in a sentence: who started what, and how it stands.
import type { Run } from "../../api/types";
import { texts } from "../../texts";
import { countsInWords } from "./health";

const words = texts.sentence;

export function runInWords(run: Run): string {
  const what = words.what(words.modes[run.mode], words.triggers[run.trigger]);
  const { fetched, held } = run.counts;
  switch (run.state) {
    case "running": return run.phase === "applying" ? words.applying(what, fetched) : words.reading(what);
    case "failed": return words.failed(what, fetched);
    case "held": return words.held(what, fetched, held);
    case "rejected": return words.rejected(what, fetched);
    default: return words.applied(what, fetched, countsInWords({ ...run.counts, held: 0 }));
  }
}
