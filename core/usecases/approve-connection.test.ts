import { describe, expect, it } from "vitest";
import { beforeFirstApply } from "#test/fakes/before-first-apply";
import { addLink, browserSecret, callback, depart } from "#test/fakes/connect-trip";
import { exampleDocument } from "#test/fakes/in-memory-integration-store";
import { refresh } from "#test/fakes/refresh-calls";
import { ofPerson, tokenResult } from "#test/fakes/scripted-authorization-server";
import { createWorld, environmentId, type World } from "#test/fakes/world";
import type { ExternalAccount } from "../domain/account/account.ts";
import { approveConnection, declineConnection } from "./approve-connection.ts";
import { completeAuthorization } from "./complete-authorization.ts";
import { disconnectAccount } from "./disconnect-account.ts";
import { endUnanswered } from "./end-unapproved.ts";

const ada: ExternalAccount = { id: "person-1", label: "Ada" };
const auth = {
  tokenHost: "https://login.acme.example",
  tokenPath: "/oauth/token",
  authorizePath: "/oauth/authorize",
  revokePath: "/oauth/revoke",
};

/** A browser that is back, and whose person is asked. */
async function asked(
  options: {
    readonly who?: ExternalAccount | null;
    readonly link?: Parameters<typeof addLink>[1];
    readonly world?: World;
    readonly lifeSeconds?: number;
    /** A link that was made before. */
    readonly again?: string;
  } = {},
) {
  const { who = ada, lifeSeconds = 3600 } = options;
  const world = options.world ?? (await createWorld({ config: { auth } }));
  const expiresAt = new Date(world.clock.now().getTime() + lifeSeconds * 1000);
  const answer = tokenResult(world.clock, "1", { expiresAt });
  world.server.respondWith(who === null ? answer : ofPerson(answer, who));
  const linkId = options.again ?? (await addLink(world, options.link)).id;
  const outcome = await completeAuthorization(world, callback(await depart(world, linkId)));
  if (outcome.kind !== "unapproved") throw new Error(outcome.kind);
  const { session } = outcome;
  const input = { sessionId: session.id, browserSecret };
  const read = async () => await world.connect.findSession(session.id);
  const account = () => world.account(session.accountId);
  return { world, linkId, session, input, read, account };
}

const revoked = (world: World): string[] => world.server.of("revoke").map((one) => one.token);
const told = (world: World): string[] => world.accounts.events.map((one) => one.type);
const actions = (world: World): string[] => [...world.connect.audit, ...world.accounts.audit].map((one) => one.action);

