import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { startFaultServer, type FaultServer, type RecordedRequest } from "#lab/start-fault-server";
import { accountsOf, departFrom } from "./connect-at.ts";
import { defineFaulty } from "./faulty-integration.ts";
import { startStack, type Stack } from "./start-stack.ts";

let stack: Stack;
let server: FaultServer;
const local = "http://127\\.0\\.0\\.1:[0-9]+";

// Each goes through several processes, which a busy machine starts slowly.
vi.setConfig({ testTimeout: 60_000 });

beforeAll(async () => {
  stack = await startStack();
  server = await startFaultServer();
});
afterAll(async () => {
  await server.close();
  await stack[Symbol.asyncDispose]();
});

const json = (body: unknown, status = 200) => ({ kind: "json" as const, status, body });
const good = (name: string) => ({ access_token: `access-${name}`, refresh_token: `refresh-${name}`, expires_in: 3600 });
const sentTo = (path: string): RecordedRequest[] => server.requests.filter((one) => one.url.split("?")[0] === path);

describe("what comes with a grant", () => {
  test("is kept, shown and used: the callback says where the code goes, an odd answer says the rest", async () => {
    await defineFaulty(stack, "odd", server, {
      auth: {
        tokenHost: "{accounts_server}",
        tokenPath: "/odd/token",
        authorizeHost: server.origin,
        refreshHost: "{instance_url}",
        refreshPath: "/odd/refresh",
      },
      callback: { code: "auth_code" },
      scope: ["admin", "write"],
      scopeImplies: { admin: ["read", "write"] },
      tokenResponse: "data",
      errorExpression: 'body.ok = false ? {"error": body.why}',
      fields: [
        { name: "accounts_server", from: "callback", value: "`accounts-server`", pattern: local },
        { name: "instance_url", value: "instance", pattern: local },
        { name: "team", value: "data.team.id", required: false },
      ],
    });
    server.respondWith(
      json({ ok: true, instance: server.origin, data: { ...good("odd"), scope: ["admin"], team: { id: 7 } } }),
    );
    const departure = await departFrom(stack, "odd", { tenant_id: "odd" });
    const outcome = await departure.back({ auth_code: "code-1", "accounts-server": server.origin });
    expect(outcome).toMatchObject({ status: "connected" });
    expect(sentTo("/odd/token").at(-1)?.form).toMatchObject({ code: "code-1" });
    const [account] = await accountsOf(stack, "odd");
    const fields = { accounts_server: server.origin, instance_url: server.origin, team: "7" };
    expect(account).toMatchObject({
      status: "active",
      fields,
      scopes: { granted: ["admin", "read", "write"], missing: [] },
    });

    server.respondWith(json({ ok: true, instance: server.origin, data: { ...good("again"), team: { id: 8 } } }));
    const refreshed = await stack.call("POST", `/integrated-accounts/${account.id}/refresh`);
    expect(refreshed.body).toMatchObject({ credential_version: 2, fields: { ...fields, team: "8" } });
    expect(sentTo("/odd/refresh").at(-1)?.form).toMatchObject({ refresh_token: "refresh-odd" });
    expect((await stack.call("GET", `/integrated-accounts/${account.id}`)).body.fields.team).toBe("8");

    server.respondWith(json({ ok: false, why: "invalid_grant" }));
    const dead = await stack.call("POST", `/integrated-accounts/${account.id}/refresh`);
    expect([dead.status, dead.body.code]).toEqual([409, "needs_reauth"]);
  });

  test("is refused where it is not as its pattern says: no code goes there", async () => {
    const before = server.requests.length;
    const departure = await departFrom(stack, "odd", { tenant_id: "evil" });
    const outcome = await departure.back({ auth_code: "code-1", "accounts-server": "https://evil.example" });
    expect(outcome).toMatchObject({ status: "failed", failure: { code: "provider_error" } });
    expect(server.requests).toHaveLength(before);
  });

  test("can be imported, and is checked like a provider's", async () => {
    const imported = (fields: Readonly<Record<string, string>>) =>
      stack.call("POST", "/integrated-accounts", {
        integration_name: "odd",
        tenant_id: "imported",
        credentials: { oauth2: { access_token: "a", refresh_token: "r", expires_in: 3600, scope: "admin" } },
        fields,
      });
    const hosts = { accounts_server: server.origin, instance_url: server.origin };
    const good = await imported(hosts);
    expect(good).toMatchObject({ status: 201, body: { fields: hosts, scopes: { missing: [] } } });
    const bad = await imported({ accounts_server: "https://evil.example", colour: "red" });
    expect(bad.status).toBe(422);
    expect(bad.body.errors.map((one: { pointer: string }) => one.pointer).toSorted()).toEqual([
      "/fields/accounts_server",
      "/fields/colour",
      "/fields/instance_url",
    ]);
  });

  test("a changed pattern moves no credentials of live accounts (invariant 12)", async () => {
    const document = (await stack.call("GET", "/integrations/odd")).body;
    document.credentials.config.fields[1].pattern = "https://.*";
    expect((await stack.call("PUT", "/integrations/odd", document)).status).toBe(409);
  });
});

