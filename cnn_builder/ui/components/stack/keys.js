// Which key does what, for the list of layers and for those who ask.
import { element } from "../common/dom.js";

const PLAIN = {
  ArrowLeft: { op: "step", by: -1 },
  ArrowUp: { op: "step", by: -1 },
  ArrowRight: { op: "step", by: 1 },
  ArrowDown: { op: "step", by: 1 },
  Home: { op: "step", by: -1000 },
  End: { op: "step", by: 1000 },
  Enter: { op: "gap" },
  Insert: { op: "gap" },
  a: { op: "gap" },
  Delete: { op: "remove" },
  Backspace: { op: "remove" },
};
const WITH_ALT = {
  ArrowLeft: { op: "move", by: -1 },
  ArrowUp: { op: "move", by: -1 },
  ArrowRight: { op: "move", by: 1 },
  ArrowDown: { op: "move", by: 1 },
  Home: { op: "move", by: -1000 },
  End: { op: "move", by: 1000 },
};
const WITH_CONTROL = { d: { op: "duplicate" }, z: { op: "undo" }, y: { op: "redo" } };

// "gap" comes without its index: the place after the selected layer.
export function operationOf(event) {
  if (event.altKey) return WITH_ALT[event.key];
  if (!event.ctrlKey && !event.metaKey) return PLAIN[event.key];
  const key = event.key.toLowerCase();
  return key === "z" && event.shiftKey ? { op: "redo" } : WITH_CONTROL[key];
}

const HELP = [
  ["← →", "Choose a layer; Home and End go to the first and the last"],
  ["Alt + ← →", "Move it; dragging does the same (on a touch screen press a moment first)"],
  ["Enter", "Add a layer after it"],
  ["Delete", "Delete it"],
  ["Ctrl + D", "Duplicate it"],
  ["F2", "To its settings, and from there back to the layers"],
  ["Ctrl + Z", "Undo; Ctrl + Shift + Z does it again"],
];

export const SPOKEN =
  "Arrow keys choose a layer, Alt and arrow keys move it, Enter adds one after it, Delete deletes it, " +
  "Control D duplicates it, F2 goes to its settings and back, Control Z undoes.";

export function keysButton() {
  const button = element("button", "keys", { type: "button", popovertarget: "keys" });
  button.textContent = "Keys";
  const panel = element("div", "panel", { id: "keys", popover: "auto", role: "dialog", "aria-label": "Keys" });
  const list = element("dl", "");
  for (const [keys, does] of HELP) {
    const [term, meaning] = [element("dt", ""), element("dd", "")];
    term.textContent = keys;
    meaning.textContent = does;
    list.append(term, meaning);
  }
  panel.append(list);
  return [button, panel];
}
