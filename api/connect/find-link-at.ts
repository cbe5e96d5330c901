import type { Context } from "hono";
import type { Link } from "#core/ports/connect-store";
import type { ApiPorts } from "../api-environment.ts";
import { openLinkCookie, readConnectCookie } from "./browser-cookies.ts";
import type { ConnectHost } from "./connect-hosts.ts";
import { linkTokenPattern } from "./link-token-pattern.ts";

/** The link of a token; under a product's own name only one of its environment, as if there were no other. */
export async function findLinkAt(
  ports: Pick<ApiPorts, "connect" | "digests">,
  own: ConnectHost | null,
  token: string,
): Promise<Link | null> {
  if (!linkTokenPattern.test(token)) return null;
  const link = await ports.connect.findLinkByDigest(ports.digests.digest("link_token", token));
  return own === null || link?.environmentId === own.environmentId ? link : null;
}

/** The link that this browser set out on last; null: none, or its cookies don't belong together. */
export async function findLinkOfBrowser(
  { connect, digests, publicUrl }: Pick<ApiPorts, "connect" | "digests" | "publicUrl">,
  cookie: string | undefined,
): Promise<Link | null> {
  const browser = readConnectCookie(cookie, "browser", publicUrl);
  const id = openLinkCookie(digests, readConnectCookie(cookie, "link", publicUrl), browser);
  return id === null ? null : await connect.findLink(id);
}

/**
 * The link that a page of the connect pages is about: the one in its address, or the one that its browser set out on.
 *
 * @param isLimited whoever asks has guessed too often: then what stands in the address is not looked up (checklist B10)
 */
export async function findLinkOfPage(
  ports: Pick<ApiPorts, "connect" | "connectHosts" | "digests" | "publicUrl">,
  { req }: Context,
  isLimited: boolean,
): Promise<Link | null> {
  const token = isLimited ? "" : (/^\/connect\/([^/]+)\/?$/.exec(req.path)?.[1] ?? "");
  const link = await findLinkAt(ports, await ports.connectHosts.find(req.header("host")), token);
  return link ?? (await findLinkOfBrowser(ports, req.header("cookie")));
}
