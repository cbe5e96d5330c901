import type { Link } from "#core/ports/connect-store";
import type { ApiPorts } from "../api-environment.ts";
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
