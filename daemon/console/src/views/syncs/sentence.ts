// A run in a sentence: who started what, and how it stands.
import type { Run } from "../../api/types";
import { number } from "../../format";
import { texts } from "../../texts";
import { countsInWords } from "./health";

const words = texts.sentence;

export function runInWords(run: Run): string {
  const what = words.what(words.modes[run.mode], words.triggers[run.trigger]);
  const { fetched, held } = run.counts;
  switch (run.state) {
    case "running": return words.running(what, number(fetched));
    case "failed": return words.failed(what, number(fetched));
    case "held": return words.held(what, number(fetched), held);
    case "rejected": return words.rejected(what, number(fetched));
    default: return words.applied(what, number(fetched), countsInWords({ ...run.counts, held: 0 }));
  }
}
