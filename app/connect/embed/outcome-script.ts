import type { ConnectOutcomeView } from "#api/schemas/connect";

type Opener = NonNullable<ConnectOutcomeView["opener"]>;

/**
 * Tells the one page that embeds this trip, and no other, what came of it, for OwnScript. Without it that page learns the same when it
 * asks, and the customer closes the window.
 *
 * @param isDone nothing more to say or to choose here: the window closes, once it could be seen that it went well
 */
export function outcomeScript({ origin, result }: Opener, isDone: boolean): void {
  const opener = window.opener as Window | null;
  let product = opener;
  try {
    // Only a frame of our own can be looked into: then the product's page stands around it.
    if (opener?.location.origin === location.origin) product = opener.parent;
  } catch {
    // The product's page itself.
  }
  product?.postMessage({ type: "evergrant:outcome", result }, origin);
  if (isDone) setTimeout(() => window.close(), 1500);
}
