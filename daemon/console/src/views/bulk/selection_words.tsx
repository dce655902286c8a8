// What was selected, in words: it is fixed now, whatever changes meanwhile.
import type { Selection } from "../../api/types";
import { dateTime } from "../../format";
import { reasonName, texts } from "../../texts";

const words = texts.bulk;

export function SelectionWords({ selection }: { selection: Selection }) {
  const { of } = selection;
  const what = of.all ? words.ofAll : of.filter ? words.ofFilter(filterWords(of.filter)) : words.ofIds;
  return <p class="selection-words">{words.selected(selection.count, what, dateTime(selection.made_at))}</p>;
}

function filterWords(filter: Record<string, string>): string {
  const parts = Object.entries(filter).map(([name, value]) => {
    if (name === "status") return texts.status[value as keyof typeof texts.status] ?? value;
    if (name === "reason") return reasonName(value);
    if (name === "q") return `“${value}”`;
    return `${words.filterNames[name] ?? name} ${value}`;
  });
  return parts.join(", ");
}
