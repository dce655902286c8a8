// Unsubscribed by reason over time: a chart, and the same as a table.
import { useState } from "preact/hooks";
import { getHistory } from "../api/calls";
import { reasons, type Account, type HistoryDay, type Reason } from "../api/types";
import { useApp, useTo } from "../app_state";
import { day, number } from "../format";
import { useResource } from "../hooks/resource";
import { reasonName, texts } from "../texts";
import { Chart } from "../ui/chart";
import { ReasonBadge } from "../ui/badge";
import { Select } from "../ui/field";
import { Empty, Loaded, Skeleton } from "../ui/states";

const ranges = [30, 90, 365];

export function History({ account }: { account: Account }) {
  const { changes } = useApp();
  const [days, setDays] = useState(90);
  const [asTable, setAsTable] = useState(false);
  const history = useResource(`history ${account.id} ${days}`, (signal) => getHistory(account.id, days, signal),
    { keep: true, version: changes });
  return (
    <section class="panel" aria-labelledby="history">
      <header class="panel-head">
        <h2 id="history">{texts.overview.chart}</h2>
        <div class="panel-tools">
          <div class="segments" role="group" aria-label={texts.overview.chart}>
            <button type="button" aria-pressed={!asTable} onClick={() => setAsTable(false)}>{texts.overview.asChart}</button>
            <button type="button" aria-pressed={asTable} onClick={() => setAsTable(true)}>{texts.overview.asTable}</button>
          </div>
          <Select quiet label={texts.overview.range} value={String(days)} onInput={(value) => setDays(Number(value))}
            choices={ranges.map((n) => ({ value: String(n), text: texts.overview.days(n) }))} />
        </div>
      </header>
      <Loaded of={history} skeleton={<Skeleton rows={1} look="chart-space" />}>
        {(data) => <Body days={data.days} account={account} asTable={asTable} />}
      </Loaded>
    </section>
  );
}

function Body({ days, account, asTable }: { days: HistoryDay[]; account: Account; asTable: boolean }) {
  const shown = reasons.filter((reason) => account.reasons[reason] || days.some((one) => one.reasons[reason]));
  const [hovered, setHovered] = useState<number | null>(null);
  const last = days.length - 1;
  if (shown.length === 0 || last < 0)
    return <div class="chart-space"><Empty icon="check" title={texts.overview.noHistory} /></div>;
  if (asTable) return <Table days={days} shown={shown} />;
  const at = days[hovered ?? last] ?? days[last]!;
  return (
    <div class="history">
      <Chart days={days} reasons={shown} onHover={setHovered}
        label={texts.overview.chartAbout(day(days[0]!.day), day(days[last]!.day))} />
      <Legend shown={shown} at={at} />
    </div>
  );
}

function Legend({ shown, at }: { shown: Reason[]; at: HistoryDay }) {
  const to = useTo();
  const several = shown.reduce((sum, reason) => sum + (at.reasons[reason] ?? 0), 0) > at.unsubscribed;
  return (
    <div class="legend">
      <p class="legend-day"><span>{day(at.day)}</span><span class="figure">{number(at.unsubscribed)}</span></p>
      <ul>
        {shown.map((reason) => (
          <li key={reason}>
            <a href={to("/contacts", { reason })}>
              <ReasonBadge reason={reason} /><span class="figure">{number(at.reasons[reason] ?? 0)}</span>
            </a>
          </li>
        ))}
      </ul>
      {several && <p class="hint">{texts.overview.several}</p>}
    </div>
  );
}

// The newest day first.
function Table({ days, shown }: { days: HistoryDay[]; shown: Reason[] }) {
  return (
    <div class="table-wrap chart-space" tabIndex={0} role="group" aria-label={texts.overview.chart}>
      <table class="table compact">
        <thead>
          <tr>
            <th scope="col">{texts.overview.day}</th>
            <th scope="col" class="figure">{texts.overview.total}</th>
            {shown.map((reason) => <th key={reason} scope="col" class="figure">{reasonName(reason)}</th>)}
          </tr>
        </thead>
        <tbody>
          {[...days].reverse().map((one) => (
            <tr key={one.day}>
              <th scope="row">{day(one.day)}</th>
              <td class="figure strong">{number(one.unsubscribed)}</td>
              {shown.map((reason) => <td key={reason} class="figure">{number(one.reasons[reason] ?? 0)}</td>)}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
