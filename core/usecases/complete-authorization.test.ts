import { Secret } from "#core/domain/secret/secret";
import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { beforeFirstApply } from "#test/fakes/before-first-apply";
import { addLink, browserSecret, callback, comeBack, depart } from "#test/fakes/connect-trip";
import { exampleDocument } from "#test/fakes/in-memory-integration-store";
import { failureResult, oauthError, ofPerson, tokenResult } from "#test/fakes/scripted-authorization-server";
import { createWorld, environmentId, type World } from "#test/fakes/world";
import type { CallbackInput } from "./complete-authorization.ts";

/** A browser that has left for the provider; `back` brings the answer. */
async function trip(options: Parameters<typeof createWorld>[0] = {}, link: Parameters<typeof addLink>[1] = {}) {
  const world = await createWorld(options);
  if (link.integratedAccountId != null) {
    const ada = { id: "person-1", label: "Ada" };
    await world.addAccount({ externalAccount: ada });
    let answers = 0;
    // Who comes back is who was there: nobody is asked.
    world.server.respondWith(() => ofPerson(tokenResult(world.clock, String((answers += 1))), ada));
  }
  const { id: linkId } = await addLink(world, link);
  const departure = await depart(world, linkId);
  const back = (changes: Partial<CallbackInput> = {}) => comeBack(world, callback(departure, changes));
  return { world, linkId, departure, back };
}

const session = (world: World) => [...world.connect.sessions.values()][0];

describe("coming back from the provider", () => {
  it("makes the account active, with sealed tokens, an alarm and one event", async () => {
    const { world, linkId, back } = await trip();
    const outcome = await back();
    if (outcome.kind !== "connected") throw new Error(outcome.kind);
    expect(outcome.account).toMatchObject({ status: "active", hasRefreshToken: true, credentialVersion: 1 });
    expect(outcome.account.refreshDueAt).not.toBeNull();
    expect(await world.storedTokens(outcome.account.id)).toMatchObject({ refreshToken: "refresh-1" });
    expect(world.accounts.events.map((one) => one.type)).toEqual(["integrated_account:created"]);
    expect(world.accounts.attempts).toEqual([]);
    expect(session(world)?.status).toBe("connected");
    expect((await world.connect.findLink(linkId))?.usedAt).toEqual(world.clock.now());
  });

  it("proves itself with the verifier of its own challenge, the exact redirect URI and the client secret", async () => {
    const { world, departure, back } = await trip();
    await back({ code: "the-code" });
    const [request] = world.server.of("exchange");
    expect(request).toMatchObject({ secret: "client-secret-of-acme", exchange: { code: "the-code" } });
    const verifier = request?.exchange.verifier ?? "";
    expect(createHash("sha256").update(verifier).digest("base64url")).toBe(
      departure.searchParams.get("code_challenge"),
    );
    expect(request?.exchange.redirectUri).toBe(departure.searchParams.get("redirect_uri"));
    expect(request?.exchange.nonce).toBe(departure.searchParams.get("nonce"));
  });

  it("takes the scopes asked for when the server does not repeat them, and notices a partial grant (R6)", async () => {
    const { world, back } = await trip();
    world.server.respondWith(tokenResult(world.clock, "x", { scopes: ["openid"] }));
    expect(await back()).toMatchObject({
      account: { scopesRequested: ["contacts.read", "openid"], scopesGranted: ["openid"] },
    });
    const other = await trip();
    expect(await other.back()).toMatchObject({ account: { scopesGranted: ["contacts.read", "openid"] } });
  });

  it("remembers who was connected", async () => {
    const { world, back } = await trip();
    world.server.respondWith(ofPerson(tokenResult(world.clock, "x"), { id: "person-1", label: "Ada" }));
    expect(await back()).toMatchObject({ account: { externalAccount: { id: "person-1", label: "Ada" } } });
  });
});

describe("the state (R1)", () => {
  it("is used once: a second callback makes no token request", async () => {
    const { world, back } = await trip();
    await back();
    expect(await back()).toEqual({ kind: "rejected" });
    expect(world.server.of("exchange")).toHaveLength(1);
  });

  it("is used once by two callbacks at the same moment", async () => {
    const { world, back } = await trip();
    const outcomes = await Promise.all([back(), back()]);
    expect(outcomes.map((one) => one.kind).toSorted()).toEqual(["connected", "rejected"]);
    expect(world.server.of("exchange")).toHaveLength(1);
  });

  it.each<[string, Partial<CallbackInput>]>([
    ["no state", { state: null }],
    ["a made-up state", { state: "x".repeat(43) }],
    ["no cookie", { browserSecret: null }],
    ["another browser's cookie", { browserSecret: "another" }],
    ["another integration's redirect URI", { callbackId: "callback-of-evil" }],
  ])("is rejected with %s, and no token request is made", async (_name, changes) => {
    const { world, back } = await trip();
    expect(await back(changes)).toEqual({ kind: "rejected" });
    expect(world.server.requests).toEqual([]);
    // The rightful browser can still come back.
    expect((await back()).kind).toBe("connected");
  });

  it("ends after ten minutes (A5)", async () => {
    const { world, back } = await trip();
    world.clock.advance(600_000);
    expect(await back()).toEqual({ kind: "rejected" });
  });

  it("is spent by an error too", async () => {
    const { world, back } = await trip();
    expect((await back({ code: null, error: "access_denied" })).kind).toBe("failed");
    expect(await back()).toEqual({ kind: "rejected" });
    expect(world.server.requests).toEqual([]);
  });
});

