import { describe, expect, it } from "vitest";
import { networkPrefixOf } from "./network-prefix.ts";

describe("the network of", () => {
  it.each<[string, string | null]>([
    ["203.0.113.7", "203.0.113.0/24"],
    ["::ffff:203.0.113.7", "203.0.113.0/24"],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1::/48"],
    ["2001:db8::1", "2001:db8:0::/48"],
    ["2001:0db8:0001::", "2001:db8:1::/48"],
    ["::1", "0:0:0::/48"],
    ["fe80::1%eth0", "fe80:0:0::/48"],
    ["::", "0:0:0::/48"],
    ["", null],
    ["unknown", null],
    ["203.0.113.7:443", null],
  ])("%j is %j", (address, network) => expect(networkPrefixOf(address)).toBe(network));
});
