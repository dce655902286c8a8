// How far the file is on its way. Until it is there, closing the page would lose it.
import { useEffect } from "preact/hooks";
import { bytes, number } from "../../format";
import { texts } from "../../texts";

const words = texts.sending;

export interface Sent {
  sent: number;
  total: number;
}

export function Sending({ sent, total }: Sent) {
  useEffect(() => {
    const ask = (event: BeforeUnloadEvent) => {
      event.preventDefault();
      event.returnValue = true;  // what browsers of 2023 go by
    };
    addEventListener("beforeunload", ask);
    return () => removeEventListener("beforeunload", ask);
  }, []);
  const all = sent >= total;
  return (
    <div class="progress">
      <progress aria-label={words.label} max={total || 1} value={all ? undefined : sent} />
      <p class="muted" aria-live="off">
        {all ? words.taken : words.far(bytes(sent), bytes(total), number(Math.floor((sent / total) * 100)))}
      </p>
    </div>
  );
}
