// What is selected, how many, and what can be done with them: always in sight while anything is.
import { makeSelection, type JobOrder } from "../../api/calls";
import { useApp, useMay, useTo } from "../../app_state";
import { useAction } from "../../hooks/action";
import { navigate } from "../../router";
import { texts } from "../../texts";
import { Button } from "../../ui/button";
import { Icon } from "../../ui/icon";
import { Menu, type MenuItem } from "../../ui/menu";
import { ProblemBox } from "../../ui/states";
import { isFiltered, type ListQuery } from "./query";
import type { Chosen } from "./selection";

const words = texts.list;

export function SelectionBar({ chosen, query }: { chosen: Chosen; query: ListQuery }) {
  const { account } = useApp();
  const to = useTo();
  const mayOperate = useMay("operate");
  const maySupport = useMay("support");
  const begin = useAction(
    async (action: JobOrder["kind"]) => ({ action, id: (chosen.frozen ?? await makeSelection(account!.id, chosen.of())).id }),
    ({ action, id }) => navigate(to("/bulk", { action, selection: id })));
  if (chosen.count === 0 && !chosen.frozen) return <div class="hidden" role="status" />;
  const items: MenuItem[] = [];
  if (mayOperate) items.push({ text: words.resubscribe, icon: "mail", onChoose: () => begin.run("resubscribe") });
  items.push({ text: words.unsubscribe, icon: "close", onChoose: () => begin.run("unsubscribe") });
  if (maySupport) items.push({ text: words.bulkLift, icon: "key", onChoose: () => begin.run("lift") });
  const busy = chosen.freeze.busy || begin.busy;
  const problem = chosen.freeze.problem ?? begin.problem;
  return (
    <section class="selection-bar" aria-label={words.bar}>
      {problem && <ProblemBox problem={problem} />}
      <div class="selection-line">
        <strong role="status">{countOf(chosen)}</strong>
        {!chosen.frozen && isFiltered(query.filter) &&
          <Button kind="ghost" busy={chosen.freeze.busy} onClick={() => chosen.freeze.run({ filter: query.filter })}>{words.matching}</Button>}
        {!chosen.frozen &&
          <Button kind="ghost" busy={chosen.freeze.busy} onClick={() => chosen.freeze.run({ all: true })}>{words.all}</Button>}
        <Button kind="ghost" onClick={chosen.clear}>{words.clearSelection}</Button>
        <span class="grow" />
        <Menu label={words.bulk} items={items} look="button primary" busy={busy}>
          <span class="label">{words.bulk}</span><Icon name="down" />
        </Menu>
      </div>
    </section>
  );
}

function countOf(chosen: Chosen): string {
  if (!chosen.frozen) return words.selected(chosen.count);
  return chosen.frozen.of.all ? words.frozenAll(chosen.count) : words.frozenMatching(chosen.count);
}
