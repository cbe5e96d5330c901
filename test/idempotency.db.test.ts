import { randomUUID } from "node:crypto";
import type pg from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createIdempotencyStore } from "#adapters/postgres/idempotency-store";
import { removeExpired } from "#adapters/postgres/housekeeping";
import { findFreePort } from "#scripts/ports";
import { startProcess } from "./start-process.ts";
import { makeKey } from "./make-key.ts";
import { expireToken, startStack, type Answer, type Stack } from "./start-stack.ts";

let stack: Stack;
/** Of the test that runs. */
let key: string;

beforeAll(async () => {
  stack = await startStack({ apis: 2 });
});
afterAll(async () => {
  await stack[Symbol.asyncDispose]();
});
beforeEach(() => {
  key = `"${randomUUID()}"`;
});

type Options = NonNullable<Parameters<Stack["call"]>[3]>;

const post = async (path: string, body: unknown, options: Options = {}): Promise<Answer> =>
  await stack.call("POST", path, body, { ...options, headers: { "idempotency-key": key, ...options.headers } });

const link = (tenant: string) => ({ tenant_id: tenant, integration_name: "acme-crm" });
const tokens = (tenant: string) => ({
  integration_name: "acme-crm",
  tenant_id: tenant,
  credentials: { oauth2: { access_token: "at-imported", refresh_token: "rt-imported", expires_in: 3600 } },
});

async function count(table: "link_token" | "integrated_account", tenant: string): Promise<number> {
  const { rows } = await stack.database.pool.query<{ n: number }>(
    `SELECT count(*)::int AS n FROM ${table} WHERE tenant_id = $1`,
    [tenant],
  );
  return rows[0]?.n ?? -1;
}

describe("the same request with the same key", () => {
  test("is answered as the first time, secrets and all, by every process", async () => {
    const first = await post("/link-tokens", link("same"));
    const again = await post("/link-tokens", link("same"), { api: 1 });
    expect(first.status).toBe(201);
    expect(first.headers.get("idempotency-replayed")).toBeNull();
    expect(again).toMatchObject({ status: 201, body: first.body });
    expect(again.headers.get("idempotency-replayed")).toBe("true");
    expect(again.headers.get("content-type")).toBe(first.headers.get("content-type"));
    expect(again.headers.get("cache-control")).toBe("no-store");
    expect(again.headers.get("x-request-id")).not.toBe(first.headers.get("x-request-id"));
    expect(await count("link_token", "same")).toBe(1);
  });

  test("is one, with quotes or without", async () => {
    const first = await post("/link-tokens", link("bare"));
    const again = await post("/link-tokens", link("bare"), { headers: { "idempotency-key": key.slice(1, -1) } });
    expect(again.body).toEqual(first.body);
  });

  test("four times at once, on two processes, makes one account and one link", async () => {
    for (const [path, body, table] of [
      ["/integrated-accounts", tokens("race"), "integrated_account"],
      ["/link-tokens", link("race"), "link_token"],
    ] as const) {
      for (let round = 0; round < 10; round += 1) {
        key = randomUUID();
        const answers = await Promise.all([0, 1, 0, 1].map((api) => post(path, body, { api })));
        const made = answers.filter((one) => one.status === 201);
        expect(made.length).toBeGreaterThanOrEqual(1);
        for (const one of made) expect(one.body).toEqual(made[0]?.body);
        for (const one of answers.filter((other) => other.status !== 201)) {
          expect(one).toMatchObject({ status: 409, body: { code: "conflict" } });
          expect(Number(one.headers.get("retry-after"))).toBeGreaterThan(0);
        }
        expect((await post(path, body)).body).toEqual(made[0]?.body);
        expect(await count(table, "race")).toBe(round + 1);
      }
    }
  });

  test("refreshes once", async () => {
    const account = await stack.connect("refresh", "ada");
    const first = await post(`/integrated-accounts/${account.id}/refresh`, undefined);
    expect(first).toMatchObject({ status: 200, body: { credential_version: 2 } });
    expect((await post(`/integrated-accounts/${account.id}/refresh`, undefined)).body).toEqual(first.body);
    expect((await stack.call("GET", `/integrated-accounts/${account.id}`)).body.credential_version).toBe(2);
  });

  test("is a new one a day later, and housekeeping has taken the answer away", async () => {
    const first = await post("/link-tokens", link("day"));
    const age = (hours: number) =>
      stack.database.pool.query("UPDATE idempotency_record SET created_at = now() - make_interval(hours => $1)", [
        hours,
      ]);
    await age(23);
    await removeExpired(stack.database.pool);
    expect((await post("/link-tokens", link("day"))).body).toEqual(first.body);
    await age(25);
    const next = await post("/link-tokens", link("day"));
    expect(next.status).toBe(201);
    expect(next.headers.get("idempotency-replayed")).toBeNull();
    expect(next.body.link_token).not.toBe(first.body.link_token);
    expect(await count("link_token", "day")).toBe(2);
    await age(25);
    await removeExpired(stack.database.pool);
    expect((await stack.database.pool.query("SELECT FROM idempotency_record")).rowCount).toBe(0);
  });
});

