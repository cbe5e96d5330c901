import { isIP } from "node:net";

/**
 * The network of an address: 24 bits of IPv4, 48 of IPv6, about what one site or one cloud's pool has. Null: no address.
 */
export function networkPrefixOf(address: string): string | null {
  const family = isIP(address);
  if (family === 4) return `${address.slice(0, address.lastIndexOf("."))}.0/24`;
  if (family !== 6) return null;
  const mapped = /^::ffff:(\d+\.\d+\.\d+)\.\d+$/i.exec(address)?.[1];
  if (mapped !== undefined) return `${mapped}.0/24`;
  const [head = "", tail] = (address.split("%")[0] ?? "").split("::");
  const left = head.split(":").filter((part) => part !== "");
  const right = tail === undefined ? [] : tail.split(":").filter((part) => part !== "");
  const width = right.reduce((sum, part) => sum + (part.includes(".") ? 2 : 1), 0);
  const zeros = Array.from({ length: Math.max(0, 8 - left.length - width) }, () => "0");
  const groups = [...left, ...(tail === undefined ? [] : zeros), ...right].slice(0, 3);
  return `${groups.map((group) => Number.parseInt(group, 16).toString(16)).join(":")}::/48`;
}
