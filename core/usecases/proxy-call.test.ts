import { decodeJwt } from "jose";
import { describe, expect, it } from "vitest";
import { createPossessionProofs } from "#adapters/oauth/possession-proofs";
import { generateKeyPair } from "#adapters/oauth/generate-key-pair";
import { exampleDocument } from "#test/fakes/in-memory-integration-store";
import { tokenResult } from "#test/fakes/scripted-authorization-server";
import { makeCertificate } from "#test/make-certificate";
import { caller, createWorld, environmentId, type World } from "#test/fakes/world";
import { integrationDocumentSchema } from "../domain/integration/integration-document.ts";
import { DomainError } from "../domain/problem/domain-error.ts";
import { headerRecord } from "../domain/proxy/forwarded-headers.ts";
import { decodePageCursor } from "../domain/proxy/next-target.ts";
import type { StreamAnswer, StreamRequest } from "../ports/provider-streams.ts";
import { createByteBudget } from "./byte-budget.ts";
import { createCallPlaces } from "./call-places.ts";
import type { CollectedPages } from "./collect-pages.ts";
import type { JudgedAnswer } from "./judge-answer.ts";
import { findIntegration } from "./find-integration.ts";
import { createKeptBody } from "./kept-body.ts";
import { proxyCall, proxyPages, type ProxyCall } from "./proxy-call.ts";
import type { ProxyPorts } from "./proxy-ports.ts";
import { checkClientCertificate, setClientCertificate } from "./set-client-certificate.ts";

type Answer = (request: StreamRequest) =>
  | {
      status: number;
      headers?: Record<string, string>;
      body?: AsyncIterable<Uint8Array>;
      leave?: () => void;
    }
  | "lost"
  | "not_sent"
  | "waiting";

/** A process whose provider answers as it is told. */
function processOf(world: World, answer: Answer) {
  const requests: StreamRequest[] = [];
  const sentBytes: number[] = [];
  const ports: ProxyPorts = {
    ...world,
    streams: {
      async send(request): Promise<StreamAnswer> {
        requests.push(request);
        let bytes = 0;
        if (request.body !== null) for await (const chunk of request.body) bytes += chunk.length;
        sentBytes.push(bytes);
        const got = answer(request);
        if (typeof got === "string") return { kind: "failed", cause: got, detail: "" };
        const body = (async function* () {})();
        const headers = Object.entries(got.headers ?? {});
        return { kind: "answer", status: got.status, headers, body: got.body ?? body, leave: got.leave ?? (() => {}) };
      },
    },
    proofs: createPossessionProofs(world.clock),
    renewalHistory: {
      refreshedForRejection: async () =>
        world.accounts.attempts.flatMap(({ reason, result }) =>
          reason === "rejected_token" && result?.outcome === "refreshed" ? [world.clock.now()] : [],
        ),
    },
    callPlaces: createCallPlaces(10),
    pagePlaces: createCallPlaces(1),
    heldBytes: createByteBudget(),
    decodeBody: async (bytes) => Buffer.from(bytes).toString("utf8"),
  };
  return { ports, requests, sentBytes };
}

function asked(changes: Partial<ProxyCall> = {}): ProxyCall {
  const target = { accountId: "ia_one", path: "/me", query: null };
  const signal = new AbortController().signal;
  return {
    environmentId,
    actor: "key_test",
    isVisible: () => true,
    target,
    method: "GET",
    headers: [],
    body: null,
    bodyBytes: null,
    signal,
    onWait: () => {},
    ...changes,
  };
}

async function call(ports: ProxyPorts, changes: Partial<ProxyCall> = {}): Promise<number> {
  let status = 0;
  await proxyCall(ports, asked(changes), async (judged: JudgedAnswer) => void (status = judged.answer.status));
  return status;
}

const document = (options: Record<string, unknown> = {}, authorization?: unknown) =>
  integrationDocumentSchema.parse({
    ...exampleDocument({ config: { options } }),
    api: { baseUrl: "https://api.acme.example/v2" },
    ...(authorization === undefined ? {} : { authorization }),
  });

async function boundWorld(authorization?: unknown) {
  const world = await createWorld({ document: document({ dpop: true }, authorization) });
  const account = await world.addAccount();
  const dpopKey = await generateKeyPair("ES256");
  const stored = await world.storedTokens();
  if (stored === null) throw new Error("no tokens");
  const set = { ...stored, tokenType: "DPoP", expiresAt: new Date(world.clock.now().getTime() + 3_600_000) };
  await world.accounts.apply(await world.credentialsChange(await world.account(account.id), { ...set, dpopKey }));
  return { world, withoutKey: set };
}

