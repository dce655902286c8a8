// The audit log: who changed which subscription, when, from where, why.
import { useState } from "preact/hooks";
import { mostKept, readAudit } from "../api/audit_stream";
import { auditExport, verifyAudit } from "../api/calls";
import type { AuditEntry } from "../api/types";
import { useApp } from "../app_state";
import { number } from "../format";
import { useAction } from "../hooks/action";
import { useResource } from "../hooks/resource";
import { navigate, pathTo, type Fields } from "../router";
import { texts } from "../texts";
import { Button, LinkButton } from "../ui/button";
import { Empty, Loaded, Note, ProblemBox, Skeleton } from "../ui/states";
import { Prose } from "../ui/words";
import { AuditFilters, type AuditFilter } from "./audit/filters";
import { AuditTable } from "./audit/table";
import { View } from "./view_of";

const words = texts.audit;
const usualDays = 7;
const step = 100;

const dayBefore = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10);

export function Audit() {
  const { account, place, changes, session } = useApp();
  const fields = place.query;
  const contact = fields.get("contact") ?? "";
  const filter: AuditFilter = {
    since: fields.get("since") ?? (contact ? "" : dayBefore(usualDays)),
    until: fields.get("until") ?? "",
    action: fields.get("action") ?? "",
    who: fields.get("who") ?? "",
    contact,
  };
  const query = { account: account?.id, since: filter.since, until: filter.until, contact };
  const log = useResource(account ? `audit ${JSON.stringify(query)}` : null, (signal) => readAudit(query, signal),
    { keep: true });
  // The log may be long: it is read again when somebody asks for it, not with every change.
  const [read, setRead] = useState(changes);
  const refresh = () => {
    setRead(changes);
    log.reload();
  };
  const change = (some: Fields, replace = false) =>
    navigate(pathTo("/audit", { ...Object.fromEntries(new URLSearchParams(location.search)), ...some }), { replace });
  return (
    <View title={words.title} actions={<>
      {changes !== read && <Button icon="syncs" onClick={refresh}>{words.refresh}</Button>}
      {session.accounts.length === 0 && <Verify />}
      <LinkButton icon="file" href={auditExport(query)} download>{words.export}</LinkButton>
    </>}>
      <AuditFilters filter={filter} change={change} />
      <Loaded of={log} skeleton={<Skeleton rows={10} look="rows" />}>
        {(data) => <Entries all={data.entries.filter((one) => fits(one, filter))} total={data.total} kept={data.entries.length} />}
      </Loaded>
    </View>
  );
}

function fits(entry: AuditEntry, filter: AuditFilter): boolean {
  return (!filter.action || entry.action === filter.action) &&
    (!filter.who || entry.who.toLowerCase().includes(filter.who.toLowerCase()));
}

function Entries({ all, total, kept }: { all: AuditEntry[]; total: number; kept: number }) {
  const [shown, setShown] = useState(step);
  if (all.length === 0) return <Empty icon="audit" title={words.nothing}>{words.nothingMore}</Empty>;
  return (
    <>
      <AuditTable entries={all.slice(0, shown)} />
      <div class="list-foot">
        <span class="muted">{total > kept ? words.newest(number(mostKept), number(total)) : words.count(all.length)}</span>
        {all.length > shown && <Button onClick={() => setShown(shown + step)}>{words.more}</Button>}
      </div>
    </>
  );
}

function Verify() {
  const verify = useAction(verifyAudit, (answer) => setVerdict(answer));
  const [verdict, setVerdict] = useState<Awaited<ReturnType<typeof verifyAudit>> | null>(null);
  return (
    <>
      {verify.problem && <ProblemBox problem={verify.problem} />}
      <div role="status">
        {verdict && <Note tone={verdict.ok ? "good" : "bad"}>
          {verdict.ok ? words.whole(number(verdict.entries)) : <Prose text={words.broken(verdict.problem ?? "")} />}</Note>}
      </div>
      <Button icon="check" busy={verify.busy} onClick={() => verify.run()}>{words.verify}</Button>
    </>
  );
}
