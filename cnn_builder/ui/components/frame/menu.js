// On a phone the list of pages lies over the page: once one is chosen, it goes.
const LINK = "[data-testid=stSidebarNavLink]";
const CLOSE = "[data-testid=stSidebarCollapseButton] button"; // there only while the list is open
const NARROW = "(max-width: 768px)"; // where Streamlit lays the list over the page

export function listen() {
  document.addEventListener("click", (event) => {
    if (event.target.closest?.(LINK)) setTimeout(close); // after the link's own work
  });
  // A page may have been chosen before this was loaded.
  const [first] = performance.getEntriesByType("navigation");
  if (first && new URL(first.name).pathname !== location.pathname) close();
}

function close() {
  if (matchMedia(NARROW).matches) document.querySelector(CLOSE)?.click();
}