describe("a token that is bound to a key (RFC 9449)", () => {
  it("is sent with a proof for this call, as DPoP and never as Bearer", async () => {
    const { world } = await boundWorld();
    const { ports, requests } = processOf(world, () => ({ status: 200 }));
    await call(ports, { method: "POST", headers: [["DPoP", "mine"]] });
    const headers = headerRecord(requests[0]?.headers ?? []);
    expect(headers["authorization"]).toBe("DPoP access-0");
    expect(decodeJwt(headers["dpop"] ?? "")).toMatchObject({ htm: "POST", htu: "https://api.acme.example/v2/me" });
  });

  it("is not refreshed for a server that wants a nonce again and again, or where the body is gone", async () => {
    const { world } = await boundWorld();
    const wants = { "www-authenticate": 'DPoP error="use_dpop_nonce"', "dpop-nonce": "n-1" };
    const { ports, requests } = processOf(world, () => ({ status: 401, headers: wants }));
    expect(await call(ports)).toBe(401);
    expect(requests).toHaveLength(2);
    const gone = { read: () => (async function* () {})(), isWhole: () => false, hold() {}, release() {}, drop() {} };
    expect(await call(ports, { method: "POST", body: gone })).toBe(401);
    expect([requests.length, world.server.requests.length]).toEqual([3, 0]);
  });

  it.each(["", "two words", "n".repeat(1_001)])("takes no nonce that is none into its proofs: %j", async (nonce) => {
    const { world } = await boundWorld();
    const { ports, requests } = processOf(world, () => ({ status: 200, headers: { "dpop-nonce": nonce } }));
    await call(ports);
    await call(ports);
    expect(decodeJwt(headerRecord(requests[1]?.headers ?? [])["dpop"] ?? "")).not.toHaveProperty("nonce");
  });

  it("is sent once more with the nonce that the server wants, and with it from then on", async () => {
    const { world } = await boundWorld();
    const nonceOf = (request: StreamRequest) => decodeJwt(headerRecord(request.headers)["dpop"] ?? "")["nonce"];
    const wants = { "www-authenticate": 'DPoP error="use_dpop_nonce"', "dpop-nonce": "n-1" };
    const { ports, requests } = processOf(world, (request) =>
      nonceOf(request) === "n-1" ? { status: 200 } : { status: 401, headers: wants },
    );
    expect([await call(ports), await call(ports)]).toEqual([200, 200]);
    expect(requests.map(nonceOf)).toEqual([undefined, "n-1", "n-1"]);
    expect(world.server.requests).toEqual([]);
  });

  it.each([
    ["without its key", undefined],
    [
      "by a definition that sends it elsewhere than as a bearer",
      { format: "header", config: { name: "x-t", value: "{access_token}" } },
    ],
  ])("is not sent at all %s", async (_name, authorization) => {
    const { world, withoutKey } = await boundWorld(authorization);
    if (authorization === undefined) {
      await world.accounts.apply(await world.credentialsChange(await world.account(), withoutKey));
    }
    const { ports, requests } = processOf(world, () => ({ status: 200 }));
    await expect(call(ports)).rejects.toMatchObject({
      code: "client_misconfigured",
      detail: expect.stringContaining("DPoP"),
    });
    expect(requests).toEqual([]);
  });
});

it("the certificate of a client is shown to the API as well, where tokens may be bound to it (RFC 8705 §3)", async () => {
  const span = { notBefore: new Date("2026-01-01T00:00:00Z"), notAfter: new Date("2027-01-01T00:00:00Z") };
  const certificate = makeCertificate({ commonName: "one", ...span });
  const world = await createWorld({ document: document({ authorizationMethod: "mtls" }) });
  const configured = await findIntegration(world, caller, "acme-crm");
  await setClientCertificate(
    world,
    caller,
    "acme-crm",
    checkClientCertificate(configured, certificate, world.clock.now()),
  );
  await world.addAccount({ expiresInSeconds: 3_000 });
  const { ports, requests } = processOf(world, () => ({ status: 200 }));
  await call(ports);
  expect(requests[0]?.clientCertificate).toEqual(certificate);
});

