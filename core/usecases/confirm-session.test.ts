import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { addLink, browserSecret, callback, depart } from "#test/fakes/connect-trip";
import { apiAnswer } from "#test/fakes/scripted-provider-api";
import { failureResult, oauthError, ofPerson, tokenResult } from "#test/fakes/scripted-authorization-server";
import { typedDocument } from "#test/fakes/typed-documents";
import { caller, createWorld, environmentId, type World } from "#test/fakes/world";
import type { Caller } from "../domain/access/permission.ts";
import { completeAuthorization, type CallbackInput } from "./complete-authorization.ts";
import { DomainError } from "../domain/problem/domain-error.ts";
import { confirmSession, type ConfirmInput } from "./confirm-session.ts";
import { readCredentials } from "./read-token.ts";
import { submitCredentials } from "./submit-credentials.ts";

const bound = {
  sessionBinding: true,
  userReference: "user-1",
  returnUrl: "https://product.example/done",
} as const;
const words = { tenantId: "tenant-one", userReference: "user-1" } as const;

/** A browser that came back through a link with session binding; nobody has confirmed yet. */
async function brought(
  options: Parameters<typeof createWorld>[0] = {},
  { link = {}, answer = {} }: { link?: Parameters<typeof addLink>[1]; answer?: Partial<CallbackInput> } = {},
) {
  const world = await createWorld(options);
  if (link.integratedAccountId != null) await world.addAccount({ externalAccount: { id: "person-1", label: "Ada" } });
  const { id: linkId } = await addLink(world, { ...bound, ...link });
  const departure = await depart(world, linkId);
  const outcome = await completeAuthorization(world, callback(departure, answer));
  const [session] = [...world.connect.sessions.values()];
  if (session === undefined) throw new Error("no session");
  const confirm = (changes: Partial<ConfirmInput> = {}, by: Caller = caller, ports: World = world) =>
    confirmSession(ports, by, { sessionId: session.id, ...words, ...changes });
  return { world, linkId, departure, outcome, sessionId: session.id, confirm };
}

const sessionOf = (world: World) => [...world.connect.sessions.values()][0];
const actions = (world: World) => world.connect.audit.map((one) => one.action);

describe("a code that came back for a link with session binding (R93)", () => {
  it("is sealed and waits: no token request, no account, nothing said of a success", async () => {
    const { world, outcome, linkId } = await brought({}, { answer: { code: "the-code" } });
    expect(outcome).toMatchObject({ kind: "unconfirmed", session: { status: "unconfirmed" } });
    expect(world.server.requests).toEqual([]);
    expect(world.accounts.events).toEqual([]);
    expect((await world.connect.findLink(linkId))?.usedAt).toBeNull();
    expect(world.connect.held.size).toBe(1);
    const seen = [world.connect.audit, [...world.connect.sessions.values()], world.log.lines];
    expect(JSON.stringify(seen)).not.toContain("the-code");
    for (const sealed of world.connect.held.values()) expect(Buffer.from(sealed).includes("the-code")).toBe(false);
  });

  it("is exchanged once the product names tenant and user, with the verifier of its own challenge", async () => {
    const { world, confirm, departure, linkId } = await brought({}, { answer: { code: "the-code" } });
    const account = await confirm();
    expect(account).toMatchObject({ status: "active", tenantId: "tenant-one", userReference: "user-1" });
    const [request, ...others] = world.server.of("exchange");
    expect(others).toEqual([]);
    expect(request?.exchange.code).toBe("the-code");
    const verifier = request?.exchange.verifier ?? "";
    expect(createHash("sha256").update(verifier).digest("base64url")).toBe(
      departure.searchParams.get("code_challenge"),
    );
    expect(sessionOf(world)?.status).toBe("connected");
    expect((await world.connect.findLink(linkId))?.usedAt).toEqual(world.clock.now());
    expect(world.connect.held.size).toBe(0);
    expect(actions(world)).toContain("connect.confirmed");
    expect(world.auditLog.records.map((one) => [one.action, one.actor, one.detail?.["field"]])).toContainEqual([
      "secret.opened",
      "key_test",
      "connect_answer",
    ]);
  });

  it("is exchanged once, however often it is confirmed", async () => {
    const { world, confirm } = await brought();
    const accounts = await world.clock.settle(Promise.all([confirm(), confirm(), confirm()]));
    expect(new Set(accounts.map((one) => one.id)).size).toBe(1);
    expect((await confirm()).id).toBe(accounts[0]?.id);
    expect(world.server.of("exchange")).toHaveLength(1);
    expect(world.accounts.events).toHaveLength(1);
  });

  it("has a state that is used up like any other", async () => {
    const { world, departure } = await brought();
    expect(await completeAuthorization(world, callback(departure))).toEqual({ kind: "rejected" });
  });

  it.each<[string, Partial<CallbackInput>, string]>([
    ["the person said no", { code: null, error: "access_denied" }, "access_denied"],
    ["iss is another server's", { iss: "https://evil.example" }, "provider_error"],
    ["there is no code", { code: null }, "provider_error"],
  ])("is not there when %s: the page says so at once, and nothing waits", async (_name, answer, code) => {
    const { world, outcome, confirm } = await brought({}, { answer });
    expect(outcome).toMatchObject({ kind: "failed", failure: { code } });
    expect(world.connect.held.size).toBe(0);
    await expect(confirm()).rejects.toMatchObject({ status: expect.any(Number) });
    expect(world.server.requests).toEqual([]);
  });
});