describe("a key", () => {
  test("belongs to one request: another body or address is refused and does nothing", async () => {
    await post("/link-tokens", link("first"));
    for (const [path, body] of [
      ["/link-tokens", link("second")],
      ["/link-tokens", JSON.stringify(link("first"), null, 1)],
      ["/integrated-accounts", tokens("second")],
    ] as const) {
      expect(await post(path, body)).toMatchObject({
        status: 422,
        body: { code: "invalid_request", errors: [{ pointer: "Idempotency-Key" }] },
      });
    }
    expect(await count("link_token", "second")).toBe(0);
    expect(await count("integrated_account", "second")).toBe(0);
  });

  test("belongs to one caller of one environment", async () => {
    const make = async (environment: string) => (await makeKey(stack, "--environment", environment)).key;
    const first = await post("/link-tokens", link("scope"));
    const other = await post("/link-tokens", link("scope"), { key: await make("production") });
    expect(other.status).toBe(201);
    expect(other.body.link_token).not.toBe(first.body.link_token);
    const staging = await post("/link-tokens", link("scope"), { key: await make("staging") });
    expect(staging).toMatchObject({ status: 422, body: { errors: [{ pointer: "/integration_name" }] } });
  });

  test("is free again when its request was refused, and may carry the mended one", async () => {
    expect((await post("/link-tokens", { ...link("mended"), return_url: "https://nowhere.example/" })).status).toBe(
      422,
    );
    expect((await post("/link-tokens", link("mended"))).status).toBe(201);
  });

  test("leaves nothing behind whose request was refused, however many there are", async () => {
    const records = async () => (await stack.database.pool.query("SELECT FROM idempotency_record")).rowCount;
    const before = await records();
    for (let index = 0; index < 5; index += 1) {
      key = randomUUID();
      expect((await post("/link-tokens", { tenant_id: "refused", unknown: index })).status).toBe(422);
    }
    expect(await records()).toBe(before);
  });

  test("that a process took over and refused keeps its ids: the one before may have made something", async () => {
    const { pool } = stack.database;
    const store = createIdempotencyStore(pool);
    const { rows } = await pool.query<{ id: string }>("SELECT id FROM environment WHERE name = 'production'");
    const request = {
      digest: Buffer.from("left"),
      environmentId: rows[0]?.id ?? "",
      fingerprint: Buffer.from("request"),
      leaseSeconds: 30,
    };
    const begin = async (id: string) => {
      const begun = await store.begin({ ...request, id });
      if (begun.kind !== "begun") throw new Error(begun.kind);
      return begun.run;
    };
    const left = await begin("idm_first");
    await pool.query("UPDATE idempotency_record SET lease_until = now() - interval '1 second' WHERE id = $1", [
      left.id,
    ]);
    const second = await begin("idm_second");
    // The late one has no say any more.
    await store.release(left, "free");
    expect(await store.begin({ ...request, id: "idm_other" })).toEqual({ kind: "running" });
    await store.release(second, "free");
    expect((await begin("idm_third")).id).toBe(left.id);
  });

  test.each(['""', '"a", "b"', "two words", "ü", "x".repeat(256), '"a'])("is not %s", async (header) => {
    const answer = await post("/link-tokens", link("form"), {
      headers: { "idempotency-key": Buffer.from(header, "utf8").toString("latin1") },
    });
    expect(answer).toMatchObject({ status: 400, body: { errors: [{ pointer: "Idempotency-Key" }] } });
    expect(await count("link_token", "form")).toBe(0);
  });

  test("counts for nothing where nothing is made", async () => {
    const headers = { "idempotency-key": "nothing" };
    for (const path of ["/environment", "/integrations"]) {
      const answer = await stack.call("GET", path, undefined, { headers });
      expect(answer.headers.get("idempotency-replayed")).toBeNull();
      expect(answer.status).toBe(200);
    }
  });

  test("and what was answered to it stand nowhere in the clear", async () => {
    const { body } = await post("/link-tokens", link("sealed"));
    const { rows } = await stack.database.pool.query<{ row: string; sealed: Buffer }>(
      "SELECT r::text AS row, sealed FROM idempotency_record r WHERE sealed IS NOT NULL",
    );
    expect(rows.length).toBeGreaterThan(0);
    for (const { row, sealed } of rows) {
      expect(row).not.toContain(key.slice(1, -1));
      expect(`${row}${sealed.toString("latin1")}`).not.toContain(body.link_token.slice(3));
    }
    await post("/link-tokens", link("sealed"));
    const { rows: audit } = await stack.database.pool.query(
      "SELECT action FROM audit_event WHERE detail ->> 'field' = 'idempotent_answer' AND target = (SELECT id FROM idempotency_record ORDER BY created_at DESC LIMIT 1) ORDER BY at",
    );
    expect(audit.map((one) => one.action)).toEqual(["secret.sealed", "secret.opened"]);
  });

  test("whose answer was put into another row opens nothing", async () => {
    await post("/link-tokens", link("mine"));
    const mine = key;
    key = randomUUID();
    await post("/link-tokens", link("mine"));
    await stack.database.pool.query(
      `UPDATE idempotency_record SET sealed = (SELECT sealed FROM idempotency_record ORDER BY created_at DESC LIMIT 1),
         fingerprint = fingerprint WHERE id = (SELECT id FROM idempotency_record ORDER BY created_at DESC OFFSET 1 LIMIT 1)`,
    );
    key = mine;
    expect(await post("/link-tokens", link("mine"))).toMatchObject({
      status: 500,
      body: { code: "sealed_value_invalid" },
    });
  });
});

