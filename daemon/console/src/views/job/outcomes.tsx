// Contact by contact, what a job has done; and the rows of a file that it could not take.
import { getErrors, getOutcomes } from "../../api/calls";
import type { Job } from "../../api/types";
import { useApp, useTo } from "../../app_state";
import { number } from "../../format";
import { useResource } from "../../hooks/resource";
import { texts } from "../../texts";
import { ReasonBadge } from "../../ui/badge";
import { Button } from "../../ui/button";
import { Pager } from "../../ui/pager";
import { Loaded, Skeleton } from "../../ui/states";
import { Name } from "../../ui/words";
import { useState } from "preact/hooks";
import { outcomeName, outcomeRemedy } from "./split";

const words = texts.jobs;

export function OutcomeTable({ job }: { job: Job }) {
  const { place } = useApp();
  const to = useTo();
  const after = place.query.get("after") ?? "";
  const outcomes = useResource(`outcomes ${job.id} ${after}`, (signal) => getOutcomes(job.id, after, signal),
    { keep: true, version: `${job.state} ${job.phase} ${Math.floor(job.done / 1000)}` });
  return (
    <section class="panel" aria-labelledby="outcomes">
      <header class="panel-head"><h2 id="outcomes">{words.outcomes}</h2></header>
      <Loaded of={outcomes} skeleton={<Skeleton rows={6} />}>
        {(data) => data.items.length === 0 ? <p class="panel-empty">{words.noOutcomes}</p> : (
          <div class="table-wrap" tabIndex={0} role="group" aria-labelledby="outcomes">
            <table class="table">
              <thead>
                <tr>
                  <th scope="col">{texts.list.email}</th>
                  <th scope="col">{words.outcome}</th>
                  <th scope="col">{texts.list.reason}</th>
                  <th scope="col" class="wide-only">{words.remedy}</th>
                </tr>
              </thead>
              <tbody>
                {data.items.map((one, i) => (
                  <tr key={`${one.contact} ${i}`}>
                    <th scope="row">{one.email ? <a href={to(`/contacts/${one.contact}`)}><Name text={one.email} /></a> : words.erased}</th>
                    <td>{outcomeName(one.outcome)}</td>
                    <td>{one.reason && <ReasonBadge reason={one.reason} />}</td>
                    <td class="wide-only muted">{outcomeRemedy(one.outcome)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      </Loaded>
      <div class="panel-foot"><Pager place={place} next={outcomes.data?.next ?? null} busy={outcomes.old} /></div>
    </section>
  );
}

export function ErrorTable({ job }: { job: Job }) {
  const [after, setAfter] = useState("");
  const errors = useResource(`errors ${job.id} ${after}`, (signal) => getErrors(job.id, after, signal),
    { keep: true, version: job.errors });
  return (
    <section class="panel" aria-labelledby="errors">
      <header class="panel-head"><h2 id="errors">{words.errors(number(job.errors))}</h2></header>
      <Loaded of={errors} skeleton={<Skeleton rows={3} />}>
        {(data) => (
          <div class="table-wrap" tabIndex={0} role="group" aria-labelledby="errors">
            <table class="table">
              <thead><tr><th scope="col" class="figure line">{words.line}</th><th scope="col">{words.wrong}</th></tr></thead>
              <tbody>
                {data.items.map((one) => <tr key={one.line}><td class="figure">{number(one.line)}</td><td dir="auto">{one.message}</td></tr>)}
              </tbody>
            </table>
          </div>
        )}
      </Loaded>
      {(after || errors.data?.next) && (
        <div class="panel-foot">
          <Button disabled={!after} onClick={() => setAfter("")}>{texts.pager.first}</Button>
          <Button disabled={!errors.data?.next} onClick={() => setAfter(errors.data?.next ?? "")}>{texts.pager.next}</Button>
        </div>
      )}
    </section>
  );
}
