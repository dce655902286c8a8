// A contact's profile: the state in one sentence, what to do next, and everything that led to it.
import { useState } from "preact/hooks";
import { explain } from "../api/calls";
import type { Explanation } from "../api/types";
import { useApp, useMay, useTo } from "../app_state";
import { useKeys } from "../hooks/keys";
import { useResource } from "../hooks/resource";
import { texts } from "../texts";
import { StatusBadge } from "../ui/badge";
import { Button } from "../ui/button";
import { Loaded, SkeletonPanels } from "../ui/states";
import { Name, Prose } from "../ui/words";
import { PushTable, RecordTable, SuppressionList } from "./contact/facts";
import { Timeline } from "./contact/timeline";
import { Holds } from "./manage/choose";
import { ManageDialog } from "./manage/dialog";
import { View } from "./view_of";

const words = texts.profile;

export function ContactProfile({ id }: { id: string }) {
  const { account, changes } = useApp();
  const to = useTo();
  const mayChange = useMay("unsubscribe");
  const [managing, setManaging] = useState(false);
  const about = useResource(account ? `explain ${account.id} ${id}` : null,
    (signal) => explain(account!.id, id, signal), { version: changes });
  const manage = () => about.data && mayChange && setManaging(true);
  useKeys({ m: manage });
  const contact = about.data?.contact;
  const title = contact ? contact.name || contact.display || contact.email : about.problem ? words.title : "…";
  return (
    <View title={title} above={<a href={to("/contacts")}>{texts.list.title}</a>}
      about={contact ? <p class="who-line"><Name text={contact.display || contact.email} /><StatusBadge status={contact.status} /></p> : "\u00A0"}
      actions={mayChange && contact && <Button kind="primary" icon="mail" onClick={manage}>{words.manage}</Button>}>
      <Loaded of={about} skeleton={<SkeletonPanels />}>
        {(data) => <Profile about={data} reload={about.reload} />}
      </Loaded>
      {managing && account && (
        <ManageDialog account={account.id} id={id} onClose={() => setManaging(false)} onChanged={about.reload} />
      )}
    </View>
  );
}

function Profile({ about, reload }: { about: Explanation; reload: () => void }) {
  return (
    <div class="profile">
      <section class="panel state-panel" aria-labelledby="state">
        <h2 id="state" class="hidden">{words.state}</h2>
        <p class="state-sentence"><Prose text={about.summary} /></p>
        {about.holds.length === 0 && <p class="state-next"><span class="muted">{words.next}</span> <Prose text={about.next} /></p>}
        <Holds about={about} />
      </section>
      <div class="profile-grid">
        <div class="stack">
          <SuppressionList all={about.suppressions} />
          <RecordTable records={about.records} />
          {about.pushes.length > 0 && <PushTable pushes={about.pushes} reload={reload} />}
        </div>
        <Timeline entries={about.timeline} complete={about.timeline_complete} contact={about.contact.id} />
      </div>
    </div>
  );
}
