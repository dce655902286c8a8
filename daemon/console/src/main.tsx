// Where the console begins. The script stands before the page's body, so that the theme is there before the first paint
// and the first requests are on their way.
import { render } from "preact";
import { getSession, getStatus } from "./api/calls";
import { App, type First } from "./app";
import { listenToKeys } from "./hooks/keys";
import { followLinks } from "./router";
import { startTheme } from "./theme";

startTheme();
const first: First = { session: getSession(), status: getStatus() };
// Without a session both fail, maybe before anybody waits for them; the sign-in view is what comes of it.
for (const one of [first.session, first.status]) one?.catch(() => {});

document.addEventListener("DOMContentLoaded", () => {
  followLinks();
  listenToKeys();
  const place = document.getElementById("app");
  if (place) render(<App first={first} />, place);
});
