import type { Context } from "hono";
import type { EnvironmentRecord } from "#core/ports/environment-store";
import type { ApiPorts } from "../api-environment.ts";
import type { ConnectProduct } from "../schemas/connect.ts";
import type { ConnectHost } from "./connect-hosts.ts";
import { findLinkOfPage } from "./find-link-at.ts";
import { productOf } from "./product-of.ts";

/** Who asks, with a name in any case: one that has not said its name is called by the address that its customer sees. */
export type NamedProduct = ConnectProduct & { readonly name: string };

/** Whose page a person is looking at, by the link in the address or the one that this browser set out on; null: nobody knows. */
export type FindProduct = (context: Context, isLimited: boolean) => Promise<NamedProduct | null>;

export function createFindProduct(
  ports: Pick<ApiPorts, "connect" | "connectHosts" | "digests" | "environments" | "log" | "publicUrl">,
): FindProduct {
  return async (context, isLimited) => {
    try {
      const link = await findLinkOfPage(ports, context, isLimited);
      if (link === null) return null;
      const own = await ports.connectHosts.find(context.req.header("host"));
      return namedProduct(await ports.environments.findById(link.environmentId), own?.origin ?? ports.publicUrl);
    } catch (error) {
      // The page is about a problem already; this one only costs it the product's name.
      ports.log.warn({ error }, "the product of a page could not be read");
      return null;
    }
  };
}

/** @param origin under which its customer sees the page */
export function namedProduct(
  environment: Pick<EnvironmentRecord, "branding"> | null,
  origin: ConnectHost["origin"],
): NamedProduct {
  const product = productOf(environment);
  return { ...product, name: product.name ?? new URL(origin).hostname };
}
