// A popover's content stands at the end of the document, thirty Tabs from its button. Tab leads from the button into it,
// and from its end to what follows the button.
const BODY = "[data-testid=stPopoverBody]";
const BUTTON = "[data-testid=stPopoverButton][aria-expanded=true]";
const TAKES_FOCUS = "a[href], button, input, select, textarea, [tabindex]";

export function listen() {
  document.addEventListener("keydown", onKey, true);
}

function onKey(event) {
  if (event.key !== "Tab" || event.altKey || event.ctrlKey || event.metaKey) return;
  const body = document.querySelector(BODY);
  const button = document.querySelector(BUTTON);
  if (!body || !button) return;
  const items = [...body.querySelectorAll(TAKES_FOCUS)].filter(isReached);
  const at = document.activeElement;
  if (at === button && !event.shiftKey && items.length) go(event, items[0]);
  else if (!body.contains(at)) return;
  else if (event.shiftKey && (at === items[0] || at === body)) go(event, button);
  // From the button on, the browser finds the way by itself.
  else if (!event.shiftKey && (at === items.at(-1) || !items.length)) button.focus();
}

function go(event, node) {
  event.preventDefault();
  event.stopPropagation();
  node.focus();
}

// Streamlit's popover takes its content out of the order of Tab while the focus is elsewhere, and keeps what was there.
function isReached(node) {
  const tabIndex = node.dataset.tabindex ?? node.tabIndex;
  return Number(tabIndex) >= 0 && !node.disabled && node.getClientRects().length > 0;
}
