// Pages of a list by cursors: the way back is kept with the entry of the browser's history.
import { navigate, pathTo, type Fields, type Place } from "../router";
import { texts } from "../texts";
import { Button } from "./button";

interface Trail {
  trail: string[];  // the cursors of the pages before this one
}

function trailOf(place: Place): string[] {
  const state = place.state as Partial<Trail> | null;
  return Array.isArray(state?.trail) ? state.trail : [];
}

// `next`: the cursor of the page after this one, if there is one.
export function Pager({ place, next, busy }: { place: Place; next: string | null; busy?: boolean }) {
  const after = place.query.get("after") ?? "";
  const trail = trailOf(place);
  if (!after && !next) return null;
  const go = (cursor: string, state: Trail) => {
    const fields: Fields = { ...Object.fromEntries(place.query), after: cursor };
    navigate(pathTo(location.pathname, fields), { state });
    scrollTo(0, 0);
  };
  const back = () => go(trail.at(-1) ?? "", { trail: trail.slice(0, -1) });
  const forward = () => next && go(next, { trail: [...trail, after] });
  return (
    <nav class="pager" aria-label={texts.pager.label}>
      <Button icon="left" disabled={!after} busy={busy && !!after} onClick={back}>
        {after && trail.length === 0 ? texts.pager.first : texts.pager.previous}
      </Button>
      <span class="muted">{after && trail.length === 0 ? "" : texts.pager.page(trail.length + 1)}</span>
      <Button disabled={!next} onClick={forward}>{texts.pager.next}</Button>
    </nav>
  );
}
