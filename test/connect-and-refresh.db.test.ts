import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { AccountChange } from "#core/ports/account-store";
import { createAccountStore } from "#adapters/postgres/account-store";
import { connectAsPerson } from "#lab/connect-as-person";
import { expireToken, startStack, type Stack } from "./start-stack.ts";

let stack: Stack;

beforeAll(async () => {
  stack = await startStack();
});
afterAll(async () => {
  await stack[Symbol.asyncDispose]();
});

describe("a customer connects", () => {
  test("through a link, with PKCE, and the account is active with an alarm on its row", async () => {
    const account = await stack.connect("tenant-a", "ada");
    expect(account).toMatchObject({
      integration_name: "acme-crm",
      tenant_id: "tenant-a",
      environment: "production",
      status: "active",
      credential_version: 1,
      external_account: { id: "ada" },
      scopes: { missing: [] },
    });
    const life = Date.parse(account.expires_at) - Date.now();
    const alarm = Date.parse(account.expires_at) - Date.parse(account.refresh_due_at);
    expect(life).toBeGreaterThan(150_000);
    // L is 180 s: the window is 0.2 L to 0.6 L before expiry.
    expect(alarm).toBeGreaterThanOrEqual(0.2 * 180_000);
    expect(alarm).toBeLessThanOrEqual(0.6 * 180_000);
  });

  test("with state that works once, in one browser, at one redirect URI", async () => {
    const link = await stack.call("POST", "/link-tokens", { tenant_id: "tenant-state", integration_name: "acme-crm" });
    const first = await stack.walk(link.body.url, "grace");
    expect(first.status).toBe("connected");
    const exchanges = stack.lab.stats().code_exchanges;
    const again = await fetch(first.callbackUrl, { headers: { cookie: first.cookie }, redirect: "manual" });
    expect(again.status).toBe(400);
    const stranger = await fetch(first.callbackUrl, { redirect: "manual" });
    expect(stranger.status).toBe(400);
    expect(stack.lab.stats().code_exchanges).toBe(exchanges);
  });

  test("and a link connects once: afterwards it says that it was used", async () => {
    const link = await stack.call("POST", "/link-tokens", { tenant_id: "tenant-once", integration_name: "acme-crm" });
    await stack.walk(link.body.url, "alan");
    const second = await stack.walk(link.body.url, "alan");
    expect(second).toMatchObject({ status: "refused", code: 303 });
    const accounts = await stack.call("GET", "/integrated-accounts?tenant_id=tenant-once");
    expect(accounts.body.data).toHaveLength(1);
  });

  test("a refusal at the provider is told in words and leaves no active account", async () => {
    const link = await stack.call("POST", "/link-tokens", { tenant_id: "tenant-no", integration_name: "acme-crm" });
    const outcome = await stack.walk(link.body.url, "ada", { allow: false });
    expect(outcome).toMatchObject({
      status: "failed",
      failure: { code: "access_denied" },
      location: "/connect/outcome",
    });
    const accounts = await stack.call("GET", "/integrated-accounts?tenant_id=tenant-no");
    expect(accounts.body.data.map((one: { status: string }) => one.status)).toEqual(["connecting"]);
  });

  test("a scope that was unticked is stored as missing", async () => {
    const link = await stack.call("POST", "/link-tokens", { tenant_id: "tenant-part", integration_name: "acme-crm" });
    const outcome = await stack.walk(link.body.url, "hedy", { scopes: ["offline_access", "read"] });
    expect(outcome).toMatchObject({ status: "connected", scopes_missing: ["write"] });
    const { body } = await stack.call("GET", "/integrated-accounts?tenant_id=tenant-part");
    expect(body.data[0].scopes.missing).toEqual(["write"]);
  });

  test("and comes back in the same browser to grant what was left out, although the link is used up", async () => {
    const link = await stack.call("POST", "/link-tokens", { tenant_id: "tenant-back", integration_name: "acme-crm" });
    const first = await stack.walk(link.body.url, "hedy", { scopes: ["offline_access", "read"] });
    const [before] = (await stack.call("GET", "/integrated-accounts?tenant_id=tenant-back")).body.data;
    const origin = stack.apis[0]?.origin ?? "";
    const retry = (headers: Record<string, string>): Promise<Response> =>
      fetch(`${origin}/connect/retry`, { method: "POST", redirect: "manual", headers: { origin, ...headers } });
    const again = await retry({ cookie: first.cookie });
    const { callbackUrl } = await connectAsPerson({
      authorizeUrl: again.headers.get("location") ?? "",
      person: "hedy",
    });
    await fetch(callbackUrl, { headers: { cookie: first.cookie }, redirect: "manual" });
    const { data } = (await stack.call("GET", "/integrated-accounts?tenant_id=tenant-back")).body;
    expect(data).toHaveLength(1);
    expect(data[0]).toMatchObject({ id: before.id, status: "active", scopes: { missing: [] }, credential_version: 2 });
    // Another browser that knows the link gets nowhere with it.
    expect((await retry({})).headers.get("location")).toBe("/connect/outcome");
  });

  test("a return URL that is not on the list is refused, letter by letter", async () => {
    await stack.call("PATCH", "/environment", { return_urls: ["https://app.example.com/done"] });
    for (const url of [
      "https://app.example.com/done/",
      "https://app.example.com@evil.example/done",
      "https://app.example.com.evil.example/done",
      "https://evil.example/",
    ]) {
      const answer = await stack.call("POST", "/link-tokens", {
        tenant_id: "t",
        integration_name: "acme-crm",
        return_url: url,
      });
      expect(answer.status, url).toBe(422);
      expect(answer.body.errors[0].pointer).toBe("/return_url");
    }
    const good = await stack.call("POST", "/link-tokens", {
      tenant_id: "tenant-return",
      integration_name: "acme-crm",
      return_url: "https://app.example.com/done",
    });
    const outcome = await stack.walk(good.body.url, "ada");
    expect(outcome.location).toMatch(/^https:\/\/app\.example\.com\/done\?status=connected&connect_session_id=cs_/);
  });
});

