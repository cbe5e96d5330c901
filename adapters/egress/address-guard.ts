import { BlockList, isIP, isIPv4 } from "node:net";

/** Decides which addresses outgoing calls may reach (R49). */
export interface AddressGuard {
  /**
   * @param port that is connected to, where the guard is asked about a connection
   * @returns why the address is refused, or null when it may be reached
   */
  refusal(address: string, protocol: "http:" | "https:", port?: number): string | null;
}

/**
 * For a server that the operator names in the configuration, which is often meant to be an inside one: no document and no customer
 * can aim at it.
 */
export const anyAddress: AddressGuard = { refusal: () => null };

/** Everything that is not the public internet (checklist D5). IPv6 forms that carry an IPv4 address are unmapped first. */
const refusedRanges: readonly (readonly [network: string, prefix: number])[] = [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 4],
  ["240.0.0.0", 4],
  // Of IPv6 only 2000::/3 is global unicast; what is not, the guard refuses without a list. Inside it:
  ["2001::", 23],
  ["2001:db8::", 32],
  ["2002::", 16],
  ["3fff::", 20],
];

/** One range in CIDR form. */
export interface Cidr {
  readonly address: string;
  readonly prefix: number;
}

/** @returns the range, or null when the text is none */
export function parseCidr(text: string): Cidr | null {
  const [address = "", prefixText, ...rest] = text.trim().split("/");
  const family = isIP(address);
  if (family === 0 || rest.length > 0) return null;
  const most = family === 4 ? 32 : 128;
  const prefix = prefixText === undefined ? most : Number(prefixText);
  return Number.isInteger(prefix) && prefix >= 0 && prefix <= most && prefixText !== "" ? { address, prefix } : null;
}

/**
 * @param allowed ranges besides public addresses; for them plain http is allowed too (EVERGRANT_EGRESS_ALLOW)
 */
export function createAddressGuard(allowed: readonly Cidr[]): AddressGuard {
  const refused = new BlockList();
  for (const [network, prefix] of refusedRanges) refused.addSubnet(network, prefix, isIPv4(network) ? "ipv4" : "ipv6");
  const globalUnicast = new BlockList();
  globalUnicast.addSubnet("2000::", 3, "ipv6");
  const exceptions = new BlockList();
  for (const { address, prefix } of allowed) exceptions.addSubnet(address, prefix, isIPv4(address) ? "ipv4" : "ipv6");

  return {
    refusal(written, protocol) {
      const address = unmapped(written);
      const family = isIP(address);
      // Fails closed: what is no address is not reached.
      if (family === 0) return `${written} is no IP address`;
      const type = family === 4 ? "ipv4" : "ipv6";
      if (exceptions.check(address, type)) return null;
      if (refused.check(address, type) || (family === 6 && !globalUnicast.check(address, "ipv6")))
        return `${address} is not a public address`;
      return protocol === "https:" ? null : `plain http is refused for ${address}`;
    },
  };
}

/** `::ffff:127.0.0.1` and `::ffff:7f00:1` are 127.0.0.1 to the kernel, so they are to us. */
function unmapped(address: string): string {
  const bare = address.replace(/^\[|\]$/g, "").replace(/%.*$/, "");
  const dotted = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(bare)?.[1];
  if (dotted !== undefined) return dotted;
  const hex = /^(?:::ffff|0:0:0:0:0:ffff):([0-9a-f]{1,4}):([0-9a-f]{1,4})$/i.exec(bare);
  if (hex === null) return bare;
  const high = Number.parseInt(hex[1] ?? "0", 16);
  const low = Number.parseInt(hex[2] ?? "0", 16);
  return [high >> 8, high & 255, low >> 8, low & 255].join(".");
}
