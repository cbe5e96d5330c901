import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startFaultServer, type FaultServer } from "#lab/start-fault-server";
import { until } from "./faulty-integration.ts";
import { makeKey } from "./make-key.ts";
import { signInAs } from "./sign-in-as.ts";
import { startStack, type Answer, type Stack } from "./start-stack.ts";
import { callAs } from "./two-owners.ts";

let stack: Stack;
let before: FaultServer;
let after: FaultServer;
/** Sessions by name: two owners, an operator, and who only reads. */
let who: Record<"ada" | "bob" | "op" | "sue", string>;
const tokens = { access_token: "their-token", token_type: "Bearer", expires_in: 3600 };

beforeAll(async () => {
  stack = await startStack({ apis: 2 });
  [before, after] = await Promise.all([startFaultServer(), startFaultServer()]);
  const people = { ada: "owner", bob: "owner", op: "operator", sue: "support" };
  const sessions = Object.entries(people).map(async ([name, role]) => [
    name,
    await signInAs(stack, `${name}@example.com`, role),
  ]);
  who = Object.fromEntries(await Promise.all(sessions));
}, 120_000);
afterAll(async () => {
  await Promise.all([before.close(), after.close()]);
  await stack[Symbol.asyncDispose]();
});

const as = (...call: [session: string, method: string, path: string, body?: unknown, api?: number]): Promise<Answer> =>
  callAs(stack, ...call);

const definition = (name: string, tokenHost: string, label = "Acme") => ({
  name,
  label,
  credentials: { format: "oauth2_client_credentials", config: { auth: { tokenHost, tokenPath: `/${name}/token` } } },
});

/** An integration with one live account. */
async function define(name: string): Promise<string> {
  before.respondWith({ kind: "json", status: 200, body: tokens });
  expect((await stack.call("PUT", `/integrations/${name}`, definition(name, before.origin))).status).toBe(201);
  const imported = await stack.call("POST", "/integrated-accounts", {
    integration_name: name,
    tenant_id: "tenant",
    credentials: { oauth2_client_credentials: { client_id: "their-client", client_secret: "their-secret" } },
  });
  expect(imported.status).toBe(201);
  return imported.body.id;
}

const ask = async (name: string, session = who.ada): Promise<Answer> =>
  await as(session, "PUT", `/integrations/${name}?approval=ask&reason=They+moved`, definition(name, after.origin));

async function asked(name: string, session = who.ada): Promise<any> {
  await define(name);
  const answer = await ask(name, session);
  expect(answer.status, JSON.stringify(answer.body)).toBe(202);
  return answer.body;
}

const hostOf = async (name: string): Promise<string> =>
  (await stack.call("GET", `/integrations/${name}`)).body.credentials.config.auth.tokenHost;

const auditOf = async (id: string): Promise<{ action: string; actor: string }[]> =>
  (
    await stack.database.pool.query(
      "SELECT action, actor, detail FROM audit_event WHERE target = $1 OR detail->>'approval' = $1 ORDER BY at, id",
      [id],
    )
  ).rows;
const actionsOf = async (id: string): Promise<string[]> => (await auditOf(id)).map((one) => one.action);

const eventsOf = async (id: string): Promise<any[]> =>
  (
    await stack.database.pool.query(
      "SELECT event_type, payload FROM event WHERE payload->>'id' = $1 ORDER BY created_at, event_type DESC",
      [id],
    )
  ).rows;