describe("a grant of an account that nobody has named before (R93, B5)", () => {
  it("waits sealed: nothing is active, nothing is told, and the link is not used up", async () => {
    const { world, linkId, session, account } = await asked();
    expect(session).toMatchObject({ asked: { externalAccount: ada, scopesGranted: ["contacts.read", "openid"] } });
    expect(await account()).toMatchObject({ status: "connecting", credentialVersion: 0, externalAccount: null });
    expect(await world.storedTokens(session.accountId)).toBeNull();
    expect(told(world)).toEqual([]);
    expect((await world.connect.findLink(linkId))?.usedAt).toBeNull();
    const bytes = Buffer.from(world.connect.held.get(session.id) ?? []).toString("latin1");
    expect(bytes.length).toBeGreaterThan(100);
    for (const secret of ["access-1", "refresh-1"]) expect(bytes).not.toContain(secret);
  });

  it("becomes the account's when its person says so, as one that nobody was asked about", async () => {
    const { world, linkId, session, input, read } = await asked();
    const outcome = await approveConnection(world, input);
    if (outcome.kind !== "connected") throw new Error(outcome.kind);
    expect(outcome.account).toMatchObject({
      status: "active",
      externalAccount: ada,
      hasRefreshToken: true,
      credentialVersion: 1,
      scopesGranted: ["contacts.read", "openid"],
    });
    expect(outcome.account.refreshDueAt).not.toBeNull();
    expect(await world.storedTokens(session.accountId)).toMatchObject({
      accessToken: "access-1",
      refreshToken: "refresh-1",
    });
    expect(told(world)).toEqual(["integrated_account:created"]);
    expect(await read()).toMatchObject({ status: "connected", asked: null });
    expect((await world.connect.findLink(linkId))?.usedAt).toEqual(world.clock.now());
    expect(world.connect.held.size).toBe(0);
    expect(actions(world).filter((one) => one.startsWith("connect."))).toEqual(["connect.approved"]);
  });

  it("is asked about although the provider does not tell who it is", async () => {
    const { world, session, input } = await asked({ who: null });
    expect(session.asked.externalAccount).toBeNull();
    expect(await approveConnection(world, input)).toMatchObject({
      kind: "connected",
      account: { status: "active", externalAccount: null },
    });
  });

  it("connects once, however often and in however many tabs it is approved, with one outcome", async () => {
    const { world, input } = await asked();
    const outcomes = await Promise.all([1, 2, 3].map(() => approveConnection(world, input)));
    outcomes.push(await approveConnection(world, input));
    expect(outcomes.map((one) => one.kind)).toEqual(["connected", "connected", "connected", "connected"]);
    expect(told(world)).toEqual(["integrated_account:created"]);
    expect(actions(world).filter((one) => one === "connect.approved")).toHaveLength(1);
    expect(world.accounts.events).toHaveLength(1);
  });

  it.each([
    ["another browser", { browserSecret: "another" }],
    ["a browser without cookies", { browserSecret: null }],
    ["nobody's session", { sessionId: "cs_nobody" }],
  ])("is neither approved nor declined by %s", async (_name, changes) => {
    const { world, input, read, account } = await asked();
    expect(await approveConnection(world, { ...input, ...changes })).toEqual({ kind: "rejected" });
    expect(await declineConnection(world, { ...input, ...changes })).toEqual({ kind: "rejected" });
    expect(await read()).toMatchObject({ status: "unapproved" });
    expect((await account()).status).toBe("connecting");
    expect(revoked(world)).toEqual([]);
  });

  it("whose access token ended meanwhile is refreshed like any other", async () => {
    const { world, input } = await asked({ lifeSeconds: 60 });
    world.clock.advance(1_700_000);
    const outcome = await approveConnection(world, input);
    if (outcome.kind !== "connected") throw new Error(outcome.kind);
    const now = world.clock.now().getTime();
    expect(outcome.account.expiresAt?.getTime()).toBeLessThan(now);
    expect(outcome.account.refreshDueAt?.getTime()).toBeLessThanOrEqual(now);
    expect((await refresh(world, "alarm", outcome.account.id)).kind).toBe("refreshed");
  });

  it("asks about the end of a token that nobody told, once it is stored (R17)", async () => {
    const world = await createWorld({ config: { auth: { ...auth, introspectPath: "/introspect" } } });
    const end = new Date(world.clock.now().getTime() + 900_000);
    world.server.introspectWith({ active: true, expiresAt: end });
    world.server.respondWith(tokenResult(world.clock, "1", { expiresAt: null }));
    const { id } = await addLink(world);
    const outcome = await completeAuthorization(world, callback(await depart(world, id)));
    if (outcome.kind !== "unapproved") throw new Error(outcome.kind);
    const approved = await approveConnection(world, { sessionId: outcome.session.id, browserSecret });
    expect(approved).toMatchObject({ kind: "connected", account: { expiresAt: end } });
  });
});

