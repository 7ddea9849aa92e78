// Bring something into view while the page around it is still being drawn.

const GROWING = 5000; // what stands above it may be drawn late, or taken away late
const USERS = ["pointerdown", "wheel", "touchmove", "keydown"];

// Calls `scroll` now, and again whenever the page's height changes, until the user does something.
export function keepInView(scroll) {
  const changes = new ResizeObserver(scroll);
  const stop = () => {
    changes.disconnect();
    clearTimeout(end);
    for (const name of USERS) removeEventListener(name, stop, true);
  };
  const end = setTimeout(stop, GROWING);
  for (const name of USERS) addEventListener(name, stop, { capture: true, passive: true });
  changes.observe(document.querySelector("[data-testid=stMainBlockContainer]") ?? document.body);
  scroll();
}