describe("hosts of an integration with live accounts", () => {
  test("change by nobody alone: the answer says how two can", async () => {
    await define("alone");
    const refused = await as(who.ada, "PUT", "/integrations/alone", definition("alone", after.origin));
    expect(refused).toMatchObject({ status: 409, body: { code: "conflict", reason: "needs_approval" } });
    expect(refused.body.detail).toContain("approval=ask");
  });

  test("are asked for by nobody with a key, which is nobody's word", async () => {
    await define("keyed");
    const answer = await stack.call("PUT", "/integrations/keyed?approval=ask", definition("keyed", after.origin));
    expect(answer).toMatchObject({
      status: 403,
      body: { code: "approval_forbidden", reason: "not_an_administrator" },
    });
    expect((await stack.call("GET", "/approvals")).body.data).toEqual([]);
  });

  test("wait for a second person, who reads what would change, and go there with all that lives on them", async () => {
    const account = await define("moving");
    const answer = await ask("moving");
    expect(answer).toMatchObject({
      status: 202,
      body: {
        kind: "integration.hosts_change",
        subject: "moving",
        status: "pending",
        mode: "second_person",
        summary: "Send the credentials of Acme to other hosts",
        reason: "They moved",
        requested_by: { email: "ada@example.com" },
        waits_until: null,
        approved_by: null,
        may: { approve: false, refuse: false, withdraw: true },
      },
    });
    const { id, changes, consequences } = answer.body;
    expect(changes[0]).toEqual({ what: "Host for tokens", before: before.origin, after: after.origin });
    expect(consequences[0]).toContain("1 live account");
    expect(await hostOf("moving")).toBe(before.origin);

    expect((await as(who.ada, "POST", `/approvals/${id}/approve`)).body).toMatchObject({
      code: "approval_forbidden",
      reason: "own_request",
      approval_id: id,
    });
    expect((await as(who.sue, "POST", `/approvals/${id}/approve`)).body).toMatchObject({ reason: "role" });
    expect((await as(who.sue, "GET", `/approvals/${id}`)).body.may).toMatchObject({ approve: false, refuse: false });
    const byKey = await stack.call("POST", `/approvals/${id}/approve`);
    expect(byKey).toMatchObject({ status: 403, body: { reason: "not_an_administrator" } });
    const forged = await fetch(`${stack.apis[0]?.origin}/api/v1/approvals/${id}/approve`, {
      method: "POST",
      headers: { cookie: who.bob, origin: "https://elsewhere.example" },
    });
    expect(forged.status).toBe(403);
    expect(await hostOf("moving")).toBe(before.origin);

    expect((await as(who.bob, "GET", `/approvals/${id}`)).body.may).toEqual({
      approve: true,
      refuse: true,
      withdraw: false,
      why_not: null,
    });
    const approved = await as(who.bob, "POST", `/approvals/${id}/approve`);
    expect(approved).toMatchObject({
      status: 200,
      body: { status: "executed", approved_by: { email: "bob@example.com" }, failure: null },
    });
    expect(await hostOf("moving")).toBe(after.origin);
    // The account went along: its next refresh asks the new host, with the secret that was given for the old one.
    after.respondWith({ kind: "json", status: 200, body: { ...tokens, access_token: "from-the-new-host" } });
    const refreshed = await stack.call("POST", `/integrated-accounts/${account}/refresh`);
    expect(refreshed).toMatchObject({ status: 200, body: { status: "active" } });
    expect(after.requests.some((one) => one.url === "/moving/token")).toBe(true);

    expect(await actionsOf(id)).toEqual([
      "approval.requested",
      "approval.approved",
      "approval.executed",
      "integration.put",
    ]);
    const [bob] = (await stack.database.pool.query("SELECT id FROM admin_user WHERE email = 'bob@example.com'")).rows;
    expect((await auditOf(id)).at(-1)).toMatchObject({
      actor: answer.body.requested_by.id,
      detail: { approved_by: bob.id },
    });
    expect(await eventsOf(id)).toMatchObject([
      {
        event_type: "approval:requested",
        payload: { subject: "moving", requested_by: "ada@example.com", outcome: null },
      },
      { event_type: "approval:ended", payload: { outcome: "executed" } },
    ]);
    const over = await stack.call("GET", "/approvals?state=over");
    expect(over.body.data.map((one: any) => one.id)).toContain(id);
    const again = await as(who.bob, "POST", `/approvals/${id}/approve`);
    expect(again).toMatchObject({ status: 409, body: { code: "approval_ended", reason: "executed" } });
  });

  test("that changed in between are asked for anew: what was read is not what would be replaced", async () => {
    const { id } = await asked("stale");
    const relabelled = definition("stale", before.origin, "Another label");
    expect((await stack.call("PUT", "/integrations/stale", relabelled)).status).toBe(200);
    const answer = await as(who.bob, "POST", `/approvals/${id}/approve`);
    expect(answer).toMatchObject({ status: 409, body: { code: "approval_ended", reason: "state_changed" } });
    expect(await hostOf("stale")).toBe(before.origin);
    expect((await as(who.ada, "GET", `/approvals/${id}`)).body).toMatchObject({
      status: "failed",
      failure: { code: "state_changed" },
    });
    expect((await ask("stale")).body.id).not.toBe(id);
  });

  test("asked for again by the same are the same request; by another, or otherwise, it has to be decided first", async () => {
    const first = await asked("twice");
    expect((await ask("twice")).body.id).toBe(first.id);
    const other = await ask("twice", who.bob);
    expect(other).toMatchObject({ status: 409, body: { code: "approval_pending", approval_id: first.id } });
    const document = definition("twice", after.origin, "Otherwise");
    const otherwise = await as(who.ada, "PUT", "/integrations/twice?approval=ask", document);
    expect(otherwise).toMatchObject({ status: 409, body: { code: "approval_pending" } });
    expect((await as(who.ada, "POST", `/approvals/${first.id}/withdraw`)).body.status).toBe("withdrawn");
    expect((await ask("twice", who.bob)).status).toBe(202);
  });

  test("don't come with a client: a secret does not wait in the clear", async () => {
    await define("secret");
    const document = definition("secret", after.origin);
    const config = {
      ...document.credentials.config,
      client: { client_id: "ours", client_secret: "planted-secret-4711" },
    };
    const answer = await as(who.ada, "PUT", "/integrations/secret?approval=ask", {
      ...document,
      credentials: { ...document.credentials, config },
    });
    expect(answer).toMatchObject({ status: 422, body: { errors: [{ pointer: "/credentials/config/client" }] } });
    const { rows } = await stack.database.pool.query(
      "SELECT FROM approval WHERE approval::text LIKE '%planted-secret%'",
    );
    expect(rows).toEqual([]);
  });

  test("are written at once where nothing has to be asked", async () => {
    await define("plain");
    const document = definition("plain", before.origin, "New label");
    expect((await as(who.ada, "PUT", "/integrations/plain?approval=ask", document)).status).toBe(200);
    expect((await stack.call("GET", "/approvals")).body.data.map((one: any) => one.subject)).not.toContain("plain");
  });

  test("may be asked for by an operator, and refused by one; the asker withdraws and does not refuse", async () => {
    const { id } = await asked("operators", who.op);
    expect((await as(who.op, "POST", `/approvals/${id}/refuse`)).body).toMatchObject({ reason: "own_request" });
    expect((await as(who.bob, "POST", `/approvals/${id}/withdraw`)).body).toMatchObject({ reason: "not_yours" });
    const refused = await as(who.ada, "POST", `/approvals/${id}/refuse`);
    expect(refused).toMatchObject({ status: 200, body: { status: "refused", ended_by: { email: "ada@example.com" } } });
    expect(await hostOf("operators")).toBe(before.origin);
    expect((await as(who.bob, "POST", `/approvals/${id}/approve`)).body.code).toBe("approval_ended");
  });
});