describe("another tenant or user than the link's", () => {
  it.each<[string, Partial<ConfirmInput>, string[]]>([
    ["user", { userReference: "user-2" }, ["user_reference"]],
    ["tenant", { tenantId: "tenant-two" }, ["tenant_id"]],
    ["tenant and user", { tenantId: "tenant-two", userReference: "user-2" }, ["tenant_id", "user_reference"]],
  ])("(%s) ends the session: the code is thrown away and never exchanged", async (_name, changes, differs) => {
    const { world, confirm } = await brought();
    await expect(confirm(changes)).rejects.toMatchObject({
      code: "forbidden",
      extensions: { reason: "session_binding" },
    });
    expect(world.connect.held.size).toBe(0);
    expect(sessionOf(world)).toMatchObject({ status: "failed", failure: { code: "binding_failed" } });
    expect(world.connect.audit.at(-1)).toMatchObject({
      action: "connect.binding_failed",
      actor: "key_test",
      detail: { tenant_id: "tenant-one", differs },
    });
    // The right word comes too late for this session.
    await expect(confirm()).rejects.toMatchObject({ code: "forbidden" });
    expect(world.server.requests).toEqual([]);
    expect(world.accounts.events).toEqual([]);
  });

  it("leaves the link to the person whom it is for", async () => {
    const { world, confirm, linkId } = await brought();
    await expect(confirm({ userReference: "user-2" })).rejects.toMatchObject({ code: "forbidden" });
    const again = await depart(world, linkId);
    const outcome = await completeAuthorization(world, callback(again));
    if (outcome.kind !== "unconfirmed") throw new Error(outcome.kind);
    expect((await confirmSession(world, caller, { sessionId: outcome.session.id, ...words })).status).toBe("active");
  });

  it("ends a session whose browser has not come back either", async () => {
    const world = await createWorld();
    const { id } = await addLink(world, bound);
    const departure = await depart(world, id);
    const sessionId = sessionOf(world)?.id ?? "";
    await expect(confirmSession(world, caller, { sessionId, ...words })).rejects.toMatchObject({ code: "conflict" });
    const wrong = { sessionId, ...words, userReference: "user-2" };
    await expect(confirmSession(world, caller, wrong)).rejects.toMatchObject({ code: "forbidden" });
    expect(await completeAuthorization(world, callback(departure))).toEqual({ kind: "rejected" });
  });

  it("takes nothing from a session that is connected, and is recorded", async () => {
    const { world, confirm } = await brought();
    const { id } = await confirm();
    await expect(confirm({ userReference: "user-2" })).rejects.toMatchObject({ code: "forbidden" });
    expect(actions(world).at(-1)).toBe("connect.binding_failed");
    expect(await world.account(id)).toMatchObject({ status: "active" });
    expect((await confirm()).id).toBe(id);
  });
});

describe("who may confirm", () => {
  it.each<[string, Partial<Caller>]>([
    ["another environment", { environmentId: "env_staging" }],
    ["another tenant", { tenantIds: ["tenant-two"] }],
    ["another integration", { integrationNames: ["hubspot"] }],
  ])("a key of %s finds no session, and ends none", async (_name, changes) => {
    const { world, confirm } = await brought();
    for (const words of [{}, { userReference: "user-2" }]) {
      await expect(confirm(words, { ...caller, ...changes })).rejects.toMatchObject({ code: "not_found" });
    }
    await expect(confirm({ sessionId: "cs_nobody" })).rejects.toMatchObject({ code: "not_found" });
    expect(sessionOf(world)?.status).toBe("unconfirmed");
    expect((await confirm()).status).toBe("active");
  });

  it("nobody, where the link asks for no confirmation", async () => {
    const world = await createWorld();
    const { id } = await addLink(world, { userReference: "user-1" });
    await completeAuthorization(world, callback(await depart(world, id)));
    const sessionId = sessionOf(world)?.id ?? "";
    await expect(confirmSession(world, caller, { sessionId, ...words })).rejects.toMatchObject({
      code: "conflict",
      detail: expect.stringContaining("session_binding"),
    });
  });
});