describe("an answer that connects nothing", () => {
  it.each<[string, Partial<CallbackInput>, string]>([
    ["the person said no", { code: null, error: "access_denied" }, "access_denied"],
    ["the provider rejects our client", { code: null, error: "unauthorized_client" }, "client_misconfigured"],
    ["the provider is unwell", { code: null, error: "server_error" }, "provider_error"],
    ["there is neither code nor error", { code: null }, "provider_error"],
    ["iss is another server's (RFC 9207)", { iss: "https://evil.example" }, "provider_error"],
    [
      "iss is another server's, though it carries an error",
      { iss: "https://evil.example", code: null, error: "access_denied" },
      "provider_error",
    ],
  ])("%s: no token request, and the page learns why", async (_name, changes, code) => {
    const { world, back } = await trip();
    expect(await back(changes)).toMatchObject({ kind: "failed", failure: { code } });
    expect(world.server.requests).toEqual([]);
    expect(session(world)).toMatchObject({ status: "failed", failure: { code } });
    expect(world.accounts.events).toEqual([]);
  });

  it("accepts the right iss", async () => {
    const { back } = await trip();
    expect((await back({ iss: "https://login.acme.example" })).kind).toBe("connected");
  });

  it.each([
    ["a code that was refused", oauthError("invalid_grant"), "provider_error"],
    ["a rejected client", oauthError("invalid_client", 401), "client_misconfigured"],
    ["no connection", failureResult({ kind: "not_sent", detail: "ECONNREFUSED" }), "provider_unreachable"],
    ["a lost answer", failureResult({ kind: "answer_lost", detail: "ECONNRESET" }), "provider_unreachable"],
    [
      "an HTML page",
      failureResult({ kind: "http_error", status: 503, isPage: false, retryAfterSeconds: null }),
      "provider_error",
    ],
  ])("%s leaves the link usable for another try", async (_name, answer, code) => {
    const { world, linkId, back } = await trip();
    world.server.respondWith(answer);
    expect(await back()).toMatchObject({ kind: "failed", failure: { code } });
    world.server.respondWith(tokenResult(world.clock, "x"));
    const again = await depart(world, linkId);
    expect((await comeBack(world, callback(again))).kind).toBe("connected");
  });

  it("sends no code to a token endpoint that changed meanwhile (A10)", async () => {
    const { world, back } = await trip();
    const configured = await world.integrations.find(environmentId, "acme-crm");
    const document = exampleDocument({ config: { auth: { tokenHost: "https://evil.example" } } });
    if (configured !== null) world.integrations.set({ ...configured, document });
    expect(await back()).toMatchObject({ kind: "failed", failure: { code: "server_error" } });
    expect(world.server.requests).toEqual([]);
  });

  it.each(["wrap", "unwrap"] as const)("spends no code while the KMS is down: %s (R43)", async (what) => {
    const { world, back } = await trip();
    world.keys.setDown(what);
    expect(await back()).toMatchObject({ kind: "failed", failure: { code: "server_error", detail: null } });
    expect(world.server.requests).toEqual([]);
  });
});

describe("a link connects once", () => {
  it("for the first of two browsers; the grant of the second is ended at the provider", async () => {
    const { world, linkId, back } = await trip();
    const second = await depart(world, linkId, { browserSecret: "second-browser" });
    expect((await back()).kind).toBe("connected");
    world.server.respondWith(ofPerson(tokenResult(world.clock, "2"), { id: "person-2", label: "Bob" }));
    const late = await comeBack(world, callback(second, { browserSecret: "second-browser" }));
    expect(late).toMatchObject({ kind: "failed", failure: { code: "expired" } });
    expect(world.server.of("revoke").map((one) => one.token)).toEqual(["refresh-2"]);
    expect(world.accounts.events).toHaveLength(1);
  });

  it("with nothing left behind when the account was disconnected meanwhile", async () => {
    const { world, back } = await trip({}, { integratedAccountId: "ia_one" });
    world.accounts.patch("ia_one", { status: "disconnected" });
    expect(await back()).toMatchObject({ kind: "failed", failure: { code: "expired" } });
    expect(world.server.of("exchange")).toEqual([]);
  });
});