describe("another environment, and keys that are limited", () => {
  test("see no request of this one", async () => {
    const { id } = await asked("elsewhere");
    const staging = await makeKey(stack, "--environment", "staging");
    expect((await stack.call("GET", `/approvals/${id}`, undefined, { key: staging.key })).status).toBe(404);
    const limited = await makeKey(stack, "--tenants", "tenant");
    expect((await stack.call("GET", "/approvals", undefined, { key: limited.key })).status).toBe(403);
    expect((await as(`${who.bob}; evergrant_environment=staging`, "POST", `/approvals/${id}/approve`)).status).toBe(
      404,
    );
  });
});

describe("races, through two processes", () => {
  test("of two approvers: one word counts, and it is done once", async () => {
    const { id } = await asked("race-approve", who.op);
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, index) =>
        as(index % 2 === 0 ? who.ada : who.bob, "POST", `/approvals/${id}/approve`, undefined, index % 2),
      ),
    );
    expect(answers.some(({ body }) => body.status === "executed")).toBe(true);
    for (const { status, body } of answers)
      expect([`200 ${body.status}`, "409 approval_ended"]).toContain(`${status} ${body.code ?? body.status}`);
    const actions = await actionsOf(id);
    for (const one of ["approval.approved", "approval.executed", "integration.put"])
      expect(actions.filter((action) => action === one)).toHaveLength(1);
  });

  test("of an approval against a withdrawal: one of them, and what is told is what was done", async () => {
    for (let round = 0; round < 6; round += 1) {
      const name = `race-withdraw-${round}`;
      const { id } = await asked(name);
      const [approved, withdrawn] = await Promise.all([
        as(who.bob, "POST", `/approvals/${id}/approve`, undefined, round % 2),
        as(who.ada, "POST", `/approvals/${id}/withdraw`, undefined, (round + 1) % 2),
      ]);
      const { body } = await as(who.ada, "GET", `/approvals/${id}`);
      expect(await hostOf(name)).toBe(body.status === "executed" ? after.origin : before.origin);
      expect(["executed", "withdrawn"]).toContain(body.status);
      expect([approved.status === 200 && approved.body.status === "executed", withdrawn.status === 200]).toEqual([
        body.status === "executed",
        body.status === "withdrawn",
      ]);
    }
  }, 240_000);

  test("of an approval against the approver's demotion: it waits for it, and sees it", async () => {
    const { id } = await asked("race-demote");
    const eve = await signInAs(stack, "eve@example.com", "owner");
    // Made after it was asked, she would not count; so it is asked once more.
    expect((await as(eve, "POST", `/approvals/${id}/approve`)).body.reason).toBe("too_new");
    await as(who.ada, "POST", `/approvals/${id}/withdraw`);
    const again = (await ask("race-demote")).body.id;
    const client = await stack.database.pool.connect();
    try {
      await client.query("BEGIN");
      await client.query("UPDATE admin_user SET role = 'auditor' WHERE email = 'eve@example.com'");
      const pressing = as(eve, "POST", `/approvals/${again}/approve`);
      await until(async () => {
        const { rowCount } = await stack.database.pool.query(
          "SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()",
        );
        return rowCount === 1;
      });
      await client.query("COMMIT");
      expect(await pressing).toMatchObject({ status: 403, body: { code: "approval_forbidden", reason: "role" } });
    } finally {
      client.release();
    }
    expect(await hostOf("race-demote")).toBe(before.origin);
  });
});