describe("a confirmation that comes to nothing", () => {
  it("after ten minutes says that the session has ended, and the code is gone", async () => {
    const { world, confirm } = await brought();
    world.clock.advance(600_000);
    await expect(confirm()).rejects.toMatchObject({ code: "conflict", detail: expect.stringContaining("ten minutes") });
    expect(world.connect.held.size).toBe(0);
    expect(sessionOf(world)).toMatchObject({ status: "failed", failure: { code: "expired" } });
    expect(world.server.requests).toEqual([]);
  });

  it("says what the provider said, each time it is asked", async () => {
    const { world, confirm } = await brought();
    world.server.respondWith(oauthError("invalid_grant"));
    for (let times = 0; times < 2; times += 1) {
      await expect(confirm()).rejects.toMatchObject({ code: "provider_error" });
    }
    expect(world.server.of("exchange")).toHaveLength(1);
  });

  it("costs nothing while the key service is away: the call can be made again", async () => {
    const { world, confirm } = await brought();
    world.keys.setDown("unwrap");
    await expect(confirm()).rejects.toMatchObject({ code: "kms_unavailable" });
    expect(sessionOf(world)?.status).toBe("unconfirmed");
    world.keys.setDown(null);
    expect((await confirm()).status).toBe("active");
  });

  it("costs nothing while the key service makes no data keys, nor while the account can't be read", async () => {
    const { world, confirm } = await brought();
    world.keys.setDown("wrap");
    await expect(confirm()).rejects.toMatchObject({ code: "kms_unavailable" });
    world.keys.setDown(null);
    const find = () => Promise.reject(new DomainError("database_unavailable", { detail: "away" }));
    const accounts = { ...world.accounts, find };
    await expect(confirm({}, caller, { ...world, accounts })).rejects.toMatchObject({ code: "database_unavailable" });
    expect(sessionOf(world)?.status).toBe("unconfirmed");
    expect(actions(world)).not.toContain("connect.confirmed");
    expect(world.server.requests).toEqual([]);
    expect((await confirm()).status).toBe("active");
  });

  it("is given back when nobody took the connection, and is sent by the next call, with its verifier", async () => {
    const { world, confirm, departure } = await brought();
    world.server.respondWith(failureResult({ kind: "not_sent", detail: "ECONNREFUSED" }));
    for (let times = 0; times < 2; times += 1) {
      await expect(confirm()).rejects.toMatchObject({ code: "provider_unavailable", retryAfterSeconds: 5 });
      expect(sessionOf(world)?.status).toBe("unconfirmed");
    }
    world.server.respondWith(tokenResult(world.clock, "1"));
    expect((await confirm()).status).toBe("active");
    const verifier = world.server.of("exchange").at(-1)?.exchange.verifier ?? "";
    const challenge = createHash("sha256").update(verifier).digest("base64url");
    expect(challenge).toBe(departure.searchParams.get("code_challenge"));
  });

  it("that was sent is not given back, whatever became of it", async () => {
    const { world, confirm } = await brought();
    world.server.respondWith(failureResult({ kind: "answer_lost", detail: "ECONNRESET" }));
    await expect(confirm()).rejects.toMatchObject({ code: "provider_timeout" });
    expect(sessionOf(world)).toMatchObject({ status: "failed", failure: { code: "provider_unreachable" } });
    expect(world.connect.held.size).toBe(0);
  });

  it("spends no code when another session of the link has connected meanwhile", async () => {
    const { world, confirm, linkId } = await brought();
    const other = await depart(world, linkId, { browserSecret: "other" });
    const outcome = await completeAuthorization(world, callback(other, { browserSecret: "other" }));
    if (outcome.kind !== "unconfirmed") throw new Error(outcome.kind);
    await confirm();
    const late = confirmSession(world, caller, { sessionId: outcome.session.id, ...words });
    await expect(late).rejects.toMatchObject({ code: "conflict" });
    expect(world.server.of("exchange")).toHaveLength(1);
  });

  it("loses no answer while the database is away: it is written later, and a later call finds it (invariant 2)", async () => {
    const { world, confirm } = await brought();
    world.accounts.failApplies(...Array.from({ length: 20 }, () => "before_commit" as const));
    await expect(world.clock.settle(confirm())).rejects.toMatchObject({ code: "database_unavailable" });
    world.accounts.failApplies(null);
    const { accountId } = sessionOf(world) ?? { accountId: "" };
    await world.clock.settle(
      (async () => {
        while ((await world.storedTokens(accountId)) === null) await world.clock.sleep(100);
      })(),
    );
    expect(await confirm()).toMatchObject({ id: accountId, status: "active" });
    expect(world.server.of("exchange")).toHaveLength(1);
  });

  it("while another request has it in hand is a conflict that ends, after a while", async () => {
    const { world, confirm, sessionId } = await brought();
    const record = { environmentId, actor: "key_test", action: "connect.confirmed", target: sessionId } as const;
    // A process that took the session and died.
    await world.connect.takeConfirmed(sessionId, world.clock.now(), record);
    await expect(world.clock.settle(confirm())).rejects.toMatchObject({ code: "conflict", retryAfterSeconds: 5 });
  });
});