describe("a grant that its person does not want", () => {
  it("is ended at the provider, nothing is connected, and the link works on", async () => {
    const { world, linkId, session, input, read, account } = await asked();
    expect(await declineConnection(world, input)).toMatchObject({ kind: "failed", failure: { code: "declined" } });
    expect(revoked(world)).toEqual(["refresh-1"]);
    expect(await read()).toMatchObject({ status: "failed", failure: { code: "declined", detail: null }, asked: null });
    expect((await account()).status).toBe("connecting");
    expect(world.connect.held.size).toBe(0);
    expect(actions(world).filter((one) => /declined|erased/.test(one))).toEqual(["secret.erased", "connect.declined"]);
    // A click that came later changes nothing any more.
    expect(await approveConnection(world, input)).toMatchObject({ kind: "failed", failure: { code: "declined" } });
    expect(told(world)).toEqual([]);
    const again = await completeAuthorization(world, callback(await depart(world, linkId)));
    expect(again).toMatchObject({ kind: "unapproved", session: { accountId: session.accountId } });
  });

  it("stays connected when it was approved first, whoever declines after that", async () => {
    const { world, input } = await asked();
    await approveConnection(world, input);
    expect(await declineConnection(world, input)).toMatchObject({ kind: "connected" });
    expect(revoked(world)).toEqual([]);
  });

  it("is approved or declined, never both, when both are said at once", async () => {
    const { world, input, account } = await asked();
    const outcomes = await Promise.all([declineConnection(world, input), approveConnection(world, input)]);
    const isConnected = (await account()).status === "active";
    expect(new Set(outcomes.map((one) => one.kind))).toEqual(new Set([isConnected ? "connected" : "failed"]));
    expect(revoked(world)).toHaveLength(isConnected ? 0 : 1);
  });

  it("is thrown away without a word to the provider where the same external account is connected already", async () => {
    const first = await asked();
    await approveConnection(first.world, first.input);
    const second = await asked({ world: first.world });
    expect(await declineConnection(first.world, second.input)).toMatchObject({ kind: "failed" });
    expect(revoked(first.world)).toEqual([]);
    expect((await first.account()).status).toBe("active");
  });

  it.each([
    [
      "declined",
      async ({ world, input }: Awaited<ReturnType<typeof asked>>) => void (await declineConnection(world, input)),
    ],
    [
      "not answered",
      async ({ world }: Awaited<ReturnType<typeof asked>>) => {
        world.clock.advance(900_000);
        await endUnanswered(world);
      },
    ],
  ])(
    "is thrown away without a word to the provider where the person is still asked about another one of theirs: %s",
    async (_name, end) => {
      for (const who of [ada, null]) {
        const first = await asked({ who });
        const { world, linkId } = first;
        world.clock.advance(900_000);
        // The same link, gone through once more: both questions stand.
        const second = await asked({ world, who, again: linkId });
        await end(first);
        expect(await first.read()).toMatchObject({ status: "failed" });
        expect(revoked(world)).toEqual([]);
        expect(await approveConnection(world, second.input)).toMatchObject({ kind: "connected" });
      }
    },
  );

  it("is ended at the provider with the last of several that nobody wants", async () => {
    const first = await asked();
    const second = await asked({ world: first.world });
    await declineConnection(first.world, second.input);
    await declineConnection(first.world, first.input);
    expect(revoked(first.world)).toHaveLength(1);
  });

  it("ends by itself after half an hour, as expired", async () => {
    const { world, input, read } = await asked();
    world.clock.advance(1_799_999);
    expect(await endUnanswered(world)).toBe(0);
    world.clock.advance(1);
    expect(await endUnanswered(world)).toBe(1);
    expect(await read()).toMatchObject({ status: "failed", failure: { code: "expired" } });
    expect(revoked(world)).toEqual(["refresh-1"]);
    expect(await endUnanswered(world)).toBe(0);
    expect(await approveConnection(world, input)).toMatchObject({ kind: "failed", failure: { code: "expired" } });
    expect(told(world)).toEqual([]);
  });

  it("is not approved after its time, though housekeeping was not there yet", async () => {
    const { world, input } = await asked();
    world.clock.advance(1_800_000);
    expect(await approveConnection(world, input)).toMatchObject({ kind: "failed", failure: { code: "expired" } });
    expect(revoked(world)).toEqual(["refresh-1"]);
  });
});

