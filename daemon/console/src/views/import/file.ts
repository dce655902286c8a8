// The head of a CSV file: what a preview needs, and its columns when the daemon does not find its way.

const previewBytes = 256 * 1024;

// The first lines of the file, as long as they are whole.
export async function headOf(file: File): Promise<Blob> {
  if (file.size <= previewBytes) return file;
  const bytes = new Uint8Array(await file.slice(0, previewBytes).arrayBuffer());
  const end = bytes.lastIndexOf(10);
  return file.slice(0, end > 0 ? end + 1 : previewBytes);
}

function delimiterOf(line: string): string {
  const found = [",", ";", "\t", "|"].map((one) => ({ one, count: line.split(one).length }));
  return found.reduce((best, next) => (next.count > best.count ? next : best)).one;
}

// The names of the columns, by the first line.
export async function columnsOf(file: File): Promise<string[]> {
  const text = await file.slice(0, 16 * 1024).text();
  const line = text.replace(/^\uFEFF/, "").split(/\r?\n/, 1)[0] ?? "";
  const delimiter = delimiterOf(line);
  const names: string[] = [];
  let name = "";
  let quoted = false;
  for (const letter of line) {
    if (letter === '"') quoted = !quoted;
    else if (letter === delimiter && !quoted) (names.push(name.trim()), (name = ""));
    else name += letter;
  }
  return [...names, name.trim()].filter(Boolean);
}
