// What is known of a contact: suppressions, CRM records, and what was told to a CRM.
import { retryPush } from "../../api/calls";
import type { Explanation, ExplainedSuppression, Push } from "../../api/types";
import { useMay, useTo } from "../../app_state";
import { useAction } from "../../hooks/action";
import { texts } from "../../texts";
import { Badge, ReasonBadge, type Tone } from "../../ui/badge";
import { Button } from "../../ui/button";
import { toast } from "../../ui/toast";
import { Details, Name, OutsideLink, Prose, Time } from "../../ui/words";

const words = texts.profile;

export function SuppressionList({ all }: { all: ExplainedSuppression[] }) {
  return (
    <section class="panel" aria-labelledby="suppressions">
      <header class="panel-head"><h2 id="suppressions">{words.suppressions}</h2></header>
      {all.length === 0 ? <p class="panel-empty">{words.noSuppressions}</p> : (
        <ul class="suppressions">{all.map((one) => <Suppressed key={`${one.reason} ${one.source}`} one={one} />)}</ul>
      )}
    </section>
  );
}

function Suppressed({ one }: { one: ExplainedSuppression }) {
  return (
    <li class="suppression">
      <p class="suppression-head">
        <ReasonBadge reason={one.reason} />
        <span class="muted">{words.since} <Time at={one.since} /></span>
      </p>
      <dl class="facts">
        <div><dt>{words.setBy}</dt><dd><Source one={one} /></dd></div>
        {Object.keys(one.evidence).length > 0 && <div><dt>{words.evidence}</dt><dd><Details of={one.evidence} /></dd></div>}
        <div><dt>{words.whoLifts}</dt><dd><Prose text={one.who_can_lift} /></dd></div>
        <div><dt>{words.crm}</dt><dd><Prose text={one.crm} /></dd></div>
      </dl>
    </li>
  );
}

function Source({ one }: { one: ExplainedSuppression }) {
  if (one.record_url) return <OutsideLink url={one.record_url}>{one.source}</OutsideLink>;
  return <Name text={one.source} />;
}

export function RecordTable({ records }: { records: Explanation["records"] }) {
  return (
    <section class="panel" aria-labelledby="records">
      <header class="panel-head"><h2 id="records">{words.records}</h2></header>
      {records.length === 0 ? <p class="panel-empty">{words.noRecords}</p> : (
        <div class="table-wrap" tabIndex={0} role="group" aria-labelledby="records">
          <table class="table">
            <thead>
              <tr>
                <th scope="col">{words.connection}</th>
                <th scope="col">{words.record}</th>
                <th scope="col">{words.crmSays}</th>
                <th scope="col">{words.modified}</th>
              </tr>
            </thead>
            <tbody>
              {records.map((one) => (
                <tr key={`${one.connection} ${one.external_id}`}>
                  <td><Name text={one.connection} /></td>
                  <td><OutsideLink url={one.url}>{one.external_id}</OutsideLink></td>
                  <td>{said(one)}</td>
                  <td>{one.modified_at ? <Time at={one.modified_at} /> : <span class="muted">{words.unknown}</span>}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

function said(record: Explanation["records"][number]) {
  if (record.deleted) return <Badge tone="quiet">{words.deleted}</Badge>;
  if (record.opted_out === null) return <Badge tone="warn">{words.unknown}</Badge>;
  return record.opted_out ? <Badge tone="bad">{words.optedOut}</Badge> : <Badge tone="good">{words.mayBeMailed}</Badge>;
}

const pushTones: Record<Push["state"], Tone> = { pending: "warn", sent: "info", acknowledged: "good", dead: "bad", superseded: "quiet" };

// `withContact`: of several contacts, so each row says whose it is.
export function PushTable({ pushes, reload, withContact = false }: { pushes: Push[]; reload: () => void; withContact?: boolean }) {
  return (
    <section class="panel" aria-labelledby="pushes">
      <header class="panel-head"><h2 id="pushes">{words.pushes}</h2></header>
      <div class="table-wrap" tabIndex={0} role="group" aria-labelledby="pushes">
        <table class="table">
          <thead>
            <tr>
              <th scope="col">{words.what}</th>
              <th scope="col">{withContact ? texts.list.email : words.connection}</th>
              <th scope="col">{words.pushState}</th>
              <th scope="col">{words.age}</th>
              <th scope="col">{words.deadline}</th>
            </tr>
          </thead>
          <tbody>{pushes.map((push) => <Pushed key={push.id} push={push} reload={reload} withContact={withContact} />)}</tbody>
        </table>
      </div>
    </section>
  );
}

function Pushed({ push, reload, withContact }: { push: Push; reload: () => void; withContact: boolean }) {
  const to = useTo();
  const mayOperate = useMay("operate");
  const retry = useAction(() => retryPush(push.id), () => (toast(texts.overview.retried), reload()));
  const open = push.state === "pending" || push.state === "sent" || push.state === "dead";
  return (
    <tr>
      <td>{words.pushKind[push.kind]} <ReasonBadge reason={push.reason} /></td>
      <td>{withContact ? <a href={to(`/contacts/${push.contact}`)}><Name text={push.email} /></a> : <Name text={push.connection} />}</td>
      <td>
        <Badge tone={push.overdue ? "bad" : pushTones[push.state]}>{words.pushStates[push.state]}</Badge>
        {push.error && <p class="muted"><Prose text={push.error} /></p>}
        {retry.problem && <p class="field-error" role="alert">{retry.problem.detail}</p>}
        {push.state === "dead" && mayOperate &&
          <Button busy={retry.busy} onClick={() => retry.run()}>{texts.overview.retry}</Button>}
      </td>
      <td><Time at={push.created_at} />{push.attempts > 1 && <span class="muted"> {words.attempts(push.attempts)}</span>}</td>
      <td>{open ? <Time at={push.deadline_at} /> : "–"}</td>
    </tr>
  );
}
