import { describe, expect, it } from "vitest";
import { createAddressGuard, parseCidr } from "./address-guard.ts";

const guard = createAddressGuard([]);
/** The address as a URL parser leaves it, which is what reaches the guard. */
const normalised = (host: string): string => new URL(`https://${host}/`).hostname;

describe("addresses inside (D4, D5)", () => {
  it.each([
    "0.0.0.0",
    "0.1.2.3",
    "10.0.0.0",
    "10.255.255.255",
    "100.64.0.1",
    "100.127.255.255",
    "127.0.0.1",
    "127.255.255.255",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.1",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.0.1",
    "198.18.0.1",
    "198.19.255.255",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:7f00:1",
    "::FFFF:7F00:1",
    "::ffff:10.0.0.1",
    "0:0:0:0:0:ffff:7f00:1",
    "0:0:0:0:0:ffff:127.0.0.1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b::10.0.0.1",
    "64:ff9b:1::1",
    "100::1",
    "2001::1",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    "2001:db8::1",
    "2002:a00:1::1",
    "3fff::1",
    "5f00::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
    "[::1]",
  ])("%s is refused, over https too", (address) => {
    expect(guard.refusal(address, "https:")).not.toBeNull();
    expect(guard.refusal(address, "http:")).not.toBeNull();
  });

  it.each([
    "0x7f.1",
    "2130706433",
    "017700000001",
    "127.1",
    "①②⑦.⓪.⓪.①",
    "[::ffff:127.0.0.1]",
    "[64:ff9b::a9fe:a9fe]",
    "[2002:a00:1::1]",
    "0xa9fea9fe",
  ])("%s is refused as what a URL parser makes of it", (host) => {
    expect(guard.refusal(normalised(host), "https:")).not.toBeNull();
  });

  it.each(["", "localhost", "127.0.0.1.nip.io", "1.2.3", "::g", "1.2.3.4:80", "undefined"])(
    "%o is no address, and what is no address is not reached",
    (text) => expect(guard.refusal(text, "https:")).toContain("is no IP address"),
  );
});

describe("public addresses", () => {
  it.each([
    "1.1.1.1",
    "9.255.255.255",
    "11.0.0.0",
    "100.63.255.255",
    "100.128.0.0",
    "126.255.255.255",
    "128.0.0.0",
    "169.253.255.255",
    "172.15.255.255",
    "172.32.0.0",
    "192.167.255.255",
    "192.169.0.0",
    "198.17.255.255",
    "198.20.0.0",
    "223.255.255.255",
    "2606:4700::1111",
    "::ffff:1.1.1.1",
  ])("%s may be reached over https, not over http (D9)", (address) => {
    expect(guard.refusal(address, "https:")).toBeNull();
    expect(guard.refusal(address, "http:")).toContain("plain http");
  });
});

describe("the allow list", () => {
  const cidr = (text: string) => parseCidr(text) ?? { address: "0.0.0.0", prefix: 32 };

  it("opens exactly its range, for http too", () => {
    const allowing = createAddressGuard([cidr("10.1.0.0/16"), cidr("fd00::/8")]);
    expect(allowing.refusal("10.1.2.3", "http:")).toBeNull();
    expect(allowing.refusal("::ffff:10.1.2.3", "http:")).toBeNull();
    expect(allowing.refusal("fd12::1", "http:")).toBeNull();
    expect(allowing.refusal("10.2.0.0", "https:")).not.toBeNull();
    expect(allowing.refusal("127.0.0.1", "https:")).not.toBeNull();
    expect(allowing.refusal("1.1.1.1", "http:")).not.toBeNull();
  });

  it.each([
    ["10.1.0.0/16", { address: "10.1.0.0", prefix: 16 }],
    [" 127.0.0.1 ", { address: "127.0.0.1", prefix: 32 }],
    ["fd00::/8", { address: "fd00::", prefix: 8 }],
    ["::1", { address: "::1", prefix: 128 }],
    ["0.0.0.0/0", { address: "0.0.0.0", prefix: 0 }],
  ])("reads %o", (text, expected) => {
    expect(parseCidr(text)).toEqual(expected);
  });

  it.each([
    "",
    "10.1.0.0/33",
    "10.1.0.0/-1",
    "10.1.0.0/",
    "10.1.0.0/1.5",
    "10.1.0.0/8/8",
    "fd00::/129",
    "localhost",
    "10.1/8",
  ])("does not read %o", (text) => expect(parseCidr(text)).toBeNull());
});
