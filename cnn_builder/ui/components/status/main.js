// A status region that is there before its text changes: what is put in with the element itself is not read out.

import { keepInView } from "../common/view.js";

const PAUSE = 200;
const PATIENCE = 100; // looks for what is brought into view, one each animation frame
let revealed = ""; // the last token: a component that is mounted again scrolls nobody's page

export default function ({ data, parentElement }) {
  let region = parentElement.querySelector("[role=status]");
  if (!region) {
    region = document.createElement("div");
    region.setAttribute("role", "status");
    parentElement.append(region);
  }
  const timer = setTimeout(() => {
    if (region.textContent !== data.text) region.textContent = data.text;
  }, PAUSE);
  if (data.token && data.token !== revealed) {
    revealed = data.token;
    reveal(data.reveal, PATIENCE);
  }
  return () => clearTimeout(timer);
}

function reveal(selector, left) {
  const target = document.querySelector(selector);
  if (!target) {
    if (left) requestAnimationFrame(() => reveal(selector, left - 1));
    return;
  }
  const { top } = target.getBoundingClientRect();
  if (top >= 0 && top < innerHeight / 2) return;
  const behavior = matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth";
  keepInView(() => document.querySelector(selector)?.scrollIntoView({ block: "start", behavior }));
}
