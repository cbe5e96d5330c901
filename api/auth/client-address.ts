import type { IncomingMessage } from "node:http";
import { BlockList, isIP, isIPv4 } from "node:net";
import type { Cidr } from "#adapters/egress/address-guard";

/** Whether an address lies in one of some ranges; IPv4 inside IPv6 counts as itself. What is no address lies in none. */
export type AddressSet = (address: string) => boolean;

export function addressSet(ranges: readonly Cidr[]): AddressSet {
  const list = new BlockList();
  for (const { address, prefix } of ranges) list.addSubnet(address, prefix, isIPv4(address) ? "ipv4" : "ipv6");
  return (address) => {
    const family = isIP(address);
    return family !== 0 && list.check(address, family === 4 ? "ipv4" : "ipv6");
  };
}

/**
 * Where a request comes from: the other end of its connection. Where that is a trusted proxy, what the proxy says
 * (`X-Forwarded-For`), read from the right: only what a trusted one wrote counts, the rest anybody may have written.
 *
 * @returns an empty text when a trusted proxy names no address: nobody can tell
 */
export function clientAddress(request: IncomingMessage, isTrusted: AddressSet): string {
  // A socket of both families has IPv4 inside IPv6.
  let address = request.socket.remoteAddress ?? "";
  if (address.startsWith("::ffff:")) address = address.replace(/^::ffff:(?=\d+\.)/, "");
  const forwarded = request.headers["x-forwarded-for"];
  if (forwarded === undefined || !isTrusted(address)) return address;
  const hops = String(forwarded).split(",");
  for (let index = hops.length - 1; index >= 0; index -= 1) {
    address = withoutPort((hops[index] ?? "").trim());
    if (isIP(address) === 0) return "";
    if (!isTrusted(address)) return address;
  }
  return address;
}

/** Some proxies write `203.0.113.7:50123` or `[2001:db8::7]:50123`. */
function withoutPort(hop: string): string {
  return /^\[([^\]]+)\](?::\d+)?$/.exec(hop)?.[1] ?? /^(\d+(?:\.\d+){3}):\d+$/.exec(hop)?.[1] ?? hop;
}

/** Whoever has one IPv6 address has the 2^64 beside it. */
export function networkOf(address: string): string {
  if (!address.includes(":") || address.includes(".")) return address;
  const [head = "", tail] = address.split("::");
  const left = head.split(":").filter((part) => part !== "");
  const right = tail === undefined ? [] : tail.split(":").filter((part) => part !== "");
  const zeros = Array.from({ length: Math.max(0, 8 - left.length - right.length) }, () => "0");
  return [...left, ...(tail === undefined ? [] : zeros), ...right].slice(0, 4).join(":");
}