describe("what happens while the person thinks", () => {
  it("a link that connected in another browser connects nothing more, and the grant ends", async () => {
    const { world, linkId, input } = await asked();
    const other = { browserSecret: "other-browser" };
    world.server.respondWith(ofPerson(tokenResult(world.clock, "2"), { id: "person-2", label: "Bob" }));
    const back = await completeAuthorization(world, callback(await depart(world, linkId, other), other));
    if (back.kind !== "unapproved") throw new Error(back.kind);
    expect((await approveConnection(world, { sessionId: back.session.id, ...other })).kind).toBe("connected");
    expect(await approveConnection(world, input)).toMatchObject({ kind: "failed", failure: { code: "expired" } });
    expect(revoked(world)).toEqual(["refresh-1"]);
    expect(told(world)).toEqual(["integrated_account:created"]);
  });

  it("an account that was disconnected stays so, and the grant ends", async () => {
    const { world, session, input, account } = await asked();
    await disconnectAccount(world, { environmentId, accountId: session.accountId, actor: "test" });
    expect(await approveConnection(world, input)).toMatchObject({ kind: "failed", failure: { code: "expired" } });
    expect((await account()).status).toBe("disconnected");
    expect(revoked(world)).toEqual(["refresh-1"]);
  });

  it("a definition with another token endpoint gets nothing of the grant, not even to end it (A10)", async () => {
    const { world, input, account } = await asked();
    const configured = await world.integrations.find(environmentId, "acme-crm");
    const document = exampleDocument({ config: { auth: { ...auth, tokenHost: "https://evil.example" } } });
    if (configured !== null) world.integrations.set({ ...configured, document });
    expect(await approveConnection(world, input)).toMatchObject({ kind: "failed", failure: { code: "server_error" } });
    expect((await account()).status).toBe("connecting");
    expect(revoked(world)).toEqual([]);
    expect(world.connect.held.size).toBe(0);
  });

  it.each(["wrap", "unwrap"] as const)(
    "a key service that is away costs the click, not the grant: %s",
    async (what) => {
      const { world, input, read } = await asked();
      world.keys.setDown(what);
      await expect(approveConnection(world, input)).rejects.toMatchObject({ code: "kms_unavailable" });
      expect(await read()).toMatchObject({ status: "unapproved" });
      if (what === "unwrap") {
        await expect(declineConnection(world, input)).rejects.toMatchObject({ code: "kms_unavailable" });
        world.clock.advance(1_800_000);
        expect(await endUnanswered(world)).toBe(0);
        expect(revoked(world)).toEqual([]);
        world.keys.setDown(null);
        expect(await endUnanswered(world)).toBe(1);
        expect(revoked(world)).toEqual(["refresh-1"]);
        return;
      }
      world.keys.setDown(null);
      expect((await approveConnection(world, input)).kind).toBe("connected");
    },
  );

  it("a database that fails before it writes costs the click; one that fails after it has connected, once", async () => {
    const { world, input, read } = await asked();
    world.accounts.failApplies("before_commit");
    await expect(approveConnection(world, input)).rejects.toMatchObject({ code: "database_unavailable" });
    expect(await read()).toMatchObject({ status: "unapproved" });
    world.accounts.failApplies("after_commit");
    await expect(approveConnection(world, input)).rejects.toMatchObject({ code: "database_unavailable" });
    expect((await approveConnection(world, input)).kind).toBe("connected");
    expect(told(world)).toEqual(["integrated_account:created"]);
  });

  it("a value that was altered connects nothing, and the page says that it is our fault", async () => {
    const { world, session, input, account } = await asked();
    const sealed = world.connect.held.get(session.id);
    if (sealed === undefined) throw new Error("nothing is sealed");
    sealed[sealed.length - 1] = (sealed.at(-1) ?? 0) ^ 1;
    expect(await approveConnection(world, input)).toMatchObject({ kind: "failed", failure: { code: "server_error" } });
    expect((await account()).status).toBe("connecting");
  });
});