describe("the command line", () => {
  test("lists, refuses and approves: on the server it is the second person, and it is recorded", async () => {
    const first = await asked("shell-refuse");
    const second = await asked("shell-approve");
    const list = JSON.parse((await stack.cli("approvals", "list", "--environment", "production", "--json")).stdout);
    expect(list.approvals).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ id: first.id, requested_by: "ada@example.com", status: "pending" }),
        expect.objectContaining({ id: second.id }),
      ]),
    );
    const refused = await stack.cli("approvals", "refuse", first.id, "--environment", "production", "--json");
    expect(JSON.parse(refused.stdout)).toMatchObject({ id: first.id, status: "refused" });
    const approved = await stack.cli("approvals", "approve", second.id, "--environment", "production", "--json");
    expect(approved.code).toBe(0);
    expect(JSON.parse(approved.stdout)).toMatchObject({ id: second.id, status: "executed" });
    expect(await hostOf("shell-approve")).toBe(after.origin);
    expect((await auditOf(second.id)).find(({ action }) => action === "approval.approved")?.actor).toBe("command_line");
    const over = await stack.cli("approvals", "approve", second.id, "--environment", "production");
    expect(over.code).toBe(1);
    expect(over.stderr).toContain("over");
    expect((await stack.cli("approvals", "approve", "--environment", "production")).code).toBe(2);
  }, 240_000);
});