test("every POST of the document takes the key", async () => {
  const { body } = await stack.call("GET", "/openapi.json");
  const posts = Object.entries(body.paths as Record<string, Record<string, { parameters?: { name: string }[] }>>)
    .filter(([path, methods]) => methods["post"] !== undefined && !path.startsWith("/proxy/"))
    .map(([path, methods]) => [path, methods["post"]?.parameters?.map((one) => one.name) ?? []] as const);
  expect(posts.length).toBeGreaterThanOrEqual(5);
  for (const [path, names] of posts) expect(names, path).toContain("Idempotency-Key");
});

describe("a process that is killed", () => {
  /** Holds every statement of the database that writes there, until it is let go: the window in which the process dies. */
  async function holdWrites(table: string, when: string) {
    const { pool } = stack.database;
    const holder: pg.PoolClient = await pool.connect();
    await holder.query("SELECT pg_advisory_lock(4711)");
    await holder.query(`
      CREATE OR REPLACE FUNCTION hold_writes() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN PERFORM pg_advisory_lock_shared(4711); PERFORM pg_advisory_unlock_shared(4711); RETURN NEW; END $$;
      CREATE TRIGGER hold_writes BEFORE INSERT OR UPDATE ON ${table} FOR EACH ROW WHEN (${when}) EXECUTE FUNCTION hold_writes()`);
    return {
      arrived: async () => {
        const waiting = "SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted";
        while ((await pool.query(waiting)).rowCount === 0) await new Promise((resolve) => setTimeout(resolve, 20));
      },
      release: async () => {
        await holder.query("SELECT pg_advisory_unlock(4711)");
        await holder.query(`DROP TRIGGER hold_writes ON ${table}`);
        holder.release();
      },
      letGo: async () => {
        // The dead one's transaction ends with its connection, as it would without the hold.
        await pool.query("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted");
        await holder.query("SELECT pg_advisory_unlock(4711)");
        await holder.query(`DROP TRIGGER hold_writes ON ${table}`);
        holder.release();
      },
    };
  }

  /** One api more, which may be killed. */
  async function startThird() {
    const port = await findFreePort();
    const process = await startProcess("api/main.ts", { ...stack.env, PORT: String(port) });
    return {
      post: async (path: string, body: unknown): Promise<{ status: number; body: unknown }> => {
        const response = await fetch(`http://127.0.0.1:${port}/api/v1${path}`, {
          method: "POST",
          headers: {
            authorization: `Bearer ${stack.apiKey}`,
            "idempotency-key": key,
            ...(body === undefined ? {} : { "content-type": "application/json" }),
          },
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        });
        return { status: response.status, body: await response.json() };
      },
      kill: process.kill,
      [Symbol.asyncDispose]: process.kill,
    };
  }

  const endLeases = () =>
    stack.database.pool.query(
      "UPDATE idempotency_record SET lease_until = now() - interval '1 second' WHERE lease_until IS NOT NULL",
    );

  test.each([
    ["after the link, before its answer is kept", "idempotency_record", "NEW.sealed IS NOT NULL", "/link-tokens"],
    [
      "after the import, before its answer is kept",
      "idempotency_record",
      "NEW.sealed IS NOT NULL",
      "/integrated-accounts",
    ],
    ["between an account and its tokens", "sealed_credential", "true", "/integrated-accounts"],
  ])("%s, makes no second one", async (window, table, when, path) => {
    const body = path === "/link-tokens" ? link(window) : tokens(window);
    await using third = await startThird();
    const hold = await holdWrites(table, when);
    const cut = third.post(path, body).catch(() => null);
    await hold.arrived();
    await third.kill();
    expect(await cut).toBeNull();
    await hold.letGo();
    // Nobody else takes it over before it can be dead.
    expect(await post(path, body)).toMatchObject({ status: 409, body: { code: "conflict" } });
    await endLeases();
    const next = await post(path, body);
    expect(next.status).toBe(201);
    expect(await count(path === "/link-tokens" ? "link_token" : "integrated_account", window)).toBe(1);
    expect(await post(path, body, { api: 1 })).toMatchObject({ status: 201, body: next.body });
    if (path === "/link-tokens") {
      expect((await stack.walk(next.body.url, "ada")).status).toBe("connected");
    } else {
      const token = await stack.call("GET", `/integrated-accounts/${next.body.id}/token`);
      expect(token.body).toMatchObject({ access_token: "at-imported", credential_version: 1 });
      const { rows } = await stack.database.pool.query(
        "SELECT action FROM audit_event WHERE account_id = $1 AND action = 'account.created'",
        [next.body.id],
      );
      expect(rows).toHaveLength(1);
    }
  });

  test("after a refresh does not refresh again", async () => {
    const account = await stack.connect("killed-refresh", "ada");
    await expireToken(stack.database, account.id);
    const path = `/integrated-accounts/${account.id}/refresh`;
    await using third = await startThird();
    const hold = await holdWrites("idempotency_record", "NEW.sealed IS NOT NULL");
    const cut = third.post(path, undefined).catch(() => null);
    await hold.arrived();
    await third.kill();
    await cut;
    await hold.letGo();
    await endLeases();
    expect(await post(path, undefined)).toMatchObject({ status: 200, body: { credential_version: 2 } });
  });

  test("while the answer of another run is kept, tells nothing of its own", async () => {
    await using third = await startThird();
    const hold = await holdWrites("link_token", "true");
    const slow = third.post("/link-tokens", link("frozen"));
    await hold.arrived();
    await endLeases();
    await stack.database.pool.query(
      "UPDATE idempotency_record SET run = run + 1, lease_until = now() + interval '1 minute' WHERE lease_until IS NOT NULL",
    );
    await hold.release();
    expect(await slow).toMatchObject({ status: 409, body: { code: "conflict" } });
    await endLeases();
    expect((await post("/link-tokens", link("frozen"))).status).toBe(201);
    expect(await count("link_token", "frozen")).toBe(1);
  });
});
