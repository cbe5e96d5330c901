/** The window in which everything goes on that a frame must not show, by name. */
export const tripWindow = "evergrant-connect";

/** The page of the product: what opened this window, or stands around the frame that did; null: the tie was cut. */
export function productWindow(): Window | null {
  const opener = window.opener as Window | null;
  try {
    // Only a frame of our own can be looked into.
    return opener?.location.origin === window.location.origin ? opener.parent : opener;
  } catch {
    return opener;
  }
}