describe("nothing is sent twice for another reason than a dead token (D15)", () => {
  const body = () =>
    createKeptBody(
      (async function* () {
        yield new Uint8Array(10);
      })(),
    );

  it.each(["lost", "not_sent"] as const)("not when the answer is %s", async (cause) => {
    const world = await createWorld({ document: document() });
    await world.addAccount({ expiresInSeconds: 3_000 });
    for (const method of ["GET", "POST", "DELETE"]) {
      const { ports, requests } = processOf(world, () => cause);
      await expect(call(ports, { method, body: body() })).rejects.toMatchObject({ code: "provider_error" });
      expect(requests).toHaveLength(1);
    }
  });

  it("a call that waited in vain for a connection is told that nothing was sent", async () => {
    const world = await createWorld({ document: document() });
    await world.addAccount({ expiresInSeconds: 3_000 });
    const watch = new AbortController();
    const { ports } = processOf(world, () => {
      watch.abort(new DomainError("provider_timeout", { detail: "It may have acted on the call." }));
      return "waiting";
    });
    await expect(call(ports, { method: "POST", signal: watch.signal })).rejects.toMatchObject({
      code: "provider_unavailable",
      retryAfterSeconds: 1,
    });
  });

  it("a 401 is renewed and replayed once, and left alone right after", async () => {
    const world = await createWorld({ document: document() });
    await world.addAccount({ expiresInSeconds: 3_000 });
    const { ports, requests, sentBytes } = processOf(world, () => ({ status: 401 }));
    expect(await call(ports, { method: "POST", body: body() })).toBe(401);
    expect(sentBytes).toEqual([10, 10]);
    expect([requests.length, world.server.requests.length]).toEqual([2, 1]);
    expect(await call(ports)).toBe(401);
    expect([requests.length, world.server.requests.length]).toEqual([3, 1]);
  });
});

describe("pages that are read together (R74)", () => {
  const list = (paging: object, ...items: unknown[]) =>
    (async function* () {
      yield Buffer.from(JSON.stringify({ data: items, paging }));
    })();
  const paged = integrationDocumentSchema.parse({
    ...exampleDocument(),
    api: {
      baseUrl: "https://api.acme.example/v2",
      pagination: { type: "cursor", items: "data", next: "paging.after", parameter: "after" },
    },
  });
  const collect = async (ports: ProxyPorts) => {
    let got: unknown = null;
    await proxyPages(ports, asked(), 100, async (answer) => void (got = answer));
    return got;
  };
  const json = { "content-type": "application/json" };

  it("are kept when the connection breaks on a later one, with a cursor to go on from it", async () => {
    const world = await createWorld({ document: paged });
    await world.addAccount({ expiresInSeconds: 3_000 });
    const { ports, requests } = processOf(world, () =>
      requests.length === 1 ? { status: 200, headers: json, body: list({ after: "two" }, 1, 2) } : "lost",
    );
    const { nextCursor, ...rest } = (await collect(ports)) as CollectedPages;
    expect(rest).toMatchObject({ parts: ["1,2"], pages: 1, stopped: { reason: "no_answer" } });
    expect(decodePageCursor(nextCursor ?? "")).toEqual({ path: "/me", query: "after=two" });
  });

  it("are not when it breaks on the first", async () => {
    const world = await createWorld({ document: paged });
    await world.addAccount({ expiresInSeconds: 3_000 });
    await expect(collect(processOf(world, () => "lost").ports)).rejects.toMatchObject({ code: "provider_error" });
  });

  it("are the provider's own answer where they are nested deeper than anybody reads", async () => {
    const world = await createWorld({ document: paged });
    await world.addAccount({ expiresInSeconds: 3_000 });
    const text = `{"data":[${"[".repeat(100_000)}${"]".repeat(100_000)}]}`;
    const body = (async function* () {
      yield Buffer.from(text);
    })();
    const { ports } = processOf(world, () => ({ status: 200, headers: json, body }));
    expect(await collect(ports)).toMatchObject({ answer: { status: 200 } });
  });

  it("take a place of their own: they stand in memory until the last has come", async () => {
    const world = await createWorld({ document: paged });
    await world.addAccount({ expiresInSeconds: 3_000 });
    const going = Promise.withResolvers<void>();
    const { ports } = processOf(world, () => ({ status: 200, headers: json, body: list({}, 1) }));
    const first = proxyPages(ports, asked(), 1, () => going.promise);
    await new Promise((resolve) => setImmediate(resolve));
    await expect(collect(ports)).rejects.toMatchObject({ code: "rate_limited", retryAfterSeconds: 1 });
    expect(await call(ports)).toBe(200);
    going.resolve();
    await first;
    expect(await collect(ports)).toMatchObject({ parts: ["1"], stopped: null });
  });
});

it("a rejection whose rest never comes does not keep the replay waiting, and its connection ends", async () => {
  const world = await createWorld({ document: document() });
  await world.addAccount({ expiresInSeconds: 3_000 });
  const silent = (async function* () {
    await new Promise(() => {});
    yield new Uint8Array(1);
  })();
  let left = 0;
  const { ports, requests } = processOf(world, () =>
    requests.length === 1 ? { status: 401, body: silent, leave: () => (left += 1) } : { status: 200 },
  );
  expect(await world.clock.settle(call(ports))).toBe(200);
  expect([requests.length, left]).toEqual([2, 1]);
});

