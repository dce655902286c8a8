// The first step: mail or no mail.
import { useId, useState } from "preact/hooks";
import type { Confirmation } from "../../api/calls";
import type { Obstacle } from "../../api/http";
import type { Contact, Explanation } from "../../api/types";
import { useMay, useTo } from "../../app_state";
import type { Action } from "../../hooks/action";
import { texts } from "../../texts";
import { ReasonBadge } from "../../ui/badge";
import { Button } from "../../ui/button";
import { Switch, TextField } from "../../ui/field";
import { Note, ProblemBox } from "../../ui/states";
import { OutsideLink, Prose } from "../../ui/words";
import type { Want } from "./dialog";
import { useLiftable } from "./lift";
import type { Verdict } from "./verdict";

const words = texts.manage;

interface Props {
  about: Explanation;
  verdict: Verdict;
  want: Want | undefined;
  unsubscribe: Action<[note: string]>;
  resubscribe: Action<[confirmation: Confirmation | null]>;
  toConfirm: () => void;
  toLift: () => void;
}

export function ChooseStep({ about, verdict, want, unsubscribe, resubscribe, toConfirm, toLift }: Props) {
  const current = about.contact.status !== "unsubscribed";
  const mayOperate = useMay("operate");
  const maySupport = useMay("support");
  const liftable = useLiftable(about);
  const why = useId();
  const [wanted, setWanted] = useState(want ? want === "resubscribe" : current);
  const [note, setNote] = useState("");
  const fixed = !current && (!mayOperate || verdict.kind === "refused");
  const on = fixed ? false : wanted;
  const apply = (event: Event) => {
    event.preventDefault();
    if (on === current) return;
    if (!on) unsubscribe.run(note.trim());
    else if (verdict.kind === "confirm") toConfirm();
    else if (verdict.kind === "free") resubscribe.run(null);
  };
  const problem = unsubscribe.problem ?? resubscribe.problem;
  return (
    <form onSubmit={apply}>
      <Switch label={words.toggle} checked={on} disabled={fixed} describedBy={why} onChange={setWanted} />
      <div id={why} class="manage-why">
        {!current && verdict.kind === "refused" && <Refused obstacles={verdict.obstacles} about={about} />}
        {!current && !mayOperate && <Note tone="info">{maySupport ? words.supportOnly : <Prose text={about.next} />}</Note>}
        {!current && verdict.kind === "free" && verdict.stays && <Note tone="warn">{words.stays}</Note>}
        {!current && on && verdict.kind === "confirm" && <p class="muted">{words.willAsk}</p>}
        {about.holds.length > 0 && <Holds about={about} />}
      </div>
      {current && !on && (
        <TextField label={words.note} hint={words.noteHint} value={note} maxLength={1000} onInput={setNote} />
      )}
      {verdict.failed && <ProblemBox problem={verdict.failed} onRetry={verdict.retry} />}
      {problem && <ProblemBox problem={problem} />}
      <div class="dialog-foot">
        {maySupport && !current && liftable.length > 0 && <Button icon="key" onClick={toLift}>{words.lift}</Button>}
        {!fixed && (
          <Button kind="primary" type="submit" disabled={on === current || (on && verdict.kind === "unknown" && !verdict.waiting)}
            busy={unsubscribe.busy || resubscribe.busy || (on && !current && verdict.waiting)}>{words.apply}</Button>
        )}
      </div>
    </form>
  );
}

function Refused({ obstacles, about }: { obstacles: Obstacle[]; about: Explanation }) {
  return (
    <div class="refused">
      <p class="strong">{words.notHere}</p>
      <ul>
        {obstacles.map((one) => {
          const url = about.suppressions.find((s) => s.reason === one.reason && s.record_url)?.record_url;
          return (
            <li key={`${one.reason} ${one.remedy}`}>
              {one.reason && <ReasonBadge reason={one.reason} />}
              <p>{one.detail}</p>
              <p class="muted"><Prose text={url ? one.remedy.replace(url, "").trim() : one.remedy} /></p>
              {url && <p><OutsideLink url={url}>{words.openRecord}</OutsideLink></p>}
            </li>
          );
        })}
      </ul>
    </div>
  );
}

// "held run 12" and "held job j3" have a place of their own.
export function holdLink(why: string): { path: string; text: string } | null {
  const found = /^held (run|job) (\w+)$/.exec(why);
  if (!found) return null;
  return found[1] === "run" ? { path: `/runs/${found[2]}`, text: words.reviewRun(found[2]!) }
    : { path: `/jobs/${found[2]}`, text: words.reviewJob(found[2]!) };
}

export function Holds({ about }: { about: { contact: Contact; holds: Explanation["holds"] } }) {
  const to = useTo();
  return (
    <>
      {about.holds.map((hold) => {
        const link = holdLink(hold.why);
        return (
          <Note key={hold.why} tone="warn">
            <p>{words.onHold(hold.why)}</p>
            {link ? <p><a href={to(link.path)}>{link.text}</a></p> : <p class="muted"><Prose text={hold.next} /></p>}
          </Note>
        );
      })}
    </>
  );
}

