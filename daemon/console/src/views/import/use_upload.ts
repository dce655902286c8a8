// A file on its way to the daemon: how far it is, and stopping it. Whoever goes to another view stops it, too: nothing is
// imported behind one's back.
import { useEffect, useRef, useState } from "preact/hooks";
import { startImport, type Columns } from "../../api/calls";
import type { Job } from "../../api/types";
import { useAction, type Action } from "../../hooks/action";
import { texts } from "../../texts";
import { toast } from "../../ui/toast";
import type { Sent } from "./sending";

interface Order {
  account: string;
  file: File;
  columns: Columns;
  archive: boolean;
}

export interface Upload extends Action<[]> {
  sent: Sent;
  arrived: boolean;  // all of it is there: too late to stop
  stop: () => void;
}

export function useUpload({ account, file, columns, archive }: Order, done: (job: Job) => void): Upload {
  const [sent, setSent] = useState<Sent>({ sent: 0, total: file.size });
  const open = useRef<AbortController | null>(null);  // null: nothing that could be stopped
  const tell = (now: number, total: number) => {
    setSent({ sent: now, total });
    if (now >= total) open.current = null;
  };
  const send = () => {
    const abort = new AbortController();
    open.current = abort;
    setSent({ sent: 0, total: file.size });
    return startImport(account, file, columns, archive, tell, abort.signal).finally(() => (open.current = null));
  };
  const stop = () => {
    if (!open.current) return;
    open.current.abort();
    open.current = null;
    toast(texts.sending.stopped);
  };
  useEffect(() => stop, []);
  const action = useAction(send, done);
  return { ...action, sent, arrived: action.busy && sent.sent >= sent.total, stop };
}
