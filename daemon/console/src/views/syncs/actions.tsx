// What can be done with a connection: Sync now, Full sync, Test, and a look at what a sync would change.
import { useState } from "preact/hooks";
import { planSync, sync, testConnection } from "../../api/calls";
import type { Connection, RunMode } from "../../api/types";
import { useApp, useMay } from "../../app_state";
import { number } from "../../format";
import { useAction } from "../../hooks/action";
import { useResource } from "../../hooks/resource";
import { useInterval } from "../../hooks/timing";
import { texts } from "../../texts";
import { Badge } from "../../ui/badge";
import { Button } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { Icon } from "../../ui/icon";
import { Menu, type MenuItem } from "../../ui/menu";
import { Loaded, Note, Skeleton } from "../../ui/states";
import { toast } from "../../ui/toast";
import { Name, Prose, Time } from "../../ui/words";
import { ChangeTable } from "./changes";
import { countsInWords } from "./health";

const words = texts.syncs;
const quick = 1000;  // milliseconds between two looks while a run is expected
const patience = 20_000;

export function ConnectionActions({ connection }: { connection: Connection }) {
  const { status } = useApp();
  const mayOperate = useMay("operate");
  const [dialog, setDialog] = useState<"test" | "plan" | null>(null);
  const [until, setUntil] = useState(0);
  const running = connection.state === "running";
  const expected = running || Date.now() < until;
  useInterval(status.reload, expected ? quick : null);
  const begin = useAction((mode: RunMode) => sync(connection.id, mode), () => {
    toast(words.started(connection.id));
    setUntil(Date.now() + patience);
    status.reload();
  });
  if (!mayOperate || !connection.configured) return null;
  const items: MenuItem[] = [
    { text: words.full, icon: "syncs", onChoose: () => begin.run("full") },
    { text: words.plan, icon: "search", onChoose: () => setDialog("plan") },
    { text: words.test, icon: "check", onChoose: () => setDialog("test") },
  ];
  return (
    <span class="row-actions">
      {begin.problem && <span class="field-error" role="alert"><Prose text={`${begin.problem.detail} ${begin.problem.remedy}`} /></span>}
      <Button icon="syncs" busy={begin.busy} onClick={() => begin.run("incremental")}>{words.now}</Button>
      <Menu label={texts.list.more(connection.id)} items={items} look="icon-button row-menu" hideLabel><Icon name="more" /></Menu>
      {dialog === "test" && <TestDialog id={connection.id} onClose={() => setDialog(null)} />}
      {dialog === "plan" && <PlanDialog id={connection.id} onClose={() => setDialog(null)} />}
    </span>
  );
}

// Each time it is opened it is asked anew.
function useOpened(): number {
  return useState(Date.now)[0];
}

function TestDialog({ id, onClose }: { id: string; onClose: () => void }) {
  const probe = useResource(`test ${id} ${useOpened()}`, (signal) => testConnection(id, signal));
  return (
    <Dialog title={words.testTitle(id)} onClose={onClose} wide>
      <div class="dialog-body">
        <Loaded of={probe} skeleton={<Skeleton rows={4} />}>
          {(data) => (
            <div class="stack">
              <Note tone={data.ok ? "good" : "bad"}>{data.ok ? words.testOk : words.testBad}</Note>
              <ul class="verdicts">
                {data.verdicts.map((one) => (
                  <li key={one.check}>
                    <Badge tone={one.ok ? "good" : "bad"}>{one.ok ? words.passed : words.failed}</Badge>
                    <div><p class="strong">{one.check}</p><p class="muted"><Prose text={one.detail} /></p></div>
                  </li>
                ))}
              </ul>
              {data.samples.length > 0 && <Samples all={data.samples} />}
            </div>
          )}
        </Loaded>
      </div>
    </Dialog>
  );
}

function Samples({ all }: { all: { external_id: string; email: string; opted_out: boolean | null; modified_at: string | null }[] }) {
  return (
    <section aria-labelledby="samples">
      <h3 id="samples">{words.samples}</h3>
      <div class="table-wrap" tabIndex={0} role="group" aria-labelledby="samples">
        <table class="table">
          <thead>
            <tr>
              <th scope="col">{texts.profile.record}</th><th scope="col">{texts.list.email}</th>
              <th scope="col">{texts.profile.crmSays}</th><th scope="col">{texts.profile.modified}</th>
            </tr>
          </thead>
          <tbody>
            {all.map((one) => (
              <tr key={one.external_id}>
                <td>{one.external_id}</td>
                <td><Name text={one.email} /></td>
                <td>{one.opted_out === null ? texts.profile.unknown : one.opted_out ? texts.profile.optedOut : texts.profile.mayBeMailed}</td>
                <td><Time at={one.modified_at} /></td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function PlanDialog({ id, onClose }: { id: string; onClose: () => void }) {
  const plan = useResource(`plan ${id} ${useOpened()}`, (signal) => planSync(id, signal));
  return (
    <Dialog title={words.planTitle(id)} onClose={onClose} wide>
      <div class="dialog-body">
        <Loaded of={plan} skeleton={<Skeleton rows={4} />}>
          {(data) => (
            <div class="stack">
              <Note tone={data.run.state === "held" ? "warn" : "info"}>
                {words.planSummary(countsInWords(data.run.counts))} {data.run.state === "held" && words.planHeld}
              </Note>
              {data.changes.length > 0 && <ChangeTable changes={data.changes} label={words.changes} />}
              {data.total_changes > data.changes.length &&
                <p class="muted">{words.planMore(number(data.changes.length), number(data.total_changes))}</p>}
            </div>
          )}
        </Loaded>
      </div>
    </Dialog>
  );
}
