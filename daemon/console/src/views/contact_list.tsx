// Contacts → Contact list: search, filters, sorting, pages, and what can be done with one or with many.
import { useState } from "preact/hooks";
import { contactsExport } from "../api/calls";
import type { Contact } from "../api/types";
import { useApp } from "../app_state";
import { useResource } from "../hooks/resource";
import { navigate, pathTo, type Fields } from "../router";
import { texts } from "../texts";
import { Button, LinkButton } from "../ui/button";
import { Icon } from "../ui/icon";
import { Menu } from "../ui/menu";
import { Pager } from "../ui/pager";
import { Empty, Loaded, Skeleton } from "../ui/states";
import { SelectionBar } from "./list/bar";
import { Filters } from "./list/filters";
import { columnNames, columnsField, filterNames, isFiltered, loadPage, readQuery, type ColumnName } from "./list/query";
import { useChosen } from "./list/selection";
import { ContactTable } from "./list/table";
import { ManageDialog, type Want } from "./manage/dialog";
import { View } from "./view_of";

const words = texts.list;
const columnTexts: Record<ColumnName, string> = {
  email: words.email, status: words.state, reasons: words.reasons, records: words.records, changed: words.changed,
};

export function ContactList() {
  const { account, place, changes } = useApp();
  const [managed, setManaged] = useState<{ contact: Contact; want: Want } | null>(null);
  const query = readQuery(place.query);
  const asked = { account: account?.id, ...query.filter, sort: query.sort };
  const page = useResource(account ? `contacts ${JSON.stringify({ ...asked, after: query.after })}` : null,
    (signal) => loadPage(asked, query.after, signal), { keep: true, version: changes });
  const chosen = useChosen(account?.id ?? "", JSON.stringify(query.filter), page.data?.items ?? []);

  // Another question begins at its first page.
  const change = (fields: Fields, replace = false) => {
    const all: Fields = { ...Object.fromEntries(new URLSearchParams(location.search)), after: null, ...fields };
    navigate(pathTo("/contacts", all), { replace });
  };
  const clear = () => change(Object.fromEntries(filterNames.map((name) => [name, null])));
  const toggleColumn = (name: ColumnName) => {
    const columns = query.columns.includes(name) ? query.columns.filter((one) => one !== name) : [...query.columns, name];
    navigate(pathTo("/contacts", { ...Object.fromEntries(place.query), columns: columnsField(columns) }),
      { replace: true, state: place.state });
  };
  const columnItems = columnNames.map((name) => ({
    text: columnTexts[name], checked: query.columns.includes(name), many: true, onChoose: () => toggleColumn(name),
  }));
  const actions = (
    <>
      <span class="wide-only">
        <Menu label={words.columns} items={columnItems}>
          <Icon name="columns" /><span class="label">{words.columns}</span>
        </Menu>
      </span>
      <LinkButton href={contactsExport(asked)} download icon="file">{words.export}</LinkButton>
    </>
  );
  return (
    <View title={words.title} actions={actions}>
      <Filters query={query} change={change} clear={clear} />
      <Loaded of={page} skeleton={<Skeleton rows={12} look="rows" />}>
        {(data) => data.items.length === 0 && !data.next ? <Nobody filtered={isFiltered(query.filter)} clear={clear} /> : (
          <>
            <ContactTable contacts={data.items} query={query} chosen={chosen} sortBy={(sort) => change({ sort })}
              manage={(contact, want) => setManaged({ contact, want })} />
            <div class="list-foot">
              <span class="muted">{words.shown(data.items.length)}</span>
              <Pager place={place} next={data.next} busy={page.old} />
            </div>
          </>
        )}
      </Loaded>
      <SelectionBar chosen={chosen} query={query} />
      {managed && (
        <ManageDialog account={managed.contact.account} id={managed.contact.id} want={managed.want}
          onClose={() => setManaged(null)} onChanged={() => page.reload()} />
      )}
    </View>
  );
}

function Nobody({ filtered, clear }: { filtered: boolean; clear: () => void }) {
  if (!filtered) return <Empty icon="contacts" title={texts.overview.noContacts} />;
  return (
    <Empty icon="search" title={words.nobody}>
      <p>{words.nobodyMore}</p>
      <Button onClick={clear}>{words.clear}</Button>
    </Empty>
  );
}
