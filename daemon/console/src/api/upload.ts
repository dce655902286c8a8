// fetch does not tell how far an upload has come; the older way does. The answer is the same kind of object.

export type Progress = (sent: number, total: number) => void;

interface Upload {
  headers: Record<string, string>;
  file: Blob;
  signal?: AbortSignal | undefined;
  progress: Progress;
}

export function upload(target: string, { headers, file, signal, progress }: Upload): Promise<Response> {
  return new Promise((resolve, reject) => {
    const ask = new XMLHttpRequest();
    ask.open("POST", target);
    for (const [name, value] of Object.entries(headers)) ask.setRequestHeader(name, value);
    ask.upload.onprogress = (event) => progress(event.loaded, event.total);
    ask.onload = () => resolve(new Response(ask.responseText, { status: ask.status }));
    ask.onerror = () => reject(new TypeError("no answer"));
    ask.onabort = () => reject(new DOMException("stopped", "AbortError"));
    signal?.addEventListener("abort", () => ask.abort(), { once: true });
    ask.send(file);
  });
}
