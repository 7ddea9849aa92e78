// Whoever signs in comes back to the first page, at the root. What they had asked for is kept in this tab until then.
const KEY = "cnn-builder-asked";
const address = () => location.pathname + location.search;

export function keepAsked() {
  sessionStorage.setItem(KEY, address());
}

export function openAsked() {
  const asked = sessionStorage.getItem(KEY);
  if (asked === null) return;
  sessionStorage.removeItem(KEY);
  if (location.pathname.endsWith("/") && asked !== address()) location.replace(asked);
}