describe("a re-authorization with session binding", () => {
  const person = (world: World, id: string) => ofPerson(tokenResult(world.clock, "again"), { id, label: "Bob" });

  it("brings the same account back (R31)", async () => {
    const { world, confirm } = await brought({}, { link: { integratedAccountId: "ia_one" } });
    world.accounts.patch("ia_one", { status: "needs_reauth", reauthRequiredAt: new Date(0), refreshDueAt: null });
    world.server.respondWith(person(world, "person-1"));
    expect(await confirm()).toMatchObject({ id: "ia_one", status: "active" });
  });

  it("with another external account is refused, its grant ended, and nothing swapped (R32)", async () => {
    const { world, confirm } = await brought({}, { link: { integratedAccountId: "ia_one" } });
    const before = await world.account();
    world.server.respondWith(person(world, "person-2"));
    await expect(confirm()).rejects.toMatchObject({
      code: "external_account_mismatch",
      extensions: { integrated_account_id: "ia_one" },
    });
    expect(world.server.of("revoke").map((one) => one.token)).toEqual(["refresh-again"]);
    expect(await world.account()).toEqual(before);
  });
});

describe("what was typed at a link with session binding", () => {
  const key = "sk_live_4242";

  async function typed() {
    const identity = { id: "id", label: "name" };
    const world = await createWorld({ document: typedDocument("api_key", { config: { identity } }) });
    world.provider.on("/v2/me", apiAnswer(200, { id: 7, name: "Acme Ltd" }));
    const link = await addLink(world, { ...bound, integrationNames: ["acme-keys"] });
    const outcome = await submitCredentials(world, {
      link,
      integrationName: "acme-keys",
      inputs: {},
      credentials: { api_key: key },
      browserSecret,
    });
    if (outcome.kind !== "unconfirmed") throw new Error(outcome.kind);
    const confirm = (changes: Partial<ConfirmInput> = {}) =>
      confirmSession(world, caller, { sessionId: outcome.session.id, ...words, ...changes });
    return { world, link, confirm, accountId: outcome.session.accountId };
  }

  it("works, and is an account's only once it was confirmed (R4)", async () => {
    const { world, confirm, accountId } = await typed();
    expect(await world.account(accountId)).toMatchObject({ status: "connecting", credentialVersion: 0 });
    const account = await confirm();
    expect(account).toMatchObject({ id: accountId, status: "active", externalAccount: { id: "7", label: "Acme Ltd" } });
    const asked = { environmentId, accountId, minTtlSeconds: null, actor: "key_test" };
    expect(await readCredentials(world, asked)).toMatchObject({ kind: "typed", fields: { api_key: key } });
    expect((await confirm()).id).toBe(accountId);
  });

  it("waits on while the key service makes no data keys", async () => {
    const { world, confirm } = await typed();
    world.keys.setDown("wrap");
    await expect(confirm()).rejects.toMatchObject({ code: "kms_unavailable" });
    expect(world.connect.held.size).toBe(1);
    world.keys.setDown(null);
    expect((await confirm()).status).toBe("active");
  });

  it("is thrown away when somebody else is named", async () => {
    const { world, confirm, accountId } = await typed();
    await expect(confirm({ userReference: "user-2" })).rejects.toMatchObject({ code: "forbidden" });
    expect(world.connect.held.size).toBe(0);
    await expect(confirm()).rejects.toMatchObject({ code: "forbidden" });
    expect(await world.account(accountId)).toMatchObject({ status: "connecting", credentialVersion: 0 });
  });
});
