// What the columns of a file are taken for, and how its first rows come out.
import type { Columns } from "../../api/calls";
import type { Preview } from "../../api/types";
import { listOf, number } from "../../format";
import { texts } from "../../texts";
import { Badge } from "../../ui/badge";
import { Select } from "../../ui/field";
import { Note } from "../../ui/states";
import { Name, Prose } from "../../ui/words";

const words = texts.imports;

interface MappingProps {
  header: string[];
  mapping: Preview["mapping"] | undefined;  // as the daemon took it
  columns: Columns;
  change: (columns: Columns) => void;
}

export function Mapping({ header, mapping, columns, change }: MappingProps) {
  const found = {
    column_email: mapping?.email,
    column_name: mapping && mapping.name.length > 0 ? listOf(mapping.name) : undefined,
    column_opted_out: mapping?.opted_out ?? undefined,
  };
  const labels = { column_email: words.email, column_name: words.name, column_opted_out: words.optedOut };
  const names = Object.keys(labels) as (keyof Columns)[];
  return (
    <fieldset class="mapping">
      <legend class="hidden">{words.mapping}</legend>
      {names.map((name) => (
        <Select key={name} label={labels[name]} value={columns[name] ?? ""}
          onInput={(value) => change({ ...columns, [name]: value || undefined })}
          choices={[
            { value: "", text: columns[name] ? words.automatic : found[name] ? words.found(found[name]!) : words.notFound },
            ...header.map((one) => ({ value: one, text: one })),
          ]} />
      ))}
    </fieldset>
  );
}

export function PreviewTable({ preview }: { preview: Preview }) {
  return (
    <section class="panel" aria-labelledby="preview">
      <header class="panel-head"><h2 id="preview">{words.preview}</h2></header>
      {preview.doubt && <div class="panel-body"><Note tone="warn"><Prose text={preview.doubt} /></Note></div>}
      <div class="table-wrap" tabIndex={0} role="group" aria-labelledby="preview">
        <table class="table">
          <thead>
            <tr>
              <th scope="col" class="figure line">{texts.jobs.line}</th>
              <th scope="col">{texts.list.email}</th>
              <th scope="col">{texts.list.name}</th>
              <th scope="col">{words.becomes}</th>
            </tr>
          </thead>
          <tbody>
            {preview.rows.map((row) => (
              <tr key={row.line}>
                <td class="figure">{number(row.line)}</td>
                <td><Name text={row.email ?? "–"} /></td>
                <td><Name text={row.name ?? "–"} /></td>
                <td>{row.error ? <span dir="auto"><Badge tone="warn">{words.notTaken}</Badge> {row.error}</span>
                  : row.opted_out ? <Badge tone="bad">{texts.status.unsubscribed}</Badge> : <Badge tone="calm">{texts.status.subscribed}</Badge>}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {preview.rows.length === 0 && <p class="panel-empty">{words.noRows}</p>}
    </section>
  );
}
