import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { integrationDocumentSchema } from "#core/domain/integration/integration-document";
import { hostPinOf } from "#core/domain/integration/host-pin";
import { createAccountStore } from "#adapters/postgres/account-store";
import { isPinned } from "#adapters/postgres/host-pins";
import { createIntegrationStore } from "#adapters/postgres/integration-store";
import { inTransaction, type DatabaseClient } from "#adapters/postgres/pool";
import { findDefinition } from "#core/usecases/load-integration";
import { settlePins } from "#core/usecases/pin-definition";
import { startFaultServer, type FaultServer } from "#lab/start-fault-server";
import { newAccount } from "./fakes/new-account.ts";
import { createRecordingLog } from "./fakes/recording-log.ts";
import { exampleSource } from "./fakes/in-memory-integration-store.ts";
import { until } from "./faulty-integration.ts";
import { startStack, type Stack } from "./start-stack.ts";

let stack: Stack;
let before: FaultServer;
let after: FaultServer;
const tokens = { access_token: "their-token", token_type: "Bearer", expires_in: 3600 };

beforeAll(async () => {
  stack = await startStack();
  [before, after] = await Promise.all([startFaultServer(), startFaultServer()]);
});
afterAll(async () => {
  await Promise.all([before.close(), after.close()]);
  await stack[Symbol.asyncDispose]();
});

const definitionAt = (name: string, tokenHost: string) => ({
  name,
  credentials: { format: "oauth2_client_credentials", config: { auth: { tokenHost, tokenPath: `/${name}/token` } } },
});

const importOwnClient = (name: string) =>
  stack.call("POST", "/integrated-accounts", {
    integration_name: name,
    tenant_id: "tenant",
    credentials: { oauth2_client_credentials: { client_id: "their-client", client_secret: "their-secret" } },
  });

const countAccounts = async (name: string): Promise<number> =>
  (await stack.call("GET", `/integrated-accounts?integration_name=${name}`)).body.data.length;

/** An import whose request is held at the provider, from when it has arrived there. */
async function heldImport(name: string) {
  let answer: () => void = () => {};
  const released = new Promise<void>((resolve) => (answer = resolve));
  before.respondWith({ kind: "hold", until: released, answer: { kind: "json", status: 200, body: tokens } });
  const importing = importOwnClient(name);
  await until(async () => before.requests.some((one) => one.url === `/${name}/token`));
  return { importing, answer: () => answer() };
}

describe("a definition that changes while an import asks the provider", () => {
  test("moves its hosts, and the credentials of the import are not kept for the new ones (invariant 12)", async () => {
    await stack.call("PUT", "/integrations/moving", definitionAt("moving", before.origin));
    const { importing, answer } = await heldImport("moving");
    const moved = await stack.call("PUT", "/integrations/moving", definitionAt("moving", after.origin));
    expect(moved.status).toBe(200);
    answer();
    const imported = await importing;
    expect([imported.status, imported.body.code]).toEqual([409, "conflict"]);
    expect(await countAccounts("moving")).toBe(0);
    expect(after.requests).toEqual([]);
  });

  test("is deleted, and no account is left without a definition", async () => {
    await stack.call("PUT", "/integrations/leaving", definitionAt("leaving", before.origin));
    const { importing, answer } = await heldImport("leaving");
    expect((await stack.call("DELETE", "/integrations/leaving")).status).toBe(204);
    answer();
    expect((await importing).status).toBe(409);
    expect(await countAccounts("leaving")).toBe(0);
  });

  test("has teeth: one that keeps its hosts lets the import through, and then its hosts stay", async () => {
    await stack.call("PUT", "/integrations/staying", definitionAt("staying", before.origin));
    const { importing, answer } = await heldImport("staying");
    const renamed = { ...definitionAt("staying", before.origin), label: "Another label" };
    expect((await stack.call("PUT", "/integrations/staying", renamed)).status).toBe(200);
    answer();
    expect((await importing).status).toBe(201);
    const moved = await stack.call("PUT", "/integrations/staying", definitionAt("staying", after.origin));
    expect([moved.status, moved.body.detail]).toEqual([409, expect.stringContaining("1 accounts")]);
    expect((await stack.call("DELETE", "/integrations/staying")).status).toBe(409);
  });
});

const quiet = createRecordingLog();

