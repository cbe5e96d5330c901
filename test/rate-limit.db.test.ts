import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { startFaultServer, type FaultBehaviour, type FaultServer } from "#lab/start-fault-server";
import { defineFaulty, importAccounts } from "./faulty-integration.ts";
import { expireToken, startStack, type Answer, type Stack } from "./start-stack.ts";
import { waitForReads } from "./wait-for-reads.ts";

let stack: Stack;

beforeAll(async () => {
  stack = await startStack({ apis: 2 });
});
afterAll(async () => {
  await stack[Symbol.asyncDispose]();
});

async function integrationAt(
  name: string,
  config: Record<string, unknown> = {},
  format?: string,
): Promise<FaultServer> {
  const server = await startFaultServer();
  onTestFinished(() => server.close());
  await defineFaulty(stack, name, server, config, format);
  return server;
}

/** An account of the integration whose token has ended. */
async function expiredAccount(name: string): Promise<string> {
  const [id = ""] = await importAccounts(stack, name, 1);
  await expireToken(stack.database, id);
  return id;
}

const slowDown = (headers: Record<string, string>): FaultBehaviour => ({
  kind: "json",
  status: 429,
  body: { error: "slow_down" },
  headers,
});
const read = (id: string, api = 0): Promise<Answer> =>
  stack.call("GET", `/integrated-accounts/${id}/token`, undefined, { api });

/** What an answer says of limits; absent headers are left out. */
function told({ headers }: Answer): Record<string, string> {
  const names = ["ratelimit-limit", "ratelimit-remaining", "ratelimit-reset", "ratelimit", "ratelimit-policy"];
  return Object.fromEntries(names.flatMap((name) => (headers.has(name) ? [[name, headers.get(name) ?? ""]] : [])));
}

describe("a 429 of a provider's token endpoint (R23, R73)", () => {
  test("tells its limit to everybody who made or joined the request, whatever process they came to", async () => {
    const server = await integrationAt("joined");
    const id = await expiredAccount("joined");
    const { promise: allThere, resolve: letGo } = Promise.withResolvers<void>();
    const answer = slowDown({ "Retry-After": "300", RateLimit: '"m";r=0;t=60', "RateLimit-Policy": '"m";q=20;w=60' });
    server.respondWith({ kind: "hold", until: allThere, answer });
    const reads = Array.from({ length: 6 }, (_, index) => read(id, index % 2));
    await waitForReads(stack, id, 6);
    letGo();
    for (const limited of await Promise.all(reads)) {
      expect(limited).toMatchObject({ status: 429, body: { code: "rate_limited", source: "provider" } });
      expect(told(limited)).toEqual({
        "ratelimit-limit": "20",
        "ratelimit-remaining": "0",
        "ratelimit-reset": "60",
        ratelimit: '"default";r=0;t=60',
        "ratelimit-policy": '"default";q=20;w=60',
      });
    }
    expect(server.requests).toHaveLength(1);
    // Who comes later learns when, and no limit that has grown old.
    const later = await read(id, 1);
    expect(told(later)).toEqual({ "ratelimit-reset": later.headers.get("retry-after") });
  });

  test("that tells nothing but Retry-After is passed on without an invented limit", async () => {
    const server = await integrationAt("silent");
    server.respondWith(slowDown({ "Retry-After": "300" }));
    const limited = await read(await expiredAccount("silent"));
    expect(limited.status).toBe(429);
    expect(told(limited)).toEqual({ "ratelimit-reset": limited.headers.get("retry-after") });
  });

  test("that names its reset alone is left alone until then", async () => {
    const server = await integrationAt("reset");
    server.respondWith(slowDown({ "X-Rate-Limit-Remaining": "0", "X-Rate-Limit-Reset": "3600" }));
    const limited = await read(await expiredAccount("reset"));
    expect(limited.status).toBe(429);
    expect(Number(limited.headers.get("retry-after"))).toBeGreaterThan(3000);
    expect(told(limited)).toEqual({
      "ratelimit-remaining": "0",
      "ratelimit-reset": "3600",
      ratelimit: '"default";r=0;t=3600',
    });
  });

  test("meets a forced refresh too, which asks again within Retry-After, while the token that is valid is served", async () => {
    const server = await integrationAt("forced");
    const [id = ""] = await importAccounts(stack, "forced", 1);
    server.respondWith(slowDown({ "Retry-After": "300", "RateLimit-Limit": "20" }));
    for (const requests of [1, 2]) {
      const limited = await stack.call("POST", `/integrated-accounts/${id}/refresh`);
      expect(limited).toMatchObject({ status: 429, body: { code: "rate_limited", source: "provider" } });
      expect(told(limited)).toMatchObject({ "ratelimit-limit": "20", "ratelimit-policy": '"default";q=20' });
      expect(server.requests).toHaveLength(requests);
    }
    expect(await read(id)).toMatchObject({ status: 200, body: { credential_version: 1 } });
  });

  test("reaches whoever imports a client that asks for itself", async () => {
    const server = await integrationAt("machine", {}, "oauth2_client_credentials");
    server.respondWith(slowDown({ "Retry-After": "7", "X-RateLimit-Limit": "20", "X-RateLimit-Remaining": "0" }));
    const limited = await stack.call("POST", "/integrated-accounts", {
      integration_name: "machine",
      tenant_id: "acme",
      credentials: { oauth2_client_credentials: {} },
    });
    expect(limited).toMatchObject({ status: 429, body: { code: "rate_limited", source: "provider" } });
    expect(limited.headers.get("retry-after")).toBe("7");
    expect(told(limited)).toEqual({
      "ratelimit-limit": "20",
      "ratelimit-remaining": "0",
      "ratelimit-reset": "7",
      ratelimit: '"default";r=0;t=7',
      "ratelimit-policy": '"default";q=20',
    });
  });

  test("by the word of the integration's own rules as well, whatever its status", async () => {
    const rule = { id: "quota", statuses: [403, 403], class: "rate_limited", meaning: "The quota is used up." };
    const server = await integrationAt("quota", { refresh: { failureRules: [rule] } });
    server.respondWith({ kind: "html", status: 403, headers: { "X-RateLimit-Limit": "20" } });
    const limited = await read(await expiredAccount("quota"));
    expect(limited).toMatchObject({ status: 429, body: { code: "rate_limited" } });
    expect(told(limited)).toMatchObject({ "ratelimit-limit": "20" });
  });
});

describe("our own budget that is used up (R21)", () => {
  test("tells the rate that is known, and that it is ours", async () => {
    const server = await integrationAt("narrow", { refresh: { perMinute: 1 } });
    const [first, second] = [await expiredAccount("narrow"), await expiredAccount("narrow")];
    expect((await read(first)).status).toBe(200);
    const limited = await read(second);
    expect(limited).toMatchObject({ status: 429, body: { code: "rate_limited", source: "evergrant" } });
    const wait = limited.headers.get("retry-after");
    expect(Number(wait)).toBeGreaterThan(0);
    expect(told(limited)).toEqual({
      "ratelimit-limit": "1",
      "ratelimit-remaining": "0",
      "ratelimit-reset": wait,
      ratelimit: `"default";r=0;t=${wait}`,
      "ratelimit-policy": '"default";q=1;w=60',
    });
    expect(server.requests).toHaveLength(1);
  });
});