describe("a grant is kept alive", () => {
  test("min_ttl refreshes a token that would not live long enough, and says when no token ever does", async () => {
    const account = await stack.connect("tenant-ttl", "ada");
    const plenty = await stack.call("GET", `/integrated-accounts/${account.id}/token?min_ttl=60`);
    expect(plenty.body.credential_version).toBe(1);
    await stack.database.pool.query(
      "UPDATE integrated_account SET issued_at = now() - interval '100 seconds', expires_at = now() + interval '80 seconds' WHERE id = $1",
      [account.id],
    );
    const more = await stack.call("GET", `/integrated-accounts/${account.id}/token?min_ttl=120`);
    expect(more.body.credential_version).toBe(2);
    expect(more.body.expires_in).toBeGreaterThanOrEqual(120);
    const tooMuch = await stack.call("GET", `/integrated-accounts/${account.id}/token?min_ttl=3600`);
    expect(tooMuch.body).toMatchObject({ refresh: "limited", credential_version: 2 });
  });

  test("an imported token set with a past expiry is refreshed before it is served", async () => {
    const grant = await stack.lab.issueGrant({ clientId: "evergrant-test", person: "edsger" });
    const imported = await stack.call("POST", "/integrated-accounts", {
      integration_name: "acme-crm",
      tenant_id: "tenant-import",
      credentials: {
        oauth2: {
          access_token: grant.accessToken,
          refresh_token: grant.refreshToken,
          expires_at: "2026-01-01T00:00:00Z",
        },
      },
      metadata: { crm: "old" },
    });
    expect(imported.status).toBe(201);
    expect(imported.body).toMatchObject({ status: "active", credential_version: 1, metadata: { crm: "old" } });
    const token = await stack.call("GET", `/integrated-accounts/${imported.body.id}/token`);
    expect(token.body.credential_version).toBe(2);
    expect(token.body.access_token).not.toBe(grant.accessToken);
  });
});

