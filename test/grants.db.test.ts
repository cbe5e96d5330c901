import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startFaultServer, type FaultServer, type RecordedRequest } from "#lab/start-fault-server";
import { accountsOf, departFrom } from "./connect-at.ts";
import { defineFaulty } from "./faulty-integration.ts";
import { startStack, type Stack } from "./start-stack.ts";

let stack: Stack;
let server: FaultServer;
const local = "http://127\\.0\\.0\\.1:[0-9]+";

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
