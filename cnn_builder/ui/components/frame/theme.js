// Streamlit keeps the choice of light or dark under the address at which it was loaded; it is meant for all pages.
const loaded = location.pathname;

export function listen(paths) {
  addEventListener("pagehide", () => {
    const chosen = localStorage.getItem(key(loaded));
    const folder = loaded.slice(0, loaded.lastIndexOf("/") + 1);
    for (const path of ["", ...paths]) {
      if (chosen !== null) localStorage.setItem(key(folder + path), chosen);
    }
  });
}

function key(path) {
  return `stActiveTheme-${path}-v2`;
}

// What Streamlit draws beside its app, such as a popover, would else be light in the dark theme.
export function followTheme() {
  const app = document.querySelector(".stApp");
  if (!app) return;
  const follow = () => (document.documentElement.style.colorScheme = getComputedStyle(app).colorScheme);
  new MutationObserver(follow).observe(app, { attributes: true, attributeFilter: ["class"] });
  follow();
}
