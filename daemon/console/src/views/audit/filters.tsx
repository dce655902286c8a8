// Which entries of the audit log are shown.
import type { Fields } from "../../router";
import { texts } from "../../texts";
import { Button } from "../../ui/button";
import { Select } from "../../ui/field";
import { SettledInput } from "../../ui/settled_input";

const words = texts.audit;

export interface AuditFilter {
  since: string;
  until: string;
  action: string;
  who: string;
  contact: string;
}

export function AuditFilters({ filter, change }: { filter: AuditFilter; change: (fields: Fields, replace?: boolean) => void }) {
  const actions = Object.entries(words.actions).map(([value, text]) => ({ value, text }));
  return (
    <search class="filters" aria-label={texts.list.filters}>
      <div class="filter-fields open">
        <label class="day">
          <span>{words.since}</span>
          <input type="date" class={`input${filter.since ? " chosen" : ""}`} value={filter.since} onChange={(event) => change({ since: event.currentTarget.value })} />
        </label>
        <label class="day">
          <span>{words.until}</span>
          <input type="date" class={`input${filter.until ? " chosen" : ""}`} value={filter.until} onChange={(event) => change({ until: event.currentTarget.value })} />
        </label>
        <Select quiet mark label={words.action} value={filter.action} onInput={(value) => change({ action: value })}
          choices={[{ value: "", text: words.anyAction }, ...actions]} />
        <SettledInput look={`who-filter${filter.who ? " chosen" : ""}`} label={words.who} placeholder={words.anyWho}
          value={filter.who} change={(who) => change({ who }, true)} />
        {filter.contact && <Button icon="close" onClick={() => change({ contact: null })}>{words.onlyContact(filter.contact)}</Button>}
      </div>
    </search>
  );
}
