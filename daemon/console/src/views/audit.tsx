// The audit log: who changed which subscription, when, from where, why.
import { useRef, useState } from "preact/hooks";
import { auditExport, getAudit, verifyAudit } from "../api/calls";
import { fullPage } from "../api/pages";
import { useApp } from "../app_state";
import { number } from "../format";
import { useAction } from "../hooks/action";
import { useResource } from "../hooks/resource";
import { navigate, pathTo, type Fields } from "../router";
import { texts } from "../texts";
import { Button, LinkButton } from "../ui/button";
import { Pager } from "../ui/pager";
import { Empty, Loaded, Note, ProblemBox, Skeleton } from "../ui/states";
import { Prose } from "../ui/words";
import { AuditFilters, type AuditFilter } from "./audit/filters";
import { AuditTable } from "./audit/table";
import { View } from "./view_of";

const words = texts.audit;
const filterNames = ["since", "until", "action", "who", "contact"] as const;

export function Audit() {
  const { account, place, changes, session } = useApp();
  const after = place.query.get("after") ?? "";
  const filter = Object.fromEntries(filterNames.map((name) => [name, place.query.get(name) ?? ""])) as unknown as AuditFilter;
  const about = { account: account?.id, since: filter.since, until: filter.until, contact: filter.contact };
  const query = { ...about, action: filter.action, who: filter.who, order: "newest" };
  const log = useResource(account ? `audit ${JSON.stringify({ ...query, after })}` : null,
    (signal) => fullPage(getAudit, query, after, signal), { keep: true, version: useChangesOf(after === "", changes) });
  // Another question begins at its newest entry.
  const change = (some: Fields, replace = false) => navigate(
    pathTo("/audit", { ...Object.fromEntries(new URLSearchParams(location.search)), after: null, ...some }), { replace });
  return (
    <View title={words.title} actions={<>
      {session.accounts.length === 0 && <Verify />}
      <LinkButton icon="file" href={auditExport(about)} download>{words.export}</LinkButton>
    </>}>
      <AuditFilters filter={filter} change={change} />
      <Loaded of={log} skeleton={<Skeleton rows={10} look="rows" />}>
        {(data) => data.items.length === 0 && !data.next ? <Empty icon="audit" title={words.nothing}>{words.nothingMore}</Empty> : (
          <>
            {data.items.length > 0 ? <AuditTable entries={data.items} />
              : <Empty icon="search" title={words.nothingYet}>{words.nothingYetMore}</Empty>}
            <div class="list-foot">
              <span class="muted">{words.count(data.items.length)}</span>
              <Pager place={place} next={data.next} busy={log.old} />
            </div>
          </>
        )}
      </Loaded>
    </View>
  );
}

// Only the first page grows: what is further back stays as it was, and is not worth reading again with every change.
function useChangesOf(firstPage: boolean, changes: number): number {
  const seen = useRef(changes);
  if (firstPage) seen.current = changes;
  return seen.current;
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
