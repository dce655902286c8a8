// Import: a CSV file in, a preview of what its columns mean, and a job.
import { useEffect, useRef, useState } from "preact/hooks";
import { previewImport, type Columns } from "../api/calls";
import { useApp, useMay, useTo } from "../app_state";
import { bytes } from "../format";
import { useResource } from "../hooks/resource";
import { navigate } from "../router";
import { texts } from "../texts";
import { Button, LinkButton } from "../ui/button";
import { Tick } from "../ui/field";
import { Icon } from "../ui/icon";
import { Empty, Note, ProblemBox, Skeleton } from "../ui/states";
import { columnsOf, headOf } from "./import/file";
import { Mapping, PreviewTable } from "./import/preview";
import { Sending } from "./import/sending";
import { useUpload } from "./import/use_upload";
import { View } from "./view_of";

const words = texts.imports;

export function Import() {
  const { account } = useApp();
  const to = useTo();
  const mayOperate = useMay("operate");
  const [file, setFile] = useState<File | null>(null);
  if (!account) return null;
  if (account.integrated)
    return (
      <View title={words.title}>
        <Empty icon="imports" title={words.integrated}>
          <p>{words.integratedMore}</p>
          <LinkButton href={to("/syncs")}>{texts.syncs.title}</LinkButton>
        </Empty>
      </View>
    );
  if (!mayOperate) return <View title={words.title}><Empty icon="imports" title={words.forbidden}>{words.forbiddenMore}</Empty></View>;
  return (
    <View title={words.title} about={words.about}>
      {file ? <Chosen key={`${file.name} ${file.size} ${file.lastModified}`} file={file} account={account.id} drop={() => setFile(null)} />
        : <DropZone choose={setFile} />}
    </View>
  );
}

function DropZone({ choose }: { choose: (file: File) => void }) {
  const [over, setOver] = useState(false);
  const take = (files: FileList | null | undefined) => files?.[0] && choose(files[0]);
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    take(event.dataTransfer?.files);
  };
  return (
    <label class={over ? "drop-zone over" : "drop-zone"} onDrop={drop} onDragLeave={() => setOver(false)}
      onDragOver={(event) => (event.preventDefault(), setOver(true))}>
      <Icon name="imports" />
      <span class="strong">{words.drop}</span>
      <span class="muted">{words.format}</span>
      <input type="file" class="hidden" accept=".csv,.txt,.tsv,text/csv" aria-label={words.choose}
        onChange={(event) => take(event.currentTarget.files)} />
    </label>
  );
}

function Chosen({ file, account, drop }: { file: File; account: string; drop: () => void }) {
  const to = useTo();
  const [columns, setColumns] = useState<Columns>({});
  const [header, setHeader] = useState<string[]>([]);
  const [archive, setArchive] = useState(false);
  const heading = useRef<HTMLHeadingElement>(null);
  const preview = useResource(`preview ${file.name} ${file.size} ${file.lastModified} ${JSON.stringify(columns)}`,
    async (signal) => previewImport(account, await headOf(file), columns, signal), { keep: true });
  useEffect(() => {
    heading.current?.focus();
    columnsOf(file).then(setHeader, () => {});
  }, []);
  const upload = useUpload({ account, file, columns, archive }, (job) => navigate(to(`/jobs/${job.id}`)));
  const leave = () => (upload.stop(), drop());
  const data = preview.problem ? undefined : preview.data;
  const unmapped = preview.problem?.code === "bad_file";
  const asks = unmapped && !columns.column_email && header.length > 0;
  return (
    <div class="stack">
      <section class="panel" aria-labelledby="file">
        <header class="panel-head">
          <h2 id="file" ref={heading} tabIndex={-1}><bdi>{file.name}</bdi> <span class="muted">{bytes(file.size)}</span></h2>
          <Button kind="ghost" disabled={upload.arrived} onClick={leave}>{words.other}</Button>
        </header>
        <div class="panel-body stack">
          {asks ? <Note tone="warn">{words.chooseColumn}</Note>
            : preview.problem && <ProblemBox problem={preview.problem} onRetry={unmapped ? undefined : preview.reload} />}
          {(data || unmapped) && <Mapping header={data?.mapping.header ?? header} mapping={data?.mapping} columns={columns} change={setColumns} />}
          {!data && !preview.problem && <div aria-busy="true"><Skeleton rows={5} /></div>}
        </div>
      </section>
      {data && <PreviewTable preview={data} />}
      {data && (
        <section class="panel panel-body stack" aria-label={words.begin}>
          <Tick label={words.archive} hint={words.archiveHint} checked={archive} onChange={setArchive} />
          {archive && <Note tone="warn">{words.archiveWarning}</Note>}
          <p class="muted">{words.never}</p>
          {upload.busy && <Sending {...upload.sent} />}
          {upload.problem && <ProblemBox problem={upload.problem} />}
          <div class="effects-buttons">
            <Button kind="primary" busy={upload.busy} onClick={() => upload.run()}>{words.begin}</Button>
            <Button disabled={upload.arrived} onClick={leave}>{upload.busy ? texts.sending.stop : texts.cancel}</Button>
          </div>
        </section>
      )}
    </div>
  );
}