describe("between the exchange and its store", () => {
  it("a short absence of the database costs nothing", async () => {
    const world = await createWorld({ config: { auth } });
    world.connect.failHolds("before_commit", "before_commit", "after_commit");
    const { id } = await addLink(world);
    const outcome = await world.clock.settle(completeAuthorization(world, callback(await depart(world, id))));
    expect(outcome.kind).toBe("unapproved");
    expect(world.connect.audit.filter((one) => one.detail?.["field"] === "connect_grant")).toHaveLength(1);
  });

  it("a long one ends the grant at the provider, and the person tries again with the same link", async () => {
    const world = await createWorld({ config: { auth } });
    world.connect.failHolds(...Array.from({ length: 30 }, () => "before_commit" as const));
    const { id } = await addLink(world);
    const outcome = await world.clock.settle(completeAuthorization(world, callback(await depart(world, id))));
    expect(outcome).toMatchObject({ kind: "failed", failure: { code: "server_error" } });
    expect(revoked(world)).toEqual(["refresh-1"]);
    expect(told(world)).toEqual([]);
    expect(world.connect.held.size).toBe(0);
    world.connect.failHolds(null);
    expect((await completeAuthorization(world, callback(await depart(world, id)))).kind).toBe("unapproved");
  });
});

describe("a re-authorization", () => {
  const reauthorize = { integratedAccountId: "ia_one" };

  it("asks nothing where the same external account comes back", async () => {
    const world = await createWorld();
    await world.addAccount({ externalAccount: ada });
    world.server.respondWith(ofPerson(tokenResult(world.clock, "1"), ada));
    const { id } = await addLink(world, reauthorize);
    expect((await completeAuthorization(world, callback(await depart(world, id)))).kind).toBe("connected");
  });

  it("asks where nobody can tell who came back, and keeps the old grant until then, and for good when declined", async () => {
    const world = await createWorld({ config: { auth } });
    await world.addAccount({ externalAccount: ada });
    const { input } = await asked({ world, who: null, link: reauthorize });
    expect(await world.storedTokens()).toMatchObject({ refreshToken: "refresh-0" });
    await declineConnection(world, input);
    expect(await world.storedTokens()).toMatchObject({ refreshToken: "refresh-0" });
    // It may be the same person's, and ending it might end the one that works.
    expect(revoked(world)).toEqual([]);
  });

  it("goes on top of what was written while the person thought", async () => {
    const world = await createWorld({ config: { auth } });
    await world.addAccount();
    const { input } = await asked({ world, link: reauthorize });
    const accounts = beforeFirstApply(world.accounts, async () => {
      const tokenSet = await world.storedTokens();
      if (tokenSet !== null) await world.accounts.apply(await world.credentialsChange(await world.account(), tokenSet));
    });
    expect((await approveConnection({ ...world, accounts }, input)).kind).toBe("connected");
    expect(await world.storedTokens()).toMatchObject({ refreshToken: "refresh-1" });
    expect(world.accounts.attempts.map((one) => one.reason)).toEqual(["reauthorized"]);
  });

  it("that was approved for another external account than one that came first is refused (R32)", async () => {
    const world = await createWorld({ config: { auth } });
    await world.addAccount();
    const first = await asked({ world, link: reauthorize });
    const second = await asked({ world, link: reauthorize, who: { id: "person-2", label: "Bob" } });
    expect((await approveConnection(world, first.input)).kind).toBe("connected");
    expect(await approveConnection(world, second.input)).toMatchObject({
      kind: "failed",
      failure: { code: "external_account_mismatch", detail: "Bob" },
    });
    expect(await world.account()).toMatchObject({ externalAccount: ada });
  });

  it("of which nobody knows whose it is does not take the place of one that has come to be known meanwhile (R32)", async () => {
    const world = await createWorld({ config: { auth } });
    await world.addAccount();
    const first = await asked({ world, link: reauthorize });
    const second = await asked({ world, link: reauthorize, who: null });
    expect((await approveConnection(world, first.input)).kind).toBe("connected");
    const { credentialVersion } = await world.account();
    expect(await approveConnection(world, second.input)).toMatchObject({
      kind: "failed",
      failure: { code: "expired" },
    });
    expect(await world.account()).toMatchObject({ externalAccount: ada, credentialVersion, status: "active" });
    // It may be the same person's: where ending one grant ends all of user and app, it would end the one that works.
    expect(revoked(world)).toEqual([]);
  });
});
