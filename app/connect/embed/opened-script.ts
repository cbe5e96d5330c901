/**
 * Tells the page of the product that the window is there, for OwnScript. It stands above the card: whoever sees the card and closes
 * the window has been told of.
 */
export function openedScript(mode: "popup" | "frame", origin: string): void {
  // From now on the product believes a window that it sees closed. Only a page of another origin can't be looked into: ours, around
  // it, are not told.
  const product = (mode === "frame" ? window.parent : window.opener) as Window | null;
  try {
    void product?.location.origin;
  } catch {
    product?.postMessage({ type: "evergrant:opened" }, origin);
  }
}
