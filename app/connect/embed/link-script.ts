/**
 * The page of a link that a page of the product embeds, for OwnScript. Without it the frame has the height it began with, and the
 * product is told what came of it all the same, since it asks.
 *
 * @param tripWindow name of the window in which everything goes on that a frame must not show
 */
export function linkScript(mode: "popup" | "frame", origin: string, tripWindow: string): void {
  // Another language of the same page, for whoever embeds it; what that is, only its address says.
  for (const choice of document.querySelectorAll<HTMLAnchorElement>("a[hreflang]")) {
    const query = new URLSearchParams(location.search);
    query.set("lang", choice.hreflang);
    choice.search = query.toString();
    choice.target = "_self";
  }

  const card = document.querySelector("[data-frame]");
  if (card === null) return;
  const tell = (data: object) => window.parent.postMessage(data, origin);
  new ResizeObserver(() => {
    tell({ type: "evergrant:size", height: Math.ceil(card.getBoundingClientRect().height) });
  }).observe(card);
  let trip: Window | null = null;
  // Before the form is sent: its target opens as a window of this size, not as a tab.
  document.addEventListener("submit", () => {
    trip = window.open("", tripWindow, "popup,width=480,height=760");
  });
  setInterval(() => {
    if (trip?.closed !== true) return;
    trip = null;
    // As when a page comes back from the browser's memory: the form may be sent again.
    window.dispatchEvent(new Event("pageshow"));
    tell({ type: "evergrant:left" });
  }, 500);
}