describe("how long a token lives is learned from its rejection (R17)", () => {
  /** Two hours old, of a provider that never says how long its tokens live. */
  async function silentWorld() {
    const world = await createWorld({ document: document() });
    await world.addAccount({ expiresInSeconds: null, ageSeconds: 7_200 });
    world.server.respondWith(() => tokenResult(world.clock, "new", { expiresAt: null }));
    return world;
  }
  const lifeOf = async (world: World) => {
    const { learnedLifetimeSeconds, expiresAt, refreshDueAt } = await world.account();
    return { learnedLifetimeSeconds, hasEnd: expiresAt !== null, hasAlarm: refreshDueAt !== null };
  };

  it("where the one that comes for it is let in", async () => {
    const world = await silentWorld();
    const { ports, requests } = processOf(world, () => ({ status: requests.length === 1 ? 401 : 200 }));
    expect(await call(ports)).toBe(200);
    expect(await lifeOf(world)).toEqual({ learnedLifetimeSeconds: 7_200, hasEnd: true, hasAlarm: true });
  });

  it("and not where that is rejected as well: the provider has a reason of its own", async () => {
    const world = await silentWorld();
    const { ports } = processOf(world, () => ({ status: 401 }));
    // Also when it is asked again and again: nothing makes the account's tokens shorter-lived than they are.
    for (let turn = 0; turn < 3; turn += 1) {
      expect(await call(ports)).toBe(401);
      await new Promise((resolve) => setImmediate(resolve));
      expect(await lifeOf(world)).toEqual({ learnedLifetimeSeconds: null, hasEnd: false, hasAlarm: false });
      world.clock.advance(120_000);
    }
    expect(world.server.requests.length).toBeGreaterThan(0);
  });

  it("what was known before stays known", async () => {
    const world = await silentWorld();
    const issuedAt = new Date(world.clock.now().getTime() - 900_000);
    const expiresAt = new Date(issuedAt.getTime() + 3_600_000);
    world.accounts.patch("ia_one", { learnedLifetimeSeconds: 3_600, issuedAt, expiresAt });
    const { ports } = processOf(world, () => ({ status: 401 }));
    await call(ports);
    await new Promise((resolve) => setImmediate(resolve));
    expect(await lifeOf(world)).toEqual({ learnedLifetimeSeconds: 3_600, hasEnd: true, hasAlarm: true });
    const { issuedAt: renewedAt, expiresAt: end } = await world.account();
    expect((end?.getTime() ?? 0) - (renewedAt?.getTime() ?? 0)).toBe(3_600_000);
  });
});

it("an account that was ended since it was read is not called with (C2)", async () => {
  const world = await createWorld({ document: document() });
  await world.addAccount({ expiresInSeconds: 3_000 });
  const { ports, requests } = processOf(world, () => ({ status: 200 }));
  let ms = 0;
  const slow: ProxyPorts = {
    ...ports,
    clock: { ...world.clock, now: () => world.clock.now(), monotonicMs: () => (ms += 50) },
    vault: {
      ...world.vault,
      async open(...given) {
        // While the record is written and the key asked for, the account ends.
        world.accounts.patch("ia_one", { status: "disconnected" });
        return await world.vault.open(...given);
      },
    },
  };
  await expect(call(slow)).rejects.toMatchObject({ code: "disconnected" });
  expect(requests).toEqual([]);
});

it("an account that a caller does not see is not refreshed for it", async () => {
  const world = await createWorld({ document: document() });
  await world.addAccount();
  const { ports, requests } = processOf(world, () => ({ status: 200 }));
  await expect(call(ports, { isVisible: () => false })).rejects.toMatchObject({ code: "not_found" });
  expect([requests, world.server.requests]).toEqual([[], []]);
});

it.each([
  ["names no address", {}],
  ["names what is not known of the account", { baseUrl: "https://{region}.acme.example" }],
])("a definition that %s leads nowhere", async (_name, api) => {
  const example = {
    ...exampleDocument({ inputs: [{ name: "region", label: "Region", pattern: "[a-z]+", required: true }] }),
    api,
  };
  const world = await createWorld({ document: integrationDocumentSchema.parse(example) });
  await world.addAccount({ expiresInSeconds: 3_000 });
  const { ports, requests } = processOf(world, () => ({ status: 200 }));
  await expect(call(ports)).rejects.toMatchObject({ code: "client_misconfigured" });
  expect(requests).toEqual([]);
});
