// Streamlit adds an entry to the history whenever a page puts its document or its run into the address. "Back" would
// take that away, the page would put it there again, and nobody would come back to where they were. So an address that
// differs only in what follows the "?" takes the place of the one before. Imported once, it holds for all pages.
const push = history.pushState.bind(history);

history.pushState = (state, unused, url) => {
  const same = url != null && new URL(url, location.href).pathname === location.pathname;
  if (same) history.replaceState(state, unused, url);
  else push(state, unused, url);
};
