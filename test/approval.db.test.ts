import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { connectAsPerson } from "#lab/connect-as-person";
import { departFrom } from "./connect-at.ts";
import { startProcess } from "./start-process.ts";
import { startStack, type Answer, type Stack } from "./start-stack.ts";

let stack: Stack;
beforeAll(async () => {
  stack = await startStack({ apis: 2 });
  await stack.call("PATCH", "/environment", { return_urls: ["https://product.example/done?tab=crm"] });
});
afterAll(async () => await stack[Symbol.asyncDispose]());

const origin = (api = 0): string => stack.apis[api]?.origin ?? "";

async function linkFor(tenant: string, changes: Record<string, unknown> = {}): Promise<string> {
  const made = await stack.call("POST", "/link-tokens", {
    tenant_id: tenant,
    integration_name: "acme-crm",
    ...changes,
  });
  if (made.status !== 201) throw new Error(JSON.stringify(made.body));
  return made.body.url;
}

/** A browser before the question. */
async function ask(tenant: string, person = "ada", changes: Record<string, unknown> = {}) {
  const url = await linkFor(tenant, changes);
  const view = await stack.walk(url, person, { approve: false });
  const { cookie, connect_session_id: id } = view as { cookie: string; connect_session_id: string };
  return { url, view, cookie, id };
}

const answer = async (
  path: "approve" | "decline",
  { cookie, id }: { readonly cookie: string; readonly id: string },
  { api = 0, headers = {} }: { api?: number; headers?: Record<string, string> } = {},
): Promise<Response> =>
  await fetch(`${origin(api)}/connect/${path}`, {
    method: "POST",
    body: new URLSearchParams({ connect_session_id: id }),
    headers: { cookie, origin: origin(), ...headers },
    redirect: "manual",
  });
/** How many grants have ended at the provider. */
const ended = (): number => stack.lab.grants().filter((one) => one.status === "revoked").length;
const outcomeOf = async (cookie: string): Promise<Answer["body"]> =>
  await (await fetch(`${origin()}/api/connect/outcome`, { headers: { cookie } })).json();
const accountsOf = async (tenant: string): Promise<any[]> =>
  (await stack.call("GET", `/integrated-accounts?tenant_id=${tenant}`)).body.data;
const eventsOf = async (account: string): Promise<string[]> => {
  const { rows } = await stack.database.pool.query(
    "SELECT event_type FROM event WHERE account_id = $1 ORDER BY sequence",
    [account],
  );
  return rows.map((row) => row.event_type);
};
const auditOf = async (session: string): Promise<string[]> => {
  const { rows } = await stack.database.pool.query("SELECT action FROM audit_event WHERE target = $1 ORDER BY at", [
    session,
  ]);
  return rows.map((row) => row.action);
};
const sealedFor = async (session: string): Promise<string[]> => {
  const { rows } = await stack.database.pool.query("SELECT field FROM sealed_secret WHERE owner = $1", [session]);
  return rows.map((row) => row.field);
};

