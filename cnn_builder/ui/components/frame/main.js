// What holds on all pages and shows nothing. It is put in place once and stays.
import { keepAsked, openAsked } from "./asked.js";
import "./history.js";
import { listen as menu } from "./menu.js";
import { listen as popovers } from "./popovers.js";
import { followTheme, listen as theme } from "./theme.js";

let listening = false;

// Who learns here: only so that a reload, or another page, finds what was done. It is sent to this server alone.
function remember(learner) {
  const cookie = `cnn-builder-learner=${learner}`;
  if (!learner || document.cookie.split("; ").includes(cookie)) return;
  document.cookie = `${cookie}; max-age=31536000; path=/; samesite=lax`;
}

let shown = "";

// A page is as long as the one before it until its own parts have come: on a slow machine it would keep its place.
function fromTheTop(place) {
  if (shown && place !== shown) document.querySelector("[data-testid=stMain]")?.scrollTo({ top: 0 });
  shown = place;
}

export default function ({ data }) {
  remember(data.learner);
  fromTheTop(data.place);
  if (data.door === "shut") keepAsked();
  if (data.door === "open") openAsked();
  if (listening) return;
  listening = true;
  popovers();
  menu();
  theme(data.paths);
  followTheme();
}
