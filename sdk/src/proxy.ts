import { EvergrantConnectionError, readProblem } from "./errors.ts";
import type { Transport } from "./transport.ts";

/** `fetch` for one account: the first argument is a path of the provider's API, with its query, as it must arrive. */
export type ProxyFetch = (path: string, init?: RequestInit) => Promise<Response>;

/**
 * The provider's answers come as they are, its errors too. What Evergrant itself refuses (a dead grant, a missing permission)
 * is thrown as an EvergrantError.
 */
export function createProxy(transport: Transport, accountId: string): ProxyFetch {
  return async (path, init = {}) => {
    if (/^[a-z][a-z0-9+.-]*:|^\/\//i.test(path)) {
      throw new TypeError(
        "give a path of the provider's API, such as /contacts?limit=10: its host is the integration's",
      );
    }
    const [before = ""] = path.split("#", 1);
    const at = before.indexOf("?");
    const target = (at === -1 ? before : before.slice(0, at)).replace(/^\//, "");
    const query = at === -1 ? "" : `${before.slice(at + 1)}&`;
    // fetch would take them out of the path before it is sent.
    if (target.split("/").some((part) => /^(?:\.|%2e){1,2}$/i.test(part))) {
      throw new TypeError("the path has a segment of dots");
    }
    const address = `${transport.base}/proxy/${target}?${query}integrated_account_id=${encodeURIComponent(accountId)}`;
    // A body that streams can't wait for the answer: fetch wants that said.
    const streams = init.body instanceof ReadableStream ? { duplex: "half" } : {};
    const response = await transport
      .send(address, { redirect: "manual", ...init, ...streams })
      .catch((error: unknown) => {
        init.signal?.throwIfAborted();
        // What fetch says of a wrong argument has no cause.
        if (!(error instanceof TypeError) || error.cause === undefined) throw error;
        const message = `a proxied ${init.method ?? "GET"}: no connection to Evergrant, or it broke`;
        throw new EvergrantConnectionError("network", message, error);
      });
    const problem = response.ok ? null : await readProblem(response);
    if (problem !== null) throw problem;
    return response;
  };
}