describe("two transactions at once", () => {
  const definition = (name: string, tokenHost: string) =>
    integrationDocumentSchema.parse(exampleSource({ name, config: { auth: { tokenHost } } }));
  const environmentOf = async (): Promise<string> =>
    (await stack.database.pool.query("SELECT id FROM environment WHERE name = 'production'")).rows[0].id;

  const countWaiting = async (): Promise<number> => {
    const { rowCount } = await stack.database.pool.query(
      "SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()",
    );
    return rowCount ?? 0;
  };

  test("a change of hosts waits for an account that is being made, and is refused for it", async () => {
    const environmentId = await environmentOf();
    const { pool } = stack.database;
    const store = createIntegrationStore(pool, new Map(), quiet);
    const name = "racing";
    const audit = { environmentId, actor: "usr_op", action: "integration.put", target: name } as const;
    const old = definition(name, "https://old.acme.example");
    await store.put(environmentId, old, { audit });
    const changing = await inTransaction(pool, async (client) => {
      expect(await isPinned(client, environmentId, name, hostPinOf(old))).toBe(true);
      const change = store.put(environmentId, definition(name, "https://new.acme.example"), { audit });
      await until(async () => (await countWaiting()) === 1);
      await client.query(
        `INSERT INTO integrated_account (id, environment_id, tenant_id, integration_name, status)
         VALUES ('ia_racing', $1, 'tenant', $2, 'connecting')`,
        [environmentId, name],
      );
      return { change };
    });
    expect(await changing.change).toMatchObject({ kind: "refused", cause: "hosts", liveAccounts: 1 });
    const found = await store.find(environmentId, name);
    expect(found?.document).toEqual(old);
  });

  test("accounts that come while a change waits queue up behind it, so that it has its turn", async () => {
    const environmentId = await environmentOf();
    const { pool } = stack.database;
    const store = createIntegrationStore(pool, new Map(), quiet);
    const name = "queueing";
    const audit = { environmentId, actor: "usr_op", action: "integration.put", target: name } as const;
    const old = definition(name, "https://old.acme.example");
    await store.put(environmentId, old, { audit });
    const isStillPinned = async (client: DatabaseClient) => await isPinned(client, environmentId, name, hostPinOf(old));
    const { change, later } = await inTransaction(pool, async (client) => {
      expect(await isStillPinned(client)).toBe(true);
      const waiting = { change: store.put(environmentId, definition(name, "https://new.acme.example"), { audit }) };
      await until(async () => (await countWaiting()) === 1);
      const queued = { ...waiting, later: inTransaction(pool, isStillPinned) };
      await until(async () => (await countWaiting()) === 2);
      return queued;
    });
    expect(await change).toEqual({ kind: "written", isNew: false });
    expect(await later).toBe(false);
  });

  test("a change does not wait for ever, and says for what it waited", async () => {
    const environmentId = await environmentOf();
    const { pool } = stack.database;
    const store = createIntegrationStore(pool, new Map(), quiet);
    const name = "frozen";
    const audit = { environmentId, actor: "usr_op", action: "integration.put", target: name } as const;
    const old = definition(name, "https://old.acme.example");
    await store.put(environmentId, old, { audit });
    await inTransaction(pool, async (client) => {
      await isPinned(client, environmentId, name, hostPinOf(old));
      await expect(store.put(environmentId, old, { audit })).rejects.toMatchObject({
        code: "conflict",
        detail: expect.stringContaining("try again in a few seconds"),
        retryAfterSeconds: 4,
      });
    });
    expect((await store.put(environmentId, old, { audit })).kind).toBe("written");
  });

  test("of a change of hosts and new accounts, whichever comes first, no account is made on hosts that it was not made for", async () => {
    const environmentId = await environmentOf();
    const { pool } = stack.database;
    const store = createIntegrationStore(pool, new Map(), quiet);
    const accounts = createAccountStore(pool);
    for (let round = 0; round < 8; round += 1) {
      const name = `race-${round}`;
      const audit = { environmentId, actor: "usr_op", action: "integration.put", target: name } as const;
      const [old, next] = [definition(name, "https://old.acme.example"), definition(name, "https://new.acme.example")];
      await store.put(environmentId, old, { audit });
      const make = (index: number) =>
        accounts.create(
          newAccount({ id: `ia_${name}_${index}`, environmentId, integrationName: name, pin: hostPinOf(old) }),
          [],
        );
      const [first, changed, second] = await Promise.allSettled([
        make(1),
        store.put(environmentId, next, { audit }),
        make(2),
      ]);
      const isMoved = changed.status === "fulfilled" && changed.value.kind === "written";
      const isMade = first.status === "fulfilled" || second.status === "fulfilled";
      expect(changed.status).toBe("fulfilled");
      expect(isMoved).toBe(!isMade);
    }
  });
});

