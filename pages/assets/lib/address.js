// One entry in the browser's history for each page opened. Streamlit adds one for the page and a
// second one when the page's script puts its run into the address; then "Back" seems to do nothing.

/** @param {Pick<Window, "history" | "location" | "navigator" | "addEventListener">} window */
export function oneEntryAPage({ history, location, navigator, addEventListener }) {
  // Nobody has done anything on this page yet, nor before this script had come over a slow network.
  let isFresh = !navigator.userActivation?.hasBeenActive;
  const push = history.pushState.bind(history);
  history.pushState = (state, title, url) => {
    const isSamePage = new URL(url ?? "", location.href).pathname === location.pathname;
    if (isSamePage && isFresh) history.replaceState(state, title, url);
    else push(state, title, url);
    isFresh = !isSamePage;
  };
  const used = () => {
    isFresh = false;
  };
  for (const event of ["pointerdown", "keydown"]) addEventListener(event, used, true);
}
