// Which view stands at which path.
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { may, useApp, useTo } from "../app_state";
import { hasMoved, type Place } from "../router";
import { texts } from "../texts";
import { LinkButton } from "../ui/button";
import { Empty, ProblemBox, Skeleton } from "../ui/states";
import { Audit } from "./audit";
import { Bulk } from "./bulk";
import { ConnectionView } from "./connection";
import { ContactList } from "./contact_list";
import { ContactProfile } from "./contact";
import { Import } from "./import";
import { JobView } from "./job";
import { Jobs } from "./jobs";
import { Overview } from "./overview";
import { RunView } from "./run";
import { Settings } from "./settings";
import { Syncs } from "./syncs";

export function ViewOf({ place }: { place: Place }) {
  const { status, account } = useApp();
  const [view, id] = place.path;
  if (!status.data && status.problem) return <ProblemBox problem={status.problem} onRetry={status.reload} />;
  if (status.data && !account) return <NoAccount wanted={place.query.get("account")} />;
  if (!account) return <Skeleton rows={8} />;
  const key = `${account.id} ${place.path.join("/")}`;
  switch (view) {
    case undefined:
    case "overview": return <Overview key={key} />;
    case "contacts": return id ? <ContactProfile key={key} id={id} /> : <ContactList key={account.id} />;
    case "bulk": return <Bulk key={key} />;
    case "jobs": return id ? <JobView key={key} id={id} /> : <Jobs key={key} />;
    case "syncs": return id ? <ConnectionView key={key} id={id} /> : <Syncs key={key} />;
    case "runs": return id ? <RunView key={key} id={id} /> : <Syncs key={key} />;
    case "import": return <Import key={key} />;
    case "audit": return <Audit key={key} />;
    case "settings": return <Settings key={key} />;
    case "signin": return <Overview key={key} />;
    default: return <NotHere />;
  }
}

interface ViewProps {
  title: string;
  about?: ComponentChildren;  // below the title
  actions?: ComponentChildren;
  above?: ComponentChildren;  // where one came from
  children: ComponentChildren;
}

// The head of a view. A new view takes the focus to its title, so that a screen reader says where one is.
export function View({ title, about, actions, above, children }: ViewProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} · ${texts.product}`;
  }, [title]);
  useEffect(() => {
    if (hasMoved()) heading.current?.focus({ preventScroll: true });
  }, []);
  return (
    <>
      {above && <p class="above">{above}</p>}
      <header class="view-head">
        <div class="view-title">
          <h1 ref={heading} tabIndex={-1} dir="auto">{title}</h1>
          {about && <div class="muted">{about}</div>}
        </div>
        {actions && <div class="view-actions">{actions}</div>}
      </header>
      {children}
    </>
  );
}

function NotHere() {
  const to = useTo();
  return (
    <View title={texts.notHere.title}>
      <Empty icon="search" title={texts.notHere.detail}>
        <LinkButton href={to("/overview")}>{texts.notHere.back}</LinkButton>
      </Empty>
    </View>
  );
}

function NoAccount({ wanted }: { wanted: string | null }) {
  const { session } = useApp();
  const remedy = may(session, "administer") ? texts.noAccount.forAdmin : texts.noAccount.forOthers;
  return (
    <View title={texts.noAccount.title}>
      <Empty icon="contacts" title={wanted ? texts.noAccount.unknown(wanted) : texts.noAccount.none}>{remedy}</Empty>
    </View>
  );
}