describe("a grant that came (invariant 2)", () => {
  it("is written without another look at the database between the answer and the write", async () => {
    const { world, departure } = await trip({}, { integratedAccountId: "ia_one" });
    const { find } = world.accounts;
    let looked = 0;
    const accounts = {
      ...world.accounts,
      find: async (...args: Parameters<typeof find>) => {
        if (world.server.of("exchange").length > 0) looked += 1;
        return await find(...args);
      },
    };
    expect((await comeBack({ ...world, accounts }, callback(departure))).kind).toBe("connected");
    expect(looked).toBe(0);
  });

  it("is kept while the database is away, although somebody claims the old grant as soon as it is back", async () => {
    const { world, back } = await trip({}, { integratedAccountId: "ia_one" });
    world.accounts.failApplies("before_commit");
    const answering = back();
    await world.clock.sleeping();
    const claim = { environmentId, accountId: "ia_one", attemptId: "att_old", owner: "worker", leaseSeconds: 30 };
    expect(await world.accounts.claim({ ...claim, reason: "alarm", statuses: ["active"] })).not.toBeNull();
    expect((await world.clock.settle(answering)).kind).toBe("connected");
    expect(await world.storedTokens()).toMatchObject({ refreshToken: "refresh-1" });
    expect(await world.spool.list()).toEqual([]);
  });

  it("goes on top of a refresh of the old one after its browser has left", async () => {
    const { world, back } = await trip({}, { integratedAccountId: "ia_one" });
    const away = Array.from({ length: 20 }, () => "before_commit" as const);
    world.accounts.failApplies(...away);
    expect((await world.clock.settle(back())).kind).toBe("failed");
    world.accounts.failApplies(null);
    const tokenSet = await world.storedTokens();
    if (tokenSet === null) throw new Error("no tokens");
    const old = { ...tokenSet, refreshToken: new Secret("refresh-of-the-old-grant") };
    await world.accounts.apply(await world.credentialsChange(await world.account(), old));
    await world.clock.settle(
      (async () => {
        while ((await world.storedTokens())?.refreshToken?.reveal() !== "refresh-1") await world.clock.sleep(100);
      })(),
    );
    expect(await world.spool.list()).toEqual([]);
  });

  it("is sealed anew with a key that was made before the code was spent (R43)", async () => {
    const { world, departure } = await trip({}, { integratedAccountId: "ia_one" });
    const accounts = beforeFirstApply(world.accounts, async () => {
      const tokenSet = await world.storedTokens();
      if (tokenSet !== null) await world.accounts.apply(await world.credentialsChange(await world.account(), tokenSet));
      world.keys.setDown("wrap");
    });
    expect((await comeBack({ ...world, accounts }, callback(departure))).kind).toBe("connected");
    expect(await world.storedTokens()).toMatchObject({ refreshToken: "refresh-1" });
  });
});

