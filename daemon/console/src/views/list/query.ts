// What the contact list shows, as it stands in the address bar.
import type { ContactFilter } from "../../api/calls";
import { getContacts } from "../../api/calls";
import type { Query } from "../../api/http";
import { fullPage } from "../../api/pages";
import type { Contact, Page } from "../../api/types";

export const filterNames = ["q", "status", "reason", "connection", "since", "until"] as const;
export type FilterName = (typeof filterNames)[number];

export const columnNames = ["email", "status", "reasons", "records", "changed"] as const;
export type ColumnName = (typeof columnNames)[number];
const usualColumns: ColumnName[] = ["email", "status", "reasons", "changed"];

export interface ListQuery {
  filter: ContactFilter;
  sort: string;  // empty: as the daemon does without one
  after: string;
  columns: ColumnName[];
}

export function readQuery(fields: URLSearchParams): ListQuery {
  const filter: ContactFilter = {};
  for (const name of filterNames) {
    const value = fields.get(name);
    if (value) filter[name] = value;
  }
  const wanted = fields.get("columns")?.split(",");
  const columns = wanted ? columnNames.filter((name) => wanted.includes(name)) : usualColumns;
  return { filter, sort: fields.get("sort") ?? "", after: fields.get("after") ?? "", columns };
}

export function columnsField(columns: ColumnName[]): string | null {
  const usual = columns.length === usualColumns.length && usualColumns.every((name) => columns.includes(name));
  return usual ? null : columnNames.filter((name) => columns.includes(name)).join(",") || "none";
}

export const isFiltered = (filter: ContactFilter) => Object.keys(filter).length > 0;

export const loadPage = (query: Query, after: string, signal: AbortSignal): Promise<Page<Contact>> =>
  fullPage(getContacts, query, after, signal);
