// Entries of the audit log, each with its details on demand.
import { useId, useState } from "preact/hooks";
import type { AuditEntry } from "../../api/types";
import { useTo } from "../../app_state";
import { dateTime, exactTime } from "../../format";
import { texts } from "../../texts";
import { Icon } from "../../ui/icon";
import { Details, Name } from "../../ui/words";
import { Cause, headline } from "../contact/timeline";

const words = texts.audit;

export function AuditTable({ entries }: { entries: AuditEntry[] }) {
  return (
    <div class="table-wrap list-wrap" tabIndex={0} role="group" aria-label={words.title}>
      <table class="table">
        <thead>
          <tr>
            <th scope="col">{words.when}</th>
            <th scope="col">{words.what}</th>
            <th scope="col">{words.contact}</th>
            <th scope="col" class="wide-only">{words.state}</th>
            <th scope="col" class="wide-only">{words.who}</th>
            <th scope="col" class="wide-only">{words.cause}</th>
            <th scope="col" class="menu-cell"><span class="hidden">{words.details}</span></th>
          </tr>
        </thead>
        <tbody>{entries.map((entry) => <Entry key={entry.seq} entry={entry} />)}</tbody>
      </table>
    </div>
  );
}

function Entry({ entry }: { entry: AuditEntry }) {
  const to = useTo();
  const id = useId();
  const [open, setOpen] = useState(false);
  return (
    <>
      <tr>
        <td><time dateTime={entry.at} title={exactTime(entry.at)}>{dateTime(entry.at)}</time></td>
        <th scope="row" class="strong">{headline(entry)}</th>
        <td><a href={to(`/contacts/${entry.contact}`)}>{entry.contact}</a></td>
        <td class="wide-only">{texts.status[entry.before]} → {texts.status[entry.after]}</td>
        <td class="wide-only"><Name text={entry.who} /></td>
        <td class="wide-only"><Cause entry={entry} /></td>
        <td class="menu-cell">
          <button type="button" class="icon-button expander" aria-expanded={open} aria-controls={id}
            aria-label={words.detailsOf(entry.seq)} title={words.details} onClick={() => setOpen(!open)}><Icon name="down" /></button>
        </td>
      </tr>
      {open && <tr class="entry-details" id={id}><td colSpan={7}><Facts entry={entry} /></td></tr>}
    </>
  );
}

function Facts({ entry }: { entry: AuditEntry }) {
  return (
    <dl class="facts">
      <div><dt>{words.entry}</dt><dd>{entry.seq}</dd></div>
      <div><dt>{words.who}</dt><dd><bdi>{entry.who}</bdi> ({words.from} {entry.from})</dd></div>
      {entry.basis && <div><dt>{words.basis}</dt><dd dir="auto">{entry.basis}</dd></div>}
      <div><dt>{words.state}</dt><dd>{texts.status[entry.before]} → {texts.status[entry.after]}</dd></div>
      {entry.source && <div><dt>{words.source}</dt><dd dir="auto">{entry.source}</dd></div>}
      {(entry.run || entry.job) && <div><dt>{words.cause}</dt><dd><Cause entry={entry} /></dd></div>}
      {Object.keys(entry.detail).length > 0 && <div><dt>{words.details}</dt><dd><Details of={entry.detail} /></dd></div>}
    </dl>
  );
}
