import { render } from "preact";

document.addEventListener("DOMContentLoaded", () => {
  const place = document.getElementById("app");
  if (place) render(<main>crmsyncd</main>, place);
});
