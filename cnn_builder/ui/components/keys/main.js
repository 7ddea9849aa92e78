import "./history.js";

const PALETTE = ".st-key-palette-search input";
const TEXT = "input:not([type=checkbox], [type=radio], [type=file]), textarea, select, [contenteditable=true]";
const PATIENCE_MS = 1500;
let gap; // where the palette was to add when the page was last drawn; undefined before that

export default function ({ data, parentElement }) {
  const before = gap;
  gap = data.gap;
  if (before !== undefined && gap !== before) {
    if (gap === null) soon(focusStack);
    // A touch screen would put its keyboard over the palette.
    else if (!matchMedia("(pointer: coarse)").matches) soon(focusPalette);
  }
  document.addEventListener("keydown", onKey);
  if (!parentElement.querySelector("[data-ready]")) {
    // A mark by which a test sees that keys are taken from here on.
    parentElement.append(Object.assign(document.createElement("i"), { hidden: true }));
    parentElement.lastChild.dataset.ready = "true";
  }
  return () => {
    document.removeEventListener("keydown", onKey);
    gap = undefined;
  };
}

function onKey(event) {
  const step = event.ctrlKey || event.metaKey ? event.key.toLowerCase() : "";
  const target = event.composedPath()[0];
  if (!["z", "y"].includes(step) || event.altKey || event.defaultPrevented || target.closest?.(TEXT)) return;
  const list = stack();
  if (!list || event.composedPath().includes(list)) return;
  event.preventDefault();
  const { key, ctrlKey, metaKey, shiftKey } = event;
  list.dispatchEvent(new KeyboardEvent("keydown", { key, ctrlKey, metaKey, shiftKey, cancelable: true }));
}

// The list of layers, which lives in a shadow root.
function stack() {
  for (const node of document.querySelectorAll(".st-key-stack, .st-key-stack *")) {
    const list = node.shadowRoot?.querySelector("[role=listbox]");
    if (list) return list;
  }
  return null;
}

function focusPalette() {
  if (gap === null) return true;
  const field = document.querySelector(PALETTE);
  field?.focus();
  return field !== null;
}

// Only when the focus went away with the palette: nobody's typing elsewhere is interrupted.
function focusStack() {
  if (gap !== null || document.querySelector(PALETTE)) return gap !== null;
  if (document.activeElement === document.body) stack()?.focus({ preventScroll: true });
  return true;
}

// The page around this component may be drawn after it.
function soon(action) {
  const end = performance.now() + PATIENCE_MS;
  const attempt = () => action() || performance.now() > end || requestAnimationFrame(attempt);
  requestAnimationFrame(attempt);
}
