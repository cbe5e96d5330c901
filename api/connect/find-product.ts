import type { Context } from "hono";
import type { ApiPorts } from "../api-environment.ts";
import type { ConnectProduct } from "../schemas/connect.ts";
import { openLinkCookie, readConnectCookie } from "./browser-cookies.ts";
import { linkTokenPattern } from "./link-token-pattern.ts";
import { productOf } from "./product-of.ts";

/** Whose page a person is looking at, by the link in the address or the one that this browser set out on; null: nobody knows. */
export type FindProduct = (context: Context) => Promise<ConnectProduct | null>;

export function createFindProduct(
  ports: Pick<ApiPorts, "connect" | "digests" | "environments" | "log" | "publicUrl">,
): FindProduct {
  const find: FindProduct = async (context) => {
    const token = /^\/connect\/([^/]+)\/?$/.exec(context.req.path)?.[1] ?? "";
    if (linkTokenPattern.test(token)) {
      const link = await ports.connect.findLinkByDigest(ports.digests.digest("link_token", token));
      if (link !== null) return productOf(await ports.environments.findById(link.environmentId));
    }
    const cookie = context.req.header("cookie");
    const read = (kind: "link" | "browser") => readConnectCookie(cookie, kind, ports.publicUrl);
    const linkId = openLinkCookie(ports.digests, read("link"), read("browser"));
    const link = linkId === null ? null : await ports.connect.findLink(linkId);
    return link === null ? null : productOf(await ports.environments.findById(link.environmentId));
  };
  return async (context) => {
    try {
      return await find(context);
    } catch (error) {
      // The page is about a problem already; this one only costs it the product's name.
      ports.log.warn({ error }, "the product of a page could not be read");
      return null;
    }
  };
}