describe("a link without session binding (R93, B5)", () => {
  test("shows which account it is, and connects nothing before the person has said yes", async () => {
    const { view, cookie, id, url } = await ask("asked");
    expect(view).toMatchObject({
      status: "approving",
      callbackStatus: 303,
      location: "/connect/outcome",
      external_account: expect.stringContaining("Ada"),
      connect_session_id: expect.stringMatching(/^cs_/),
    });
    const [account] = await accountsOf("asked");
    expect(account).toMatchObject({ status: "connecting", external_account: null, credential_version: 0 });
    expect(await eventsOf(account.id)).toEqual([]);
    expect(await sealedFor(id)).toEqual(["connect_grant"]);
    // The link offers itself still.
    const links = await stack.database.pool.query("SELECT used_at FROM link_token WHERE tenant_id = 'asked'");
    expect(links.rows).toEqual([{ used_at: null }]);
    const said = await answer("approve", { cookie, id }, { api: 1 });
    expect([said.status, said.headers.get("location"), said.headers.get("cache-control")]).toEqual([
      303,
      "/connect/outcome",
      "no-store",
    ]);
    expect(await outcomeOf(cookie)).toMatchObject({ status: "connected", connect_session_id: null });
    expect(await accountsOf("asked")).toMatchObject([
      { id: account.id, status: "active", external_account: { id: "ada" }, credential_version: 1 },
    ]);
    expect(await eventsOf(account.id)).toEqual(["integrated_account:created"]);
    expect(await sealedFor(id)).toEqual([]);
    expect(await auditOf(id)).toEqual([
      "secret.sealed",
      "secret.opened",
      "secret.sealed",
      "secret.opened",
      "connect.approved",
    ]);
    expect(await stack.walk(url, "ada")).toMatchObject({ status: "refused" });
    const token = await stack.call("GET", `/integrated-accounts/${account.id}/token`);
    expect(token.status).toBe(200);
  });

  test("sends the browser to the product with the outcome only after the yes", async () => {
    const asked = await ask("asked-return", "ada", { return_url: "https://product.example/done?tab=crm" });
    expect(asked.view).toMatchObject({ location: "/connect/outcome", status: "approving" });
    const said = await answer("approve", asked);
    const target = new URL(said.headers.get("location") ?? "");
    expect(`${target.origin}${target.pathname}`).toBe("https://product.example/done");
    expect(Object.fromEntries(target.searchParams)).toEqual({
      tab: "crm",
      status: "connected",
      connect_session_id: asked.id,
    });
  });

  test("connects once, though both processes are told twice at the same moment", async () => {
    const asked = await ask("asked-twice");
    const said = await Promise.all([0, 1, 0, 1].map((api) => answer("approve", asked, { api })));
    expect(said.map((one) => [one.status, one.headers.get("location")])).toEqual(
      Array.from({ length: 4 }, () => [303, "/connect/outcome"]),
    );
    const [account] = await accountsOf("asked-twice");
    expect(account).toMatchObject({ status: "active", credential_version: 1 });
    expect(await eventsOf(account.id)).toEqual(["integrated_account:created"]);
    expect((await auditOf(asked.id)).filter((one) => one === "connect.approved")).toHaveLength(1);
  });

  test("is approved or declined, and never both, when both arrive at once", async () => {
    const before = ended();
    const asked = await ask("asked-both", "katherine");
    await Promise.all([answer("approve", asked), answer("decline", asked, { api: 1 })]);
    const [account] = await accountsOf("asked-both");
    const isActive = account.status === "active";
    expect(await outcomeOf(asked.cookie)).toMatchObject(
      isActive ? { status: "connected" } : { status: "failed", failure: { code: "declined" } },
    );
    expect(ended() - before).toBe(isActive ? 0 : 1);
    expect(await eventsOf(account.id)).toEqual(isActive ? ["integrated_account:created"] : []);
  });

  test("asks nothing of another browser, another site or a session that is none, and nothing changes", async () => {
    const asked = await ask("asked-foreign");
    const other = await ask("asked-other", "grace");
    const foreign = { ...asked, cookie: other.cookie };
    for (const path of ["approve", "decline"] as const) {
      expect((await answer(path, foreign)).status).toBe(400);
      expect((await answer(path, { ...asked, cookie: "" })).status).toBe(400);
      expect((await answer(path, { ...asked, id: "cs_nobody" })).status).toBe(400);
      expect((await answer(path, { ...asked, id: "" })).status).toBe(400);
      expect((await answer(path, asked, { headers: { origin: "https://evil.example" } })).status).toBe(403);
      const fetched = await fetch(`${origin()}/connect/${path}?connect_session_id=${asked.id}`, {
        headers: { cookie: asked.cookie },
      });
      expect(fetched.status).not.toBe(303);
    }
    expect(await outcomeOf(asked.cookie)).toMatchObject({ status: "approving" });
    expect((await accountsOf("asked-foreign")).map((one) => one.status)).toEqual(["connecting"]);
    // Their own tab approves their own session, though the browser began another one.
    expect((await answer("approve", asked)).status).toBe(303);
    expect((await accountsOf("asked-foreign")).map((one) => one.status)).toEqual(["active"]);
    expect((await accountsOf("asked-other")).map((one) => one.status)).toEqual(["connecting"]);
  });

  test("ends the grant at the provider when the person says no, and takes another account with the same link", async () => {
    const before = ended();
    const asked = await ask("asked-no", "hedy");
    const said = await answer("decline", asked);
    expect([said.status, said.headers.get("location")]).toEqual([303, "/connect/outcome"]);
    expect(await outcomeOf(asked.cookie)).toMatchObject({
      status: "failed",
      failure: { code: "declined", detail: null },
    });
    expect(ended() - before).toBe(1);
    expect(await sealedFor(asked.id)).toEqual([]);
    expect(await auditOf(asked.id)).toContain("connect.declined");
    const [account] = await accountsOf("asked-no");
    expect(await eventsOf(account.id)).toEqual([]);
    expect(await stack.walk(asked.url, "grace")).toMatchObject({ status: "connected" });
    expect(await accountsOf("asked-no")).toMatchObject([{ id: account.id, external_account: { id: "grace" } }]);
  });

  test("does not end a grant while the same person is asked about another one: it would end both where a provider has one of user and app", async () => {
    const before = ended();
    const first = await ask("asked-two-at-once", "hedy");
    const second = await ask("asked-two-at-once", "hedy");
    expect((await answer("decline", first)).status).toBe(303);
    expect(await sealedFor(first.id)).toEqual([]);
    expect(ended()).toBe(before);
    expect((await answer("decline", second)).status).toBe(303);
    expect(ended()).toBe(before + 1);
  });

  test("ends what nobody answered within half an hour, by the worker, as expired", async () => {
    const asked = await ask("asked-late", "alan");
    const before = ended();
    await stack.database.pool.query(
      "UPDATE connect_session SET expires_at = now() - interval '1 second' WHERE id = $1",
      [asked.id],
    );
    expect(await outcomeOf(asked.cookie)).toMatchObject({ status: "failed", failure: { code: "expired" } });
    const worker = await startProcess("worker/main.ts", stack.env);
    try {
      await stack.database.pool.query("SELECT graphile_worker.add_job('housekeeping')");
      await expect.poll(async () => await sealedFor(asked.id), { timeout: 15_000 }).toEqual([]);
      await expect.poll(() => ended() - before, { timeout: 5_000 }).toBe(1);
    } finally {
      await worker.stop();
    }
    expect((await answer("approve", asked)).headers.get("location")).toBe("/connect/outcome");
    expect(await outcomeOf(asked.cookie)).toMatchObject({ status: "failed", failure: { code: "expired" } });
    expect((await accountsOf("asked-late")).map((one) => one.status)).toEqual(["connecting"]);
  });

  test("leaves nothing half written by a process that died with the answer in its hands, and the link works on", async () => {
    const { authorize, cookie } = await departFrom(stack, "acme-crm", { tenant_id: "asked-dead" });
    const { callbackUrl } = await connectAsPerson({ authorizeUrl: authorize.href, person: "grace" });
    const before = stack.lab.stats().code_exchanges;
    stack.lab.onTokenRequest = async () => ({ holdAnswerMilliseconds: 2_000 });
    const back = fetch(callbackUrl, { headers: { cookie }, redirect: "manual" }).catch(() => null);
    await expect.poll(() => stack.lab.stats().code_exchanges, { timeout: 5_000 }).toBe(before + 1);
    await stack.apis[0]?.process.kill();
    stack.lab.onTokenRequest = null;
    expect(await back).toBeNull();
    const { port } = new URL(origin());
    stack.apis[0] = { origin: origin(), process: await startProcess("api/main.ts", { ...stack.env, PORT: port }) };
    // The code is spent, and the page still waits: its button leads to the provider again.
    expect(await outcomeOf(cookie)).toMatchObject({ status: "authorizing", connect_session_id: null });
    const again = await fetch(`${origin()}/connect/retry`, {
      method: "POST",
      headers: { cookie, origin: origin() },
      redirect: "manual",
    });
    const second = await connectAsPerson({ authorizeUrl: again.headers.get("location") ?? "", person: "grace" });
    await fetch(second.callbackUrl, { headers: { cookie }, redirect: "manual" });
    const { connect_session_id: id } = await outcomeOf(cookie);
    expect((await answer("approve", { cookie, id })).status).toBe(303);
    const [account, ...others] = await accountsOf("asked-dead");
    expect(others).toEqual([]);
    expect(account).toMatchObject({ status: "active", credential_version: 1 });
    expect(await eventsOf(account.id)).toEqual(["integrated_account:created"]);
  });

  test("survives the end of the process that exchanged the code", async () => {
    const asked = await ask("asked-crash");
    await stack.apis[0]?.process.kill();
    const said = await answer("approve", asked, { api: 1 });
    expect(said.status).toBe(303);
    const { port } = new URL(origin());
    stack.apis[0] = { origin: origin(), process: await startProcess("api/main.ts", { ...stack.env, PORT: port }) };
    expect((await accountsOf("asked-crash")).map((one) => one.status)).toEqual(["active"]);
  });
});