describe("a re-authorization", () => {
  const person = (world: World, id: string) => ofPerson(tokenResult(world.clock, "again"), { id, label: "Bob" });

  it("brings the same account back, with one event and a raised fence (R31)", async () => {
    const { world, back } = await trip({}, { integratedAccountId: "ia_one" });
    world.accounts.patch("ia_one", { status: "needs_reauth", reauthRequiredAt: new Date(0), refreshDueAt: null });
    const before = await world.account();
    world.server.respondWith(person(world, "person-1"));
    expect(await back()).toMatchObject({
      kind: "connected",
      account: { id: "ia_one", status: "active", reauthRequiredAt: null, activatedAt: before.activatedAt },
    });
    expect((await world.account()).fence).toBeGreaterThan(before.fence);
    expect(world.accounts.events.map((one) => one.type)).toEqual([
      "integrated_account:created",
      "integrated_account:reactivated",
    ]);
  });

  it.each(["active", "needs_reauth"] as const)(
    "of an account that is %s is an attempt, whole and with words (R24)",
    async (status) => {
      const { world, back } = await trip({}, { integratedAccountId: "ia_one" });
      world.accounts.patch("ia_one", { status, refreshDueAt: null, refreshDelayedAt: new Date(0) });
      const again = person(world, "person-1");
      world.server.respondWith(again.kind === "tokens" ? { ...again, httpStatus: 201 } : again);
      const sentAt = world.clock.now();
      await back();
      const { refreshDueAt, refreshDelayedAt } = await world.account();
      expect(refreshDelayedAt).toBeNull();
      const [attempt, ...others] = world.accounts.attempts;
      expect(others).toEqual([]);
      expect(attempt).toMatchObject({
        accountId: "ia_one",
        reason: "reauthorized",
        startedAt: sentAt,
        result: {
          outcome: "refreshed",
          httpStatus: 201,
          error: null,
          rule: null,
          waiters: 0,
          nextAttemptAt: refreshDueAt,
        },
      });
      expect(attempt?.result?.explanation).toContain("The customer authorized again.");
    },
  );

  it("is one attempt, though it was written twice because the word of its commit was lost", async () => {
    const { world, back } = await trip({}, { integratedAccountId: "ia_one" });
    world.server.respondWith(person(world, "person-1"));
    world.accounts.failApplies("after_commit");
    expect((await world.clock.settle(back())).kind).toBe("connected");
    expect(world.accounts.attempts).toHaveLength(1);
  });

  it.each([
    ["brings other scopes", ["contacts.read"], ["integrated_account:created", "integrated_account:scopes_changed"]],
    ["brings the same in another order", ["openid", "contacts.read"], ["integrated_account:created"]],
  ])("of an active account tells when it %s (R6)", async (_name, scopes, types) => {
    const { world, back } = await trip({}, { integratedAccountId: "ia_one" });
    const again = tokenResult(world.clock, "again", { scopes });
    world.server.respondWith(ofPerson(again, { id: "person-1", label: "Ada" }));
    expect((await back()).kind).toBe("connected");
    expect(world.accounts.events.map((one) => one.type)).toEqual(types);
  });

  it("that fails is no attempt", async () => {
    const { world, back } = await trip({}, { integratedAccountId: "ia_one" });
    world.server.respondWith(oauthError("invalid_grant"));
    expect((await back()).kind).toBe("failed");
    expect(world.accounts.attempts).toEqual([]);
  });

  it("with another external account is refused, its grant ended, and nothing swapped (R32)", async () => {
    const { world, back } = await trip({}, { integratedAccountId: "ia_one" });
    const before = await world.account();
    world.server.respondWith(person(world, "person-2"));
    expect(await back()).toMatchObject({
      kind: "failed",
      failure: { code: "external_account_mismatch", detail: "Bob" },
    });
    expect(world.server.of("revoke").map((one) => one.token)).toEqual(["refresh-again"]);
    expect(await world.account()).toEqual(before);
    expect(await world.storedTokens()).toMatchObject({ refreshToken: "refresh-0" });
  });

  it("wins over a refresh that is written between its read and its write", async () => {
    const { world, back } = await trip({}, { integratedAccountId: "ia_one" });
    const accounts = beforeFirstApply(world.accounts, async () => {
      const tokenSet = await world.storedTokens();
      if (tokenSet !== null) await world.accounts.apply(await world.credentialsChange(await world.account(), tokenSet));
    });
    const departure = await depart(world, [...world.connect.links.keys()][0] ?? "", { browserSecret: "other" });
    const outcome = await comeBack({ ...world, accounts }, callback(departure, { browserSecret: "other" }));
    expect(outcome.kind).toBe("connected");
    expect(await world.storedTokens()).toMatchObject({ refreshToken: "refresh-1" });
    expect((await back()).kind).toBe("failed");
  });
});

it("keeps the browser's secret, the code and the tokens out of the log", async () => {
  const { world, back } = await trip();
  world.server.respondWith(() => {
    throw new Error("unexpected");
  });
  await back({ code: "the-code" });
  const text = JSON.stringify(world.log.lines, (_key, value: unknown) =>
    value instanceof Error ? value.message : value,
  );
  expect(text).toContain("a connection could not be completed");
  for (const secret of [browserSecret, "the-code", "client-secret-of-acme"]) expect(text).not.toContain(secret);
});

describe("a server that always says who it is (RFC 9207)", () => {
  const auth = { tokenHost: "https://login.acme.example", issuer: "https://login.acme.example", sendsIss: true };

  it.each<[string, Partial<CallbackInput>]>([
    ["an answer", {}],
    ["a refusal", { code: null, error: "access_denied" }],
  ])("is not believed %s without iss (A11)", async (_name, changes) => {
    const { world, back } = await trip({ config: { auth } });
    expect(await back(changes)).toMatchObject({
      failure: { code: "provider_error", detail: expect.stringContaining("which") },
    });
    expect(world.server.requests).toEqual([]);
  });

  it("is believed with it, and another server's may come without", async () => {
    const { back } = await trip({ config: { auth } });
    expect((await back({ iss: "https://login.acme.example" })).kind).toBe("connected");
    const other = await trip({ config: { auth: { ...auth, sendsIss: false } } });
    expect((await other.back()).kind).toBe("connected");
  });

  it("must be named: there would be nothing to compare with", () => {
    const { issuer: _issuer, ...nameless } = auth;
    expect(() => exampleDocument({ config: { auth: nameless } })).toThrow("expected, since sendsIss");
  });
});