describe("a release that changes a shipped definition", () => {
  const at = (tokenHost: string) =>
    new Map([
      ["shipped", integrationDocumentSchema.parse(exampleSource({ name: "shipped", config: { auth: { tokenHost } } }))],
    ]);
  const environmentIdOf = async (name: string): Promise<string> =>
    (await stack.database.pool.query("SELECT id FROM environment WHERE name = $1", [name])).rows[0].id;
  const hosts = "tokens https://old.acme.example, authorization https://old.acme.example";

  test("does not move live credentials to other hosts until an operator approves it, and says so", async () => {
    const environmentId = await environmentIdOf("staging");
    const { pool } = stack.database;
    const old = createIntegrationStore(pool, at("https://old.acme.example"), quiet);
    const pin = await old.pinHosts(environmentId, "shipped");
    expect(pin).toEqual({ format: "oauth2", hosts });
    if (pin === null) throw new Error("nothing was pinned");
    const account = await createAccountStore(pool).create(
      newAccount({ id: "ia_shipped", environmentId, integrationName: "shipped", pin }),
      [],
    );
    const integrations = createIntegrationStore(pool, at("https://new.acme.example"), quiet);
    await expect(findDefinition(integrations, account)).rejects.toMatchObject({
      code: "client_misconfigured",
      detail: expect.stringContaining("integrations approve-hosts shipped"),
      extensions: { reason: "hosts_changed" },
    });
    expect(await integrations.pinHosts(environmentId, "shipped")).toEqual(pin);
    const log = createRecordingLog();
    await settlePins({ integrations, log });
    expect(JSON.stringify(log.lines)).toContain("https://new.acme.example");
    // The definition from before, put over the catalogue, leads where it led.
    expect(await findDefinition(old, account)).toMatchObject({ pin });

    const approved = await integrations.approveHosts(environmentId, "shipped", {
      environmentId,
      actor: "command_line",
      action: "integration.hosts_approved",
      target: "shipped",
    });
    expect(approved).toMatchObject({
      pinned: pin,
      inForce: { hosts: expect.stringContaining("https://new.acme.example") },
    });
    expect((await findDefinition(integrations, account)).name).toBe("shipped");
    const { rows } = await pool.query("SELECT detail FROM audit_event WHERE action = 'integration.hosts_approved'");
    expect(rows).toEqual([{ detail: { before: hosts, hosts: expect.stringContaining("https://new.acme.example") } }]);
  });

  test("is used at once where nothing is at stake", async () => {
    const environmentId = await environmentIdOf("production");
    const { pool } = stack.database;
    await createIntegrationStore(pool, at("https://old.acme.example"), quiet).pinHosts(environmentId, "shipped");
    const integrations = createIntegrationStore(pool, at("https://new.acme.example"), quiet);
    const log = createRecordingLog();
    await settlePins({ integrations, log });
    const { pin } = (await integrations.find(environmentId, "shipped")) ?? { pin: null };
    expect(pin?.hosts).toContain("https://new.acme.example");
    expect(log.lines).toEqual([]);
  });

  test("is kept from a client's sealed secret as well", async () => {
    const environmentId = await environmentIdOf("production");
    const { pool } = stack.database;
    const old = createIntegrationStore(pool, at("https://old.acme.example"), quiet);
    const name = "shipped";
    await pool.query("DELETE FROM integration_hosts WHERE environment_id = $1 AND integration_name = $2", [
      environmentId,
      name,
    ]);
    await old.patchClient(
      environmentId,
      name,
      { id: "ei_shipped", callbackId: "callback-shipped" },
      { clientId: "c" },
      [],
    );
    await pool.query(
      "INSERT INTO sealed_secret (owner, field, environment_id, version, kid, sealed) VALUES ('ei_shipped', 'client_secret', $1, 1, 'k1', 'sealed')",
      [environmentId],
    );
    const pin = await old.pinHosts(environmentId, name);
    const integrations = createIntegrationStore(pool, at("https://new.acme.example"), quiet);
    expect(await integrations.pinHosts(environmentId, name)).toEqual(pin);
  });

  test("judges a change of choices by what live accounts chose, and by whether a secret is sealed", async () => {
    const environmentId = await environmentIdOf("production");
    const { pool } = stack.database;
    const name = "choosing";
    const choosing = (...values: string[]) =>
      integrationDocumentSchema.parse(
        exampleSource({
          name,
          inputs: [{ name: "region", label: "Region", options: values.map((value) => ({ value, label: value })) }],
          config: { auth: { tokenHost: "https://{region}.acme.example" } },
        }),
      );
    const store = createIntegrationStore(pool, new Map([[name, choosing("eu", "us")]]), quiet);
    const pin = await store.pinHosts(environmentId, name);
    if (pin === null) throw new Error("nothing was pinned");
    const account = await createAccountStore(pool).create(
      newAccount({ id: "ia_choosing", environmentId, integrationName: name, inputs: { region: "eu" }, pin }),
      [],
    );
    const audit = { environmentId, actor: "usr_op", action: "integration.put", target: name } as const;
    expect(await store.put(environmentId, choosing("us", "ca"), { audit })).toMatchObject({
      kind: "refused",
      cause: "hosts",
      liveAccounts: 1,
    });
    expect((await store.put(environmentId, choosing("eu", "ca"), { audit })).kind).toBe("written");
    await store.patchClient(environmentId, name, { id: "ei_choosing", callbackId: "callback-choosing" }, {}, []);
    await pool.query(
      "INSERT INTO sealed_secret (owner, field, environment_id, version, kid, sealed) VALUES ('ei_choosing', 'client_secret', $1, 1, 'k1', 'sealed')",
      [environmentId],
    );
    expect(await store.put(environmentId, choosing("eu", "ca", "au"), { audit })).toMatchObject({
      kind: "refused",
      cause: "secrets",
    });

    // The same in a release: accounts go on, and the operator is told which choice waits for a word.
    await pool.query("DELETE FROM integration WHERE environment_id = $1 AND name = $2", [environmentId, name]);
    const released = createIntegrationStore(pool, new Map([[name, choosing("eu", "ca", "au")]]), quiet);
    expect(await released.pinHosts(environmentId, name)).toEqual(hostPinOf(choosing("eu", "ca")));
    expect((await findDefinition(released, account)).name).toBe(name);
    const log = createRecordingLog();
    await settlePins({ integrations: released, log });
    expect(log.lines).toMatchObject([{ level: "warn", message: expect.stringContaining("choices") }]);
    await pool.query("DELETE FROM sealed_secret WHERE owner = 'ei_choosing'");
    expect(await released.pinHosts(environmentId, name)).toEqual(hostPinOf(choosing("eu", "ca", "au")));
    const narrowed = createIntegrationStore(pool, new Map([[name, choosing("ca")]]), quiet);
    expect(await narrowed.pinHosts(environmentId, name)).toEqual(hostPinOf(choosing("eu", "ca", "au")));
    await expect(findDefinition(narrowed, account)).rejects.toMatchObject({ code: "client_misconfigured" });
  });

  test("is told through the API, serves what is valid, and is asked again once it is approved on the command line", async () => {
    const name = "released";
    await stack.call("PUT", `/integrations/${name}`, definitionAt(name, before.origin));
    before.respondWith({ kind: "json", status: 200, body: tokens });
    const { body: account } = await importOwnClient(name);
    const asked = before.requests.length;
    // As if its credentials had been given for what the release before had in its place.
    await stack.database.pool.query(
      "UPDATE integration_hosts SET hosts = 'tokens https://old.example' WHERE integration_name = $1",
      [name],
    );
    const refused = await stack.call("POST", `/integrated-accounts/${account.id}/refresh`);
    expect([refused.status, refused.body.code, refused.body.reason]).toEqual([
      502,
      "client_misconfigured",
      "hosts_changed",
    ]);
    expect((await stack.call("GET", `/integrated-accounts/${account.id}/token`)).status).toBe(200);
    const connecting = await importOwnClient(name);
    expect([connecting.status, connecting.body.reason]).toEqual([502, "hosts_changed"]);
    expect(before.requests).toHaveLength(asked);
    const shown = await stack.call("GET", `/environment-integrations/${name}`);
    expect(shown.body.problem).toContain("https://old.example");
    expect((await stack.cli("integrations", "approve-hosts", name, "--environment", "production")).code).toBe(0);
    expect((await stack.call("POST", `/integrated-accounts/${account.id}/refresh`)).status).toBe(200);
    expect((await stack.call("GET", `/environment-integrations/${name}`)).body.problem).toBeNull();
  });

  test("is approved on the command line, where a name that is none is told", async () => {
    await stack.call("PUT", "/integrations/told", definitionAt("told", before.origin));
    const done = await stack.cli("integrations", "approve-hosts", "told", "--environment", "production", "--json");
    expect([done.code, JSON.parse(done.stdout)]).toMatchObject([
      0,
      { integration_name: "told", environment: "production" },
    ]);
    const none = await stack.cli("integrations", "approve-hosts", "nobody", "--environment", "production");
    expect(none.code).not.toBe(0);
  });
});