describe("who was connected", () => {
  const define = () =>
    defineFaulty(stack, "known", server, {
      auth: { tokenHost: server.origin, tokenPath: "/known/token", revokePath: "/known/revoke" },
      identity: { path: "/known/me", host: server.origin, id: "org.id", label: "org.name" },
      fields: [{ name: "site", from: "identity", value: "org.site", required: false }],
    });
  /** What the provider says at its two doors. */
  const play = (me: ReturnType<typeof json>): void => {
    server.respondWith((request) => {
      if (request.url === "/known/me") return me;
      return request.url === "/known/revoke" ? json(null) : json(good(String(server.requests.length)));
    });
  };
  const org = (id: unknown) => json({ org: { id, name: "Acme Ltd", site: "acme" } });

  test("is asked by a declared call with the new token, stored and shown", async () => {
    await define();
    play(org(62_515));
    expect(await (await departFrom(stack, "known", { tenant_id: "known" })).back({ code: "c" })).toMatchObject({
      status: "connected",
    });
    expect(sentTo("/known/me").at(-1)?.headers["authorization"]).toMatch(/^Bearer access-/);
    expect((await accountsOf(stack, "known"))[0]).toMatchObject({
      external_account: { id: "62515", label: "Acme Ltd" },
      fields: { site: "acme" },
    });
  });

  test.each<[string, ReturnType<typeof json>, string]>([
    ["another one", org(1), "external_account_mismatch"],
    ["nobody can tell", json({ error: "down" }, 503), "provider_error"],
  ])(
    "is compared at a re-authorization: %s, and nothing changes but that the new grant is ended (R32)",
    async (_name, me, code) => {
      const [account] = await accountsOf(stack, "known");
      const before = await stack.call("GET", `/integrated-accounts/${account.id}/token`);
      const revoked = sentTo("/known/revoke").length;
      play(me);
      const departure = await departFrom(stack, "known", {
        tenant_id: "known",
        integrated_account_id: account.id,
        integration_name: undefined,
      });
      expect(await departure.back({ code: "c" })).toMatchObject({ status: "failed", failure: { code } });
      const after = await stack.call("GET", `/integrated-accounts/${account.id}/token`);
      expect(after.body.access_token).toBe(before.body.access_token);
      expect(sentTo("/known/revoke")).toHaveLength(revoked + 1);
    },
  );

  test("is left open when it can't be found out at a first connection", async () => {
    play(json({ error: "down" }, 503));
    const departure = await departFrom(stack, "known", { tenant_id: "open" });
    expect(await departure.back({ code: "c" })).toMatchObject({ status: "connected" });
    expect((await accountsOf(stack, "open"))[0]).toMatchObject({ status: "active", external_account: null });
  });
});

describe("a disconnect by a declared call", () => {
  test.each([
    ["revoked", 204],
    ["failed", 500],
  ])(
    "says that the grant was %s when the provider answers %s; the tokens are erased either way",
    async (revocation, status) => {
      const name = `ended-${revocation}`;
      await defineFaulty(stack, name, server, {
        revocation: { method: "DELETE", host: server.origin, path: `/${name}/grants/{refresh_token}` },
      });
      const imported = await stack.call("POST", "/integrated-accounts", {
        integration_name: name,
        tenant_id: "ended",
        credentials: { oauth2: { access_token: "access/1", refresh_token: "refresh/1", expires_in: 3600 } },
      });
      server.respondWith({ kind: "json", status, body: null });
      const answer = await stack.call("DELETE", `/integrated-accounts/${imported.body.id}`);
      expect(answer.body).toMatchObject({ status: "disconnected", revocation });
      expect(sentTo(`/${name}/grants/refresh%2F1`)).toMatchObject([
        { method: "DELETE", headers: { authorization: "Bearer access/1" } },
      ]);
      expect((await stack.call("GET", `/integrated-accounts/${imported.body.id}/token`)).status).toBe(410);
      expect(stack.logs()).not.toMatch(/refresh(?:\/|%2F)1|access\/1/);
    },
  );
});

describe("a second step", () => {
  test("brings the token that is served; when it fails after a refresh, the new refresh token is kept", async () => {
    await defineFaulty(stack, "twice", server, {
      exchange: { path: "/twice/second", params: { subject_token: "{access_token}" }, when: "always" },
      refresh: { failureRules: [] },
    });
    let isDown = false;
    server.respondWith((request) => {
      if (request.url !== "/twice/second") return json(good(`first-${server.requests.length}`));
      if (isDown) return json({ error: "temporarily_unavailable" }, 503);
      return json({ access_token: `second-${server.requests.length}`, expires_in: 7200 });
    });
    expect(await (await departFrom(stack, "twice", { tenant_id: "twice" })).back({ code: "c" })).toMatchObject({
      status: "connected",
    });
    const [account] = await accountsOf(stack, "twice");
    const token = await stack.call("GET", `/integrated-accounts/${account.id}/token`);
    expect(token.body.access_token).toMatch(/^second-/);
    expect(sentTo("/twice/second").at(-1)?.form["subject_token"]).toMatch(/^access-first-/);

    isDown = true;
    const failed = await stack.call("POST", `/integrated-accounts/${account.id}/refresh`);
    expect([failed.status, failed.body.code]).toEqual([502, "provider_error"]);
    const still = await stack.call("GET", `/integrated-accounts/${account.id}/token`);
    expect(still.body.access_token).toBe(token.body.access_token);
    const [attempt] = (await stack.call("GET", `/integrated-accounts/${account.id}/refresh-attempts`)).body.data;
    expect(attempt).toMatchObject({ outcome: "transient", http_status: 503 });
    expect(attempt.explanation).toContain("its refresh token is kept");

    isDown = false;
    await stack.database.pool.query("UPDATE integrated_account SET cooldown_until = NULL WHERE id = $1", [account.id]);
    const refreshed = await stack.call("POST", `/integrated-accounts/${account.id}/refresh`);
    expect(refreshed.body).toMatchObject({ status: "active", last_error: null });
    // Each refresh went on from the refresh token that the one before it brought.
    const refreshes = sentTo("/twice/token").filter((one) => one.form["grant_type"] === "refresh_token");
    expect(new Set(refreshes.map((one) => one.form["refresh_token"])).size).toBe(refreshes.length);
  });
});
