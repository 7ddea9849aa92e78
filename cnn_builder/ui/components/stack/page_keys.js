// Keys that work on the whole page: undo and redo, F2, and the focus that goes to the palette and back.
const PALETTE = ".st-key-palette-search input";
const TEXT = "input:not([type=checkbox], [type=radio], [type=file]), textarea, select, [contenteditable=true]";
const PATIENCE_MS = 1500;
let gap; // where the palette was to add when the page was last drawn; undefined before that

export function listen() {
  document.addEventListener("keydown", onKey);
}

export function stop() {
  document.removeEventListener("keydown", onKey);
  gap = undefined;
}

// `now`: the place that waits for a new layer, or null.
export function follow(now) {
  const before = gap;
  gap = now;
  if (before === undefined || gap === before) return;
  if (gap === null) soon(focusStack);
  // A touch screen would put its keyboard over the palette.
  else if (!matchMedia("(pointer: coarse)").matches) soon(focusPalette);
}

function onKey(event) {
  if (event.key === "F2" && !event.defaultPrevented) return acrossTo(event);
  const step = event.ctrlKey || event.metaKey ? event.key.toLowerCase() : "";
  const target = event.composedPath()[0];
  if (!["z", "y"].includes(step) || event.altKey || event.defaultPrevented || target.closest?.(TEXT)) return;
  const list = stack();
  if (!list || event.composedPath().includes(list)) return;
  event.preventDefault();
  const { key, ctrlKey, metaKey, shiftKey } = event;
  list.dispatchEvent(new KeyboardEvent("keydown", { key, ctrlKey, metaKey, shiftKey, cancelable: true }));
}

// From the list of layers, or wherever the focus is, to the settings of what is selected, and from those to the list.
function acrossTo(event) {
  const settings = inShadow("inspector", ".inspector");
  const inside = settings && event.composedPath().includes(settings);
  const target = inside ? stack() : settings ? firstOf(settings) : document.querySelector(PALETTE);
  if (!target) return;
  event.preventDefault();
  target.focus();
  if (target.matches(TEXT)) target.select?.();
}

// Flatten has no settings, but its actions.
function firstOf(settings) {
  return settings.querySelector(".fields :is(input, select)") ?? settings.querySelector(".actions button[tabindex='0']");
}

function stack() {
  return inShadow("stack", "[role=listbox]");
}

// What a component has in its shadow root.
function inShadow(component, selector) {
  for (const node of document.querySelectorAll(`.st-key-${component}, .st-key-${component} *`)) {
    const found = node.shadowRoot?.querySelector(selector);
    if (found) return found;
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
