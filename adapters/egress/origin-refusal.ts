import { isIP } from "node:net";
import { createAddressGuard, type Cidr } from "./address-guard.ts";

/**
 * Why calls to an origin are certain to be refused, before anybody tries; null: they may work. A name is certain only where no range
 * is allowed at all, since what it resolves to is seen when it is called.
 */
export function originRefusal(allowed: readonly Cidr[]): (origin: string) => string | null {
  const guard = createAddressGuard(allowed);
  return (origin) => {
    if (!URL.canParse(origin)) return null;
    const { protocol, hostname, port } = new URL(origin);
    const isPlain = protocol !== "https:" || port !== "";
    const host = hostname.replace(/^\[|\]$/g, "");
    if (isIP(host) !== 0) return guard.refusal(host, isPlain ? "http:" : "https:");
    if (!isPlain || allowed.length > 0) return null;
    return "plain http, and a port other than 443, are for hosts in a range of EVERGRANT_EGRESS_ALLOW alone, and none is allowed";
  };
}
