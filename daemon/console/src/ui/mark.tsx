// The product's mark.
import { texts } from "../texts";

export function Mark() {
  return (
    <span class="mark">
      <svg viewBox="0 0 32 32" aria-hidden="true" focusable="false">
        <rect class="mark-ground" width="32" height="32" rx="8" />
        <path class="mark-lines" d="M9 11.5h14v9.5a1.5 1.5 0 0 1-1.5 1.500h-11A1.5 1.5 0 0 1 9 21zM9.5 12 16 17.5 22.5 12" />
      </svg>
      <span>{texts.product}</span>
    </span>
  );
}
