// What needs somebody: held runs and imports, connections that fail, opt-outs that a CRM does not confirm, conflicts.
import { Fragment, type ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { getConflicts, getJobs, getOutbox, getSettings, retryPush } from "../api/calls";
import type { Account, Conflict, Connection, OutboxSummary, Push, SystemStatus } from "../api/types";
import { useApp, useMay, useTo } from "../app_state";
import { number } from "../format";
import { useAction } from "../hooks/action";
import { useResource } from "../hooks/resource";
import { reasonName, texts } from "../texts";
import type { Tone } from "../ui/badge";
import { Button } from "../ui/button";
import { Icon, type IconName } from "../ui/icon";
import { Empty, ProblemBox, Skeleton } from "../ui/states";
import { toast } from "../ui/toast";
import { Name, Prose, Time } from "../ui/words";

const words = texts.overview;
const conflictsShown = 5;
const conflictsMore = 200;
const pushesShown = 3;
const usualWarning = 12 * 3600;  // seconds, until the settings are known

export function Attention({ account }: { account: Account }) {
  const { status, changes } = useApp();
  const how = { version: changes, keep: true };
  const jobs = useResource(`jobs ${account.id} `, (signal) => getJobs(account.id, "", signal), how);
  const [all, setAll] = useState(false);
  const most = all ? conflictsMore : conflictsShown;
  const conflicts = useResource(`conflicts ${account.id} ${most}`, (signal) => getConflicts(account.id, most, signal), how);
  const ready = status.data && (jobs.data || jobs.problem) && (conflicts.data || conflicts.problem);
  const problem = jobs.problem ?? conflicts.problem;
  const retry = () => (jobs.reload(), conflicts.reload());
  const late = useLate();
  const matters = ready ? [
    ...(status.data ? ofConnections(status.data, account, late) : []),
    ...(jobs.data?.items ?? []).filter((job) => job.state === "held").map((job) => (
      <Matter key={job.id} tone="warn" icon="pause" title={words.heldJob(job.id)} path={`/jobs/${job.id}`} link={words.review}>
        {job.note && <Prose text={job.note} />}
      </Matter>
    )),
    ...(conflicts.data && conflicts.data.items.length > 0
      ? [<Conflicts key="conflicts" items={conflicts.data.items} more={conflicts.data.next !== null}
        showAll={all ? undefined : () => setAll(true)} />] : []),
  ].filter(Boolean) : [];
  return (
    <section class="panel" aria-labelledby="needs">
      <header class="panel-head"><h2 id="needs">{words.needs}</h2></header>
      {ready && problem && <ProblemBox problem={problem} onRetry={retry} />}
      {!ready ? <Skeleton rows={4} /> : matters.length === 0 && !problem
        ? <Empty icon="check" title={words.nothing}>{words.nothingMore}</Empty>
        : <ul class="matters">{matters}</ul>}
    </section>
  );
}

interface MatterProps {
  tone: Tone;
  icon: IconName;
  title: string;
  path: string;
  link: string;
  children?: ComponentChildren;
}

function Matter({ tone, icon, title, path, link, children }: MatterProps) {
  const to = useTo();
  return (
    <li class="matter">
      <span class={`matter-icon ${tone}`}><Icon name={icon} /></span>
      <div class="matter-words">
        <p class="strong">{title}</p>
        {children && <div class="muted">{children}</div>}
      </div>
      <a class="button plain" href={to(path)} aria-label={`${link}: ${title}`}><span class="label">{link}</span></a>
    </li>
  );
}

function ofConnections(status: SystemStatus, account: Account, late: (one: OutboxSummary) => boolean): ComponentChildren[] {
  const mine = status.connections.filter((one) => one.account === account.id);
  const ids = new Set(mine.map((one) => one.id));
  const held = status.held_runs.filter((run) => ids.has(run.connection)).map((run) => (
    <Matter key={`run ${run.id}`} tone="warn" icon="pause" title={words.heldRun(run.connection)} path={`/runs/${run.id}`}
      link={words.review}>
      {run.note && <Prose text={run.note} />}
    </Matter>
  ));
  const outbox = status.outbox.filter((one) => ids.has(one.connection));
  return [...held, ...mine.map(failing), ...outbox.map((one) => waiting(one, late(one)))];
}

function failing(connection: Connection): ComponentChildren {
  const path = `/syncs/${connection.id}`;
  const why = connection.attention ?? connection.last_error;
  const key = `connection ${connection.id}`;
  if (!connection.configured) return null;
  if (connection.state === "stopped" || connection.attention)
    return <Matter key={key} tone="bad" icon="warning" title={words.stopped(connection.id)} path={path} link={words.look}>
      {why && <Prose text={why} />}</Matter>;
  if (connection.state === "backing_off" || connection.failures > 0)
    return <Matter key={key} tone="bad" icon="warning" title={words.failed(connection.id)} path={path} link={words.look}>
      {why && <Prose text={why} />}</Matter>;
  if (connection.stale && connection.last_poll_at)
    return <Matter key={key} tone="warn" icon="clock" title={words.stale(connection.id)} path={path} link={words.look} />;
  return null;
}

// Which outboxes hold opt-outs for longer than they should.
function useLate(): (one: OutboxSummary) => boolean {
  const { status } = useApp();
  const settings = useResource("settings", getSettings);
  const all = settings.data?.accounts.flatMap((one) => one.connections) ?? [];
  const now = status.data ? Date.parse(status.data.now) : Date.now();
  return (one) => {
    const warnAfter = all.find((connection) => connection.id === one.connection)?.push_warn_after_s ?? usualWarning;
    return one.overdue > 0 || (one.oldest_open_at !== null && now - Date.parse(one.oldest_open_at) > warnAfter * 1000);
  };
}

function waiting(summary: OutboxSummary, late: boolean): ComponentChildren {
  const path = `/syncs/${summary.connection}`;
  const open = summary.pending + summary.sent;
  if (!(late && open > 0) && summary.dead === 0) return null;
  return (
    <Fragment key={`outbox ${summary.connection}`}>
      {late && open > 0 && (
        <Matter tone={summary.overdue > 0 ? "bad" : "warn"} icon="clock" path={path} link={words.look}
          title={summary.overdue > 0 ? words.overdue(summary.overdue, summary.connection) : words.near(open, summary.connection)}>
          {words.nearMore} <Time at={summary.oldest_open_at} />
          <Pushes connection={summary.connection} state="pending" />
        </Matter>
      )}
      {summary.dead > 0 && (
        <Matter tone="bad" icon="warning" title={words.dead(summary.dead, summary.connection)} path={path} link={words.look}>
          <Pushes connection={summary.connection} state="dead" />
        </Matter>
      )}
    </Fragment>
  );
}

export function Pushes({ connection, state }: { connection: string; state: "pending" | "dead" }) {
  const pushes = useResource(`outbox ${connection} ${state}`,
    (signal) => getOutbox({ connection, state, limit: pushesShown }, signal), { version: useApp().changes });
  if (!pushes.data || pushes.data.items.length === 0) return null;
  return <ul class="matter-list">{pushes.data.items.map((push) => <Waits key={push.id} push={push} reload={pushes.reload} />)}</ul>;
}

function Waits({ push, reload }: { push: Push; reload: () => void }) {
  const to = useTo();
  const mayOperate = useMay("operate");
  const retry = useAction(() => retryPush(push.id), () => (toast(words.retried), reload()));
  return (
    <li>
      <a href={to(`/contacts/${push.contact}`)}><Name text={push.email} /></a>
      <span>{push.state === "dead" ? push.error : <>{words.pushFor} <Time at={push.deadline_at} /></>}</span>
      {push.state === "dead" && mayOperate && <Button kind="ghost" busy={retry.busy} onClick={() => retry.run()}>{words.retry}</Button>}
    </li>
  );
}

function Conflicts({ items, more, showAll }: { items: Conflict[]; more: boolean; showAll: (() => void) | undefined }) {
  const to = useTo();
  const all = more ? words.more(number(items.length)) : number(items.length);
  return (
    <li class="matter">
      <span class="matter-icon info"><Icon name="syncs" /></span>
      <div class="matter-words">
        <p class="strong">{words.conflicts(all)}</p>
        <ul class="matter-list muted">
          {items.map((one) => (
            <li key={`${one.contact} ${one.connection}`}>
              <a href={to(`/contacts/${one.contact}`)}><Name text={one.email} /></a>
              <span>{words.conflictKept} {one.remaining.map(reasonName).join(", ")}</span>
            </li>
          ))}
        </ul>
        {more && showAll && <Button kind="ghost" onClick={showAll}>{words.showMore}</Button>}
      </div>
    </li>
  );
}
