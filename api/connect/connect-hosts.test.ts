import { describe, expect, test } from "vitest";
import type { EnvironmentRecord } from "#core/ports/environment-store";
import { createRecordingLog } from "#test/fakes/recording-log";
import { createSteppedClock } from "#test/fakes/stepped-clock";
import { createConnectHosts, isForCustomers } from "./connect-hosts.ts";

const publicUrl = "https://connect.example.com";
const origin = "https://link.product.example";

function hostsOf(list: () => Promise<Pick<EnvironmentRecord, "id" | "connectUrl">[]>) {
  let reads = 0;
  const clock = createSteppedClock();
  const environments = {
    list: async () => {
      reads += 1;
      return (await list()) as EnvironmentRecord[];
    },
  };
  const hosts = createConnectHosts({ environments, publicUrl, clock, log: createRecordingLog() });
  return { hosts, clock, reads: () => reads };
}

const one = { environmentId: "env_1", origin };
const listed = async () => [
  { id: "env_1", connectUrl: origin },
  { id: "env_2", connectUrl: null },
];

describe("the Host of a request", () => {
  test.each([
    "link.product.example",
    "LINK.Product.example",
    "link.product.example:443",
    "link.product.example.",
    "link.product.example.:443",
  ])("%s is a product's own name, however it is written", async (host) =>
    expect(await hostsOf(listed).hosts.find(host)).toEqual(one),
  );

  test.each([
    undefined,
    "",
    "connect.example.com",
    "CONNECT.example.com:443",
    "link.product.example.evil.example",
    "evil.example/link.product.example",
    "link.product.example@evil.example",
    "evil.example#link.product.example",
    "link.product.example:8443",
    "[",
    "a b",
  ])("%s is none", async (host) => expect(await hostsOf(listed).hosts.find(host)).toBeNull());

  test("costs one look for many requests, and none where it is EVERGRANT_URL's", async () => {
    const { hosts, clock, reads } = hostsOf(listed);
    await hosts.find("connect.example.com");
    expect(reads()).toBe(0);
    await Promise.all([hosts.find("link.product.example"), hosts.find("127.0.0.1:3000")]);
    await hosts.find("link.product.example");
    expect(reads()).toBe(1);
    clock.advance(5_001);
    await hosts.find("link.product.example");
    expect(reads()).toBe(2);
  });

  test("stays known while the database is away", async () => {
    let isAway = false;
    const { hosts, clock } = hostsOf(async () => {
      if (isAway) throw new Error("away");
      return await listed();
    });
    expect(await hosts.find("link.product.example")).toEqual(one);
    isAway = true;
    clock.advance(60_000);
    expect(await hosts.find("link.product.example")).toEqual(one);
  });

  test("waits for no look while the database is away, and for the first one only", async () => {
    let answer: () => void = () => undefined;
    let isAway = true;
    const { hosts, clock, reads } = hostsOf(async () => {
      if (isAway) throw new Error("away");
      await new Promise<void>((resolve) => (answer = resolve));
      return await listed();
    });
    expect(await hosts.find("link.product.example")).toBeNull();
    isAway = false;
    clock.advance(2_001);
    // Its look hangs, and nobody waits for it.
    expect(await hosts.find("link.product.example")).toBeNull();
    expect(await hosts.find("link.product.example")).toBeNull();
    expect(reads()).toBe(2);
    answer();
    await Promise.resolve();
    await expect.poll(() => hosts.find("link.product.example")).toEqual(one);
    expect(reads()).toBe(2);
  });
});

describe("under a product's own name", () => {
  test.each([
    "/connect/lt_x",
    "/connect/lt_x/",
    "/connect/outcome",
    "/connect.js",
    "/oauth/return/cb_1",
    "/api/connect/results",
    "/api/csp-reports",
    "/icon.svg",
    "/favicon.ico",
    `/api/connect/logos/${"0".repeat(64)}`,
    "/_next/static/chunks/a.js",
    "/_next/static/chunks/[...all]/a..b.js",
  ])("%s is answered", (path) => expect(isForCustomers(path)).toBe(true));

  test.each([
    "/",
    "/sign-in",
    "/accounts",
    "/api/v1/integrated-accounts",
    "/api/auth/csrf",
    "/api/connect/links/lnk_1",
    "/api/connect/outcome",
    "/oauth/callback/cb_1",
    "/oauth/jwks/cb_1",
    "/connect/../api/v1/session",
    "/connect/",
    "/connect/..",
    "/_next/static/../../accounts",
    "/_next/static/%2e%2E/%2e./accounts",
    "/_next/static/..\\..\\accounts",
    "/metrics",
  ])("%s is not", (path) => expect(isForCustomers(path)).toBe(false));
});