describe("a grant that dies", () => {
  test("leads within one refresh to needs_reauth with one event, and a new link brings the same id back", async () => {
    const account = await stack.connect("tenant-revoked", "grace");
    const grant = stack.lab.grants().find((one) => one.person === "grace" && one.status === "live");
    await stack.lab.revokeGrant(grant?.grant_id ?? "");
    await expireToken(stack.database, account.id);
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => stack.call("GET", `/integrated-accounts/${account.id}/token`)),
    );
    for (const answer of answers) {
      expect(answer.status).toBe(409);
      expect(answer.body).toMatchObject({ code: "needs_reauth", integrated_account_id: account.id });
      expect(answer.body.last_error.message).toContain("invalid_grant");
    }
    const dead = await stack.call("GET", `/integrated-accounts/${account.id}`);
    expect(dead.body).toMatchObject({ status: "needs_reauth", refresh_due_at: null });
    expect(dead.body.reauth_required_at).not.toBeNull();

    const link = await stack.call("POST", "/link-tokens", {
      tenant_id: "tenant-revoked",
      integrated_account_id: account.id,
    });
    const outcome = await stack.walk(link.body.url, "grace");
    expect(outcome).toMatchObject({ status: "connected", reauthorized: true });
    const alive = await stack.call("GET", `/integrated-accounts/${account.id}`);
    expect(alive.body).toMatchObject({ id: account.id, status: "active", reauth_required_at: null, last_error: null });

    const { rows } = await stack.database.pool.query(
      "SELECT event_type, sequence, payload FROM event WHERE account_id = $1 ORDER BY sequence",
      [account.id],
    );
    expect(rows.map((row) => [row.sequence, row.event_type])).toEqual([
      [1, "integrated_account:created"],
      [2, "integrated_account:authentication_error"],
      [3, "integrated_account:reactivated"],
    ]);
    expect(rows[1].payload.last_error).toContain("invalid_grant");
  });

  test("is not replaced by another external account at re-authorization (R32)", async () => {
    const account = await stack.connect("tenant-swap", "ada");
    const link = await stack.call("POST", "/link-tokens", {
      tenant_id: "tenant-swap",
      integrated_account_id: account.id,
    });
    const before = await stack.call("GET", `/integrated-accounts/${account.id}/token`);
    const outcome = await stack.walk(link.body.url, "alan");
    expect(outcome).toMatchObject({ status: "failed", failure: { code: "external_account_mismatch" } });
    const after = await stack.call("GET", `/integrated-accounts/${account.id}/token`);
    expect(after.body.access_token).toBe(before.body.access_token);
    // The link is not burned by the mistake: the right person can still use it.
    expect(await stack.walk(link.body.url, "ada")).toMatchObject({ status: "connected" });
  });

  test("disconnect revokes at the provider, erases the tokens and is final", async () => {
    const account = await stack.connect("tenant-bye", "hedy");
    const revocations = stack.lab.stats().revocations;
    const answer = await stack.call("DELETE", `/integrated-accounts/${account.id}`);
    expect(answer.body).toEqual({ id: account.id, status: "disconnected", revocation: "revoked" });
    expect(stack.lab.stats().revocations).toBe(revocations + 1);
    const token = await stack.call("GET", `/integrated-accounts/${account.id}/token`);
    expect(token).toMatchObject({ status: 410, body: { code: "disconnected" } });
    const { rows } = await stack.database.pool.query("SELECT 1 FROM sealed_credential WHERE account_id = $1", [
      account.id,
    ]);
    expect(rows).toEqual([]);
    const link = await stack.call("POST", "/link-tokens", {
      tenant_id: "tenant-bye",
      integrated_account_id: account.id,
    });
    expect(link.status).toBe(410);
  });
});

test("every seal, open and transition of an account stands in the audit log", async () => {
  const account = await stack.connect("tenant-audit", "ada");
  await stack.call("GET", `/integrated-accounts/${account.id}/token`);
  await stack.call("POST", `/integrated-accounts/${account.id}/refresh`);
  await stack.call("DELETE", `/integrated-accounts/${account.id}`);
  const { rows } = await stack.database.pool.query(
    "SELECT action, actor, key_id, detail FROM audit_event WHERE account_id = $1 ORDER BY at, id",
    [account.id],
  );
  const actions = rows.map((row) =>
    `${row.action} ${row.detail.purpose ?? row.detail.reason ?? row.detail.to ?? ""}`.trim(),
  );
  expect(actions.toSorted()).toEqual(
    [
      "account.created",
      "secret.sealed",
      "secret.opened code_exchange",
      "secret.sealed",
      "secret.opened approval",
      "connect.approved",
      "credential.sealed connected",
      "account.transitioned active",
      "credential.opened token_read",
      "credential.opened refresh",
      "credential.sealed refreshed",
      "credential.opened revoke",
      "credential.erased",
      "account.transitioned disconnected",
    ].toSorted(),
  );
  for (const row of rows) if (/sealed|opened/.test(row.action)) expect(row.key_id).toBe("t1");
});

test("a connection whose commit succeeded and whose answer was lost is found done when it is written again", async () => {
  const account = await stack.connect("tenant-twice", "ada");
  const { pool } = stack.database;
  const { rows } = await pool.query(
    "SELECT a.environment_id, a.fence, s.version, s.kid, s.sealed, s.fingerprint FROM integrated_account a JOIN sealed_credential s ON s.account_id = a.id WHERE a.id = $1",
    [account.id],
  );
  const [row] = rows;
  const store = createAccountStore(pool);
  // The change as connect made it, from the row as it was before.
  const change: AccountChange = {
    accountId: account.id,
    environmentId: row.environment_id,
    ifFence: BigInt(row.fence) - 1n,
    isAnswer: false,
    ifVersion: null,
    expectedStatus: "active",
    expectedScopes: null,
    raiseFence: true,
    releaseLease: true,
    set: { credentialVersion: row.version },
    credential: {
      kind: "replace",
      version: row.version,
      kid: row.kid,
      sealed: row.sealed,
      fingerprint: row.fingerprint,
    },
    happening: null,
    attempt: null,
    recorded: null,
    guard: null,
    completes: null,
    audit: [],
  };
  expect(await store.apply(change)).toMatchObject({ id: account.id, fence: BigInt(row.fence) });
  const others = Buffer.from(row.sealed);
  others[others.length - 1] = (others.at(-1) ?? 0) ^ 1;
  const foreign = { ...change, credential: { ...change.credential, sealed: others } } as AccountChange;
  expect(await store.apply(foreign)).toBeNull();
});
