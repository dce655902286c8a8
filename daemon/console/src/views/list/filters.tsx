// The search bar and the filters of the contact list. What they say stands in the address bar.
import { useState } from "preact/hooks";
import { reasons, type Status } from "../../api/types";
import { useApp } from "../../app_state";
import { reasonName, texts } from "../../texts";
import { Button } from "../../ui/button";
import { Select } from "../../ui/field";
import { Icon } from "../../ui/icon";
import { SettledInput } from "../../ui/settled_input";
import { isFiltered, type FilterName, type ListQuery } from "./query";

const words = texts.list;
const statuses: Status[] = ["subscribed", "unsubscribed", "on_hold"];
// Where the columns that sort are not shown.
const sorts = [
  { value: "", text: words.sortUsual },
  ...Object.entries({ name: words.name, email: words.email, status: words.state, changed: words.changed })
    .map(([value, text]) => ({ value, text })),
];

interface Props {
  query: ListQuery;
  change: (fields: Partial<Record<FilterName | "sort", string>>, replace?: boolean) => void;
  clear: () => void;
}

export function Filters({ query, change, clear }: Props) {
  const { status, account } = useApp();
  const [open, setOpen] = useState(false);
  const filter = query.filter;
  const connections = (status.data?.connections ?? []).filter((one) => one.account === account?.id);
  const chosen = Object.keys(filter).filter((name) => name !== "q").length;
  return (
    <search class="filters" aria-label={words.filters}>
      <SearchField value={filter.q ?? ""} change={(q) => change({ q }, true)} />
      <button type="button" class="button plain narrow-only" aria-expanded={open} onClick={() => setOpen(!open)}>
        <Icon name="filter" /><span class="label">{words.filters}{chosen > 0 ? ` (${chosen})` : ""}</span>
      </button>
      <div class={open ? "filter-fields open" : "filter-fields"}>
        <Select quiet mark label={words.status} value={filter.status ?? ""} onInput={(value) => change({ status: value })}
          choices={[{ value: "", text: words.anyStatus }, ...statuses.map((one) => ({ value: one, text: texts.status[one] }))]} />
        <Select quiet mark label={words.reason} value={filter.reason ?? ""} onInput={(value) => change({ reason: value })}
          choices={[{ value: "", text: words.anyReason }, ...reasons.map((one) => ({ value: one, text: reasonName(one) }))]} />
        {connections.length > 0 && (
          <Select quiet mark label={words.connection} value={filter.connection ?? ""} onInput={(value) => change({ connection: value })}
            choices={[{ value: "", text: words.anyConnection }, ...connections.map((one) => ({ value: one.id, text: one.id }))]} />
        )}
        <Day label={words.since} value={filter.since ?? ""} change={(value) => change({ since: value })} />
        <Day label={words.until} value={filter.until ?? ""} change={(value) => change({ until: value })} />
        <div class="narrow-only">
          <Select quiet mark label={words.sort} value={query.sort} onInput={(value) => change({ sort: value })} choices={sorts} />
        </div>
        {isFiltered(filter) && <Button kind="ghost" icon="close" onClick={clear}>{words.clear}</Button>}
      </div>
    </search>
  );
}

function SearchField({ value, change }: { value: string; change: (value: string) => void }) {
  return (
    <div class="search-field">
      <Icon name="search" />
      <SettledInput label={words.search} placeholder={words.searchPlaceholder} value={value} change={change} />
    </div>
  );
}

function Day({ label, value, change }: { label: string; value: string; change: (value: string) => void }) {
  return (
    <label class="day">
      <span>{label}</span>
      <input type="date" class={`input${value ? " chosen" : ""}`} value={value} onChange={(event) => change(event.currentTarget.value)} />
    </label>
  );
}
