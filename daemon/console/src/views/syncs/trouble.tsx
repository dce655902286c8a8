// What of a connection is worth a line only when it is not nothing: failures in a row, opt-outs that the CRM lacks.
import type { Connection } from "../../api/types";
import { useApp } from "../../app_state";
import { listOf, number } from "../../format";
import { texts } from "../../texts";
import { Time } from "../../ui/words";

const words = texts.trouble;

export function TroubleFacts({ connection }: { connection: Connection }) {
  const { status } = useApp();
  const outbox = status.data?.outbox.find((one) => one.connection === connection.id);
  const open = outbox ? outbox.pending + outbox.sent : 0;
  const said = outbox ? [
    open > 0 && words.waiting(number(open)),
    outbox.overdue > 0 && words.overdue(number(outbox.overdue)),
    outbox.dead > 0 && words.dead(number(outbox.dead)),
  ].filter((part) => part !== false) : [];
  return (
    <>
      {connection.failures > 0 && <div><dt>{words.failures}</dt><dd>{number(connection.failures)}</dd></div>}
      {said.length > 0 && (
        <div>
          <dt>{words.outbox}</dt>
          <dd>{listOf(said)}{outbox?.oldest_open_at && <span class="muted"> · {words.oldest} <Time at={outbox.oldest_open_at} /></span>}</dd>
        </div>
      )}
    </>
  );
}
