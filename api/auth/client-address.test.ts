import type { IncomingMessage } from "node:http";
import { describe, expect, it } from "vitest";
import { parseCidr } from "#adapters/egress/address-guard";
import { addressSet, clientAddress } from "./client-address.ts";

const setOf = (...ranges: string[]) => addressSet(ranges.flatMap((range) => parseCidr(range) ?? []));
const from = (remoteAddress: string, forwarded?: string): IncomingMessage =>
  ({
    socket: { remoteAddress },
    headers: forwarded === undefined ? {} : { "x-forwarded-for": forwarded },
  }) as unknown as IncomingMessage;

describe("where a request comes from", () => {
  it.each<[string, string[], string, string | undefined, string]>([
    ["the connection, where no proxy is trusted, whatever is forwarded", [], "127.0.0.1", "203.0.113.7", "127.0.0.1"],
    [
      "the connection, where it is not the trusted proxy",
      ["10.0.0.0/8"],
      "198.51.100.1",
      "203.0.113.7",
      "198.51.100.1",
    ],
    ["IPv4 in its own form", [], "::ffff:198.51.100.1", undefined, "198.51.100.1"],
    ["what the trusted proxy says", ["127.0.0.1"], "127.0.0.1", "203.0.113.7", "203.0.113.7"],
    ["the same through a socket of both families", ["127.0.0.1"], "::ffff:127.0.0.1", "203.0.113.7", "203.0.113.7"],
    [
      "the rightmost that no trusted proxy has",
      ["10.0.0.0/8"],
      "10.0.0.1",
      "6.6.6.6, 203.0.113.7, 10.0.0.2",
      "203.0.113.7",
    ],
    ["the proxy itself, where it forwards nobody", ["10.0.0.0/8"], "10.0.0.1", undefined, "10.0.0.1"],
    ["the leftmost, where all are trusted", ["10.0.0.0/8"], "10.0.0.1", "10.0.0.3, 10.0.0.2", "10.0.0.3"],
    ["an address with a port", ["::1"], "::1", "203.0.113.7:50123", "203.0.113.7"],
    ["an IPv6 address with a port", ["::1"], "::1", "[2001:db8::7]:443", "2001:db8::7"],
    ["nobody knows, where the trusted proxy writes none", ["::1"], "::1", "unknown", ""],
    ["nobody knows, where what it writes is empty", ["::1"], "::1", "203.0.113.7,", ""],
  ])("is %s", (_name, trusted, remote, forwarded, expected) =>
    expect(clientAddress(from(remote, forwarded), setOf(...trusted))).toBe(expected),
  );
});

describe("a set of addresses", () => {
  it.each<[string, boolean]>([
    ["203.0.113.7", true],
    ["::ffff:203.0.113.7", true],
    ["203.0.114.1", false],
    ["2001:db8::1", true],
    ["2001:db9::1", false],
    ["", false],
    ["localhost", false],
  ])("has %s: %s", (address, has) => expect(setOf("203.0.113.0/24", "2001:db8::/32")(address)).toBe(has));
});
