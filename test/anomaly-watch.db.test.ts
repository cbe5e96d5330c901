// The watch on a real database: each record of the chain counts once, and what rings is written with it.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createAnomalyStore, findWatchState } from "#adapters/postgres/anomaly-store";
import { createCallerNetworks } from "#adapters/postgres/caller-networks";
import { createCallerWatch } from "#adapters/postgres/caller-watch";
import { createKeyStops } from "#adapters/postgres/key-stops";
import { hourMs } from "#core/domain/anomaly/activity";
import { patchAnomalyPolicy, type AnomalyPolicyPatch } from "#core/domain/anomaly/anomaly-policy";
import { judgeLook, pastsNeeded } from "#core/domain/anomaly/judge-look";
import { mostNetworks } from "#core/domain/anomaly/judge-network";
import type { Rung } from "#core/ports/caller-watch";
import { createAuditWorld, openPool, type AuditWorld } from "./audit-world.ts";

const key = "key_aaaaaaaaaaaaaaaaaaaaaaaa";
const other = "key_bbbbbbbbbbbbbbbbbbbbbbbb";

let world: AuditWorld;
let environmentId: string;

beforeAll(async () => {
  world = await createAuditWorld();
  environmentId = (await world.pool.query("SELECT id FROM environment WHERE name = 'production'")).rows[0].id;
  for (let index = 0; index < 60; index += 1) await makeAccount(`ia_${index}`, `tenant-${index}`, "acme-crm");
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
});
beforeEach(async () => {
  await world.seal();
  // What other tests wrote is read, and forgotten.
  const watch = createCallerWatch(world.pool);
  while ((await lookWith(watch)).length > 0);
  await world.pool.query(
    "TRUNCATE watched_caller, caller_hour, caller_network, integration_hour, anomaly, anomaly_policy, mass_failure, api_key CASCADE",
  );
  await world.pool.query("DELETE FROM event");
  await makeKey(key);
  await makeKey(other);
});

async function makeAccount(id: string, tenantId: string, integrationName: string, status = "active"): Promise<void> {
  await world.pool.query(
    `INSERT INTO integrated_account (id, environment_id, tenant_id, integration_name, status) VALUES ($1, $2, $3, $4, $5)`,
    [id, environmentId, tenantId, integrationName, status],
  );
}

async function makeKey(id: string, createdAt = new Date()): Promise<void> {
  await world.pool.query(
    `INSERT INTO api_key (id, environment_id, name, digest, last_four, permissions, created_by, created_at)
     VALUES ($1, $2, 'Backend', $3, 'x7Qp', '{tokens:read}', 'test', $4)`,
    [id, environmentId, Buffer.from(id), createdAt],
  );
}

/** A key of which ten days are known, at this many a minute. */
async function teachPast(caller: string, perMinute: number): Promise<void> {
  const now = Math.floor(Date.now() / hourMs);
  for (let day = 1; day <= 10; day += 1) {
    for (let beside = -1; beside <= 1; beside += 1) {
      await world.pool.query(
        "INSERT INTO caller_hour (environment_id, caller, hour, reads, tenants, peak_reads, peak_tenants) VALUES ($1, $2, $3, $4, 2, $5, 2)",
        [environmentId, caller, new Date((now - 24 * day + beside) * hourMs), 60 * perMinute, perMinute],
      );
    }
  }
}

const read = (count: number, actor = key, more: object = {}) =>
  world.write(count, { environmentId, actor, detail: { field: "token_set", purpose: "token_read" }, ...more });

async function lookWith(watch: ReturnType<typeof createCallerWatch>): Promise<readonly Rung[]> {
  const result = await watch.look(environmentId, pastsNeeded, judgeLook);
  return result.kind === "looked" ? result.rung : [];
}
/** As a process does that has just started. */
const look = () => lookWith(createCallerWatch(world.pool));
const rows = async (text: string, values: unknown[] = []) => (await world.pool.query(text, values)).rows;
const changePolicy = (patch: AnomalyPolicyPatch) =>
  createAnomalyStore(world.pool).changePolicy(environmentId, "usr_1", (before) => patchAnomalyPolicy(before, patch));
const kinds = (rung: readonly Rung[]): string[] => rung.map(({ anomaly }) => anomaly.kind);

describe("what is counted", () => {
  test("is each sealed record once, whoever looks, at the same time and after a crash", async () => {
    await read(40);
    expect(await look()).toEqual([]);
    expect(await rows("SELECT * FROM caller_hour")).toEqual([]);
    await world.seal();
    const watch = createCallerWatch(world.pool);
    const crash = watch.look(environmentId, pastsNeeded, () => {
      throw new Error("the process died");
    });
    await expect(crash).rejects.toThrow("the process died");
    const second = openPool(world.database);
    await Promise.all([look(), lookWith(watch), lookWith(createCallerWatch(second)), look()]);
    await second.end();
    await read(20);
    await world.seal();
    await look();
    await look();
    const counted = await rows("SELECT sum(reads)::int AS reads, max(peak_reads) AS peak FROM caller_hour");
    expect(counted[0].reads).toBe(60);
    expect(await rows("SELECT caller FROM watched_caller")).toEqual([{ caller: key }]);
    expect((await findWatchState(world.pool)).behindLinks).toBe(0);
  });

  test("is by caller, with its tenants, and neither samples nor other secrets", async () => {
    await read(30);
    await read(10, other);
    await read(50, key, { detail: { field: "token_set", purpose: "rewrap_sample" }, actor: "worker" });
    await read(5, key, {
      action: "secret.opened",
      detail: { field: "client_secret", purpose: "client_authentication" },
    });
    await world.seal();
    expect(await look()).toEqual([]);
    const counted = await rows(
      "SELECT caller, sum(reads)::int AS reads, max(tenants) AS tenants FROM caller_hour GROUP BY 1 ORDER BY 1",
    );
    expect(counted.map(({ caller, reads }) => [caller, reads])).toEqual([
      [key, 30],
      [other, 10],
    ]);
    // The minute may have changed between; the hour seldom, and then both have some.
    expect(counted[0].tenants).toBeGreaterThan(counted[1].tenants);
  });

  test("of a backlog is judged half a day at a time, so that the days before are counted when they are compared with", async () => {
    await read(30, other);
    await world.seal();
    await world.tamper(
      "ALTER TABLE audit_link DISABLE TRIGGER USER",
      `UPDATE audit_link SET audit_at = audit_at - interval '26 hours' WHERE seq > (SELECT seq FROM anomaly_cursor WHERE environment_id = '${environmentId}')`,
      `UPDATE audit_event e SET at = l.audit_at FROM audit_link l WHERE l.audit_id = e.id AND l.audit_at < e.at - interval '25 hours'`,
      "ALTER TABLE audit_link ENABLE TRIGGER USER",
    );
    await read(10, other);
    await world.seal();
    const watch = createCallerWatch(world.pool);
    const counts: number[] = [];
    for (const hasMore of [true, false]) {
      expect(await watch.look(environmentId, pastsNeeded, judgeLook)).toMatchObject({ kind: "looked", hasMore });
      counts.push((await rows("SELECT sum(reads)::int AS n FROM caller_hour"))[0].n);
    }
    expect(counts).toEqual([30, 40]);
  });

  test("reaches back to the beginning of a short chain, and to nothing of a long one", async () => {
    const { seq } = (await rows("SELECT seq::int FROM audit_chain WHERE environment_id = $1", [environmentId]))[0];
    await rows("DELETE FROM anomaly_cursor");
    await look();
    expect(await rows("SELECT seq::int FROM anomaly_cursor")).toEqual([{ seq }]);
    await rows("DELETE FROM anomaly_cursor");
    await rows("UPDATE audit_chain SET seq = 1000000 WHERE environment_id = $1", [environmentId]);
    await look();
    expect(await rows("SELECT seq::int FROM anomaly_cursor")).toEqual([{ seq: 1_000_000 }]);
    await rows("UPDATE audit_chain SET seq = $2 WHERE environment_id = $1", [environmentId, seq]);
    await rows("UPDATE anomaly_cursor SET seq = $1", [seq]);
  });
});

describe("a jump", () => {
  test("rings once, with its event, for two processes that look at the same time", async () => {
    await teachPast(key, 3);
    await read(300);
    await world.seal();
    const rung = (await Promise.all([look(), look(), look()])).flat();
    expect(kinds(rung)).toEqual(["decrypt_rate", "tenant_spread"]);
    await read(300);
    await world.seal();
    expect(await look()).toEqual([]);
    const events = await rows("SELECT event_type, payload FROM event ORDER BY payload ->> 'kind'");
    expect(events).toHaveLength(2);
    expect(events[0]).toMatchObject({
      event_type: "security:anomaly",
      payload: {
        kind: "decrypt_rate",
        caller: key,
        caller_name: "Backend",
        key_stopped: false,
        usual: 3,
        bound: 60,
        window_seconds: 60,
        anomaly_id: rung[0]?.anomaly.id,
      },
    });
    expect(events[0].payload.summary).toContain(`Backend (${key}) opened 300 credentials of`);
    const [listed] = await createAnomalyStore(world.pool).list(environmentId, {
      state: "unacknowledged",
      kind: "decrypt_rate",
      limit: 10,
      before: null,
    });
    expect(listed).toMatchObject({ caller: { id: key, name: "Backend", key: { lastFour: "x7Qp", stoppedAt: null } } });
    expect(listed?.measured?.observed).toBeGreaterThanOrEqual(300);
  });

  test("stops the key where so configured, with its audit record, and not again in the same episode", async () => {
    await changePolicy({ stopOn: ["decrypt_rate"] });
    await teachPast(key, 3);
    await read(300);
    await world.seal();
    const rung = await look();
    expect(rung.map(({ hasStopped }) => hasStopped)).toEqual([true, false]);
    const stops = createKeyStops(world.pool);
    expect(await stops.find(environmentId, key)).toMatchObject({ stoppedBy: "worker" });
    expect(await stops.find(environmentId, other)).toMatchObject({ stoppedAt: null });
    const records = await rows(
      "SELECT actor, detail FROM audit_event WHERE action = 'api_key.stopped' AND target = $1",
      [key],
    );
    expect(records).toEqual([{ actor: "worker", detail: { anomaly: rung[0]?.anomaly.id } }]);
    expect(await stops.restart(environmentId, key, "usr_1")).toBe(true);
    await read(50);
    await world.seal();
    expect(await look()).toEqual([]);
    expect(await stops.find(environmentId, key)).toMatchObject({ stoppedAt: null });
  });

  test("is acknowledged once, by whoever came first", async () => {
    await teachPast(key, 3);
    await read(300);
    await world.seal();
    const id = (await look())[0]?.anomaly.id ?? "";
    const anomalies = createAnomalyStore(world.pool);
    expect((await findWatchState(world.pool)).unacknowledged).toBe(2);
    expect(await anomalies.acknowledge(environmentId, id, "usr_1")).toBe(true);
    expect(await anomalies.acknowledge(environmentId, id, "usr_2")).toBe(true);
    expect(await anomalies.acknowledge("env_2", id, "usr_2")).toBe(false);
    expect(await anomalies.find(environmentId, id)).toMatchObject({ acknowledgedBy: "usr_1" });
    expect(
      await rows("SELECT actor FROM audit_event WHERE action = 'anomaly.acknowledged' AND target = $1", [id]),
    ).toEqual([{ actor: "usr_1" }]);
    expect((await findWatchState(world.pool)).unacknowledged).toBe(1);
  });

  test("is over when it was quiet for long enough, and the next one is another", async () => {
    await teachPast(key, 3);
    await read(300);
    await world.seal();
    await look();
    await rows("UPDATE anomaly SET last_at = last_at - interval '20 minutes'");
    await look();
    expect(await rows("SELECT kind FROM anomaly WHERE ended_at IS NULL")).toEqual([]);
    await read(300);
    await world.seal();
    expect(kinds(await look())).toEqual(["decrypt_rate", "tenant_spread"]);
  });
});

describe("a key", () => {
  test("that rested rings by what the audit log has of it, also from before it was watched", async () => {
    await rows("UPDATE api_key SET created_at = now() - interval '200 days'");
    // Somebody tried this one from elsewhere: that is no use of it.
    await read(1, key, { action: "api_key.refused" });
    await read(1, other);
    await world.tamper(
      `UPDATE audit_event SET at = at - interval '3 days' WHERE actor = '${other}' OR action = 'api_key.refused'`,
    );
    await read(1, key);
    await read(1, other);
    await world.seal();
    const rung = await look();
    expect(rung.map(({ anomaly }) => [anomaly.kind, anomaly.subject])).toEqual([["dormant_key", key]]);
    expect(rung[0]?.anomaly.detail).toMatchObject({ unused_days: 200, is_first_use: true });
    await read(1, key);
    await world.seal();
    await rows("UPDATE watched_caller SET last_seen_at = last_seen_at - interval '2 days'");
    expect(await look()).toEqual([]);
  });

  test("from a network that it never came from rings, and is counted from anywhere", async () => {
    const networks = createCallerNetworks(world.pool);
    networks.note(environmentId, key, "203.0.113.7");
    networks.note(environmentId, key, "203.0.113.8");
    await networks.flush();
    expect(kinds(await look())).toEqual([]);
    await rows("UPDATE caller_network SET first_seen_at = now() - interval '9 days'");
    networks.note(environmentId, key, "198.51.100.1");
    networks.note(environmentId, key, "203.0.113.9");
    await networks.flush();
    const rung = await look();
    expect(rung.map(({ anomaly }) => [anomaly.kind, anomaly.detail["network"]])).toEqual([
      ["new_network", "198.51.100.0/24"],
    ]);
    // Another process, which knows nothing of it yet, makes no second one.
    const elsewhere = createCallerNetworks(world.pool);
    elsewhere.note(environmentId, key, "198.51.100.2");
    await elsewhere.flush();
    expect(await look()).toEqual([]);
    expect(await rows("SELECT count(*)::int AS n FROM caller_network")).toEqual([{ n: 2 }]);
  });

  test("from ever new networks takes no more than its rows", async () => {
    const networks = createCallerNetworks(world.pool);
    const elsewhere = createCallerNetworks(world.pool);
    for (let index = 0; index < 200; index += 1) networks.note(environmentId, key, `10.0.${index}.1`);
    for (let index = 0; index < 10; index += 1) networks.note(environmentId, other, `10.0.${index}.1`);
    await networks.flush();
    for (let index = 40; index < 250; index += 1) elsewhere.note(environmentId, key, `10.0.${index}.1`);
    await elsewhere.flush();
    expect(await rows("SELECT caller, count(*)::int AS n FROM caller_network GROUP BY 1 ORDER BY 1")).toEqual([
      { caller: key, n: mostNetworks },
      { caller: other, n: 10 },
    ]);
  });

  test("that comes from one address for months keeps its network, and makes room for another when it moves", async () => {
    let now = 0;
    const networks = createCallerNetworks(world.pool, () => now);
    const noteAt = async (hours: number, address: string) => {
      now = hours * hourMs;
      networks.note(environmentId, key, address);
      await networks.flush();
    };
    await noteAt(0, "203.0.113.7");
    const age = "UPDATE caller_network SET last_seen_at = now() - interval '40 minutes'";
    const isFresh = "SELECT bool_and(last_seen_at > now() - interval '10 minutes') AS is FROM caller_network";
    await rows(age);
    await noteAt(0.5, "203.0.113.7");
    expect(await rows(isFresh)).toEqual([{ is: false }]);
    await noteAt(1, "203.0.113.7");
    expect(await rows(isFresh)).toEqual([{ is: true }]);
    for (let index = 0; index < mostNetworks; index += 1) await noteAt(2, `10.0.${index}.1`);
    await rows("DELETE FROM caller_network");
    await noteAt(3, "198.51.100.1");
    expect(await rows("SELECT network FROM caller_network")).toEqual([]);
    await noteAt(30, "198.51.100.2");
    expect(await rows("SELECT network FROM caller_network")).toEqual([{ network: "198.51.100.0/24" }]);
  });
});

test("an opening that no code of ours makes rings, and names its record", async () => {
  await read(1, "worker", { detail: { field: "token_set", purpose: "token_read" } });
  await read(1, key, { action: "secret.opened", detail: { field: "client_secret", purpose: "because" } });
  await world.seal();
  const rung = new Map((await look()).map(({ anomaly }) => [anomaly.subject, anomaly]));
  // Records of one millisecond are looked at in either order.
  expect([...rung.values()].map(({ kind }) => kind)).toEqual(["unknown_path", "unknown_path"]);
  for (const actor of ["worker", key])
    expect(
      await rows("SELECT actor FROM audit_event WHERE id = $1", [rung.get(actor)?.detail["audit_event_id"]]),
    ).toEqual([{ actor }]);
});

describe("customers who leave", () => {
  const leave = (from: number, to: number) =>
    Promise.all(
      Array.from({ length: to - from }, (_, index) => {
        const id = `ia_${from + index}`;
        const detail = { from: "active", to: "needs_reauth" };
        const moved = {
          environmentId,
          actor: "worker",
          action: "account.transitioned",
          target: id,
          accountId: id,
          detail,
        };
        return world.write(1, moved as Parameters<typeof world.write>[1]);
      }),
    );

  test("ring above their integration's past, with an event of their own", async () => {
    await leave(0, 9);
    await world.seal();
    expect(await look()).toEqual([]);
    await leave(9, 12);
    await world.seal();
    const rung = await look();
    expect(rung.map(({ anomaly }) => [anomaly.kind, anomaly.subject])).toEqual([["needs_reauth_spike", "acme-crm"]]);
    expect(await rows("SELECT event_type, payload FROM event")).toMatchObject([
      {
        event_type: "environment:needs_reauth_spike",
        payload: { integration_name: "acme-crm", observed: 12, usual: 0, window_seconds: 86_400 },
      },
    ]);
  });

  test("ring for nothing while the guard holds accounts, or just after the decision (R26)", async () => {
    await rows(
      "INSERT INTO mass_failure (environment_id, integration_name, started_at) VALUES ($1, 'acme-crm', now())",
      [environmentId],
    );
    await leave(0, 20);
    await world.seal();
    expect(await look()).toEqual([]);
    await rows("UPDATE mass_failure SET started_at = NULL, decision = 'confirm', decided_at = now()");
    await leave(20, 40);
    await world.seal();
    expect(await look()).toEqual([]);
  });

  test("ring for nothing where as many leave every day", async () => {
    for (const day of [1, 2, 3]) {
      await rows(
        "INSERT INTO integration_hour (environment_id, integration_name, hour, departed) VALUES ($1, 'acme-crm', date_trunc('hour', now() - make_interval(days => $2)), 20)",
        [environmentId, day],
      );
    }
    await leave(0, 30);
    await world.seal();
    expect(await look()).toEqual([]);
  });
});

test("what is too old to tell anything goes", async () => {
  await rows(
    `INSERT INTO caller_hour SELECT $1, $2, now() - make_interval(days => d), 1, 1, 1, 1 FROM unnest(ARRAY[1, 29, 31]) d`,
    [environmentId, key],
  );
  await rows(
    `INSERT INTO caller_network (environment_id, caller, network, last_seen_at) VALUES ($1, $2, '10.0.0.0/24', now() - interval '91 days')`,
    [environmentId, key],
  );
  await createCallerWatch(world.pool).forget();
  expect(await rows("SELECT count(*)::int AS n FROM caller_hour")).toEqual([{ n: 2 }]);
  expect(await rows("SELECT * FROM caller_network")).toEqual([]);
});

test("the policy of an environment is changed under its lock, with what is in force in the record", async () => {
  await Promise.all([changePolicy({ factor: 5 }), changePolicy({ dormantDays: 7 }), changePolicy({ stopOn: [] })]);
  const policy = await createAnomalyStore(world.pool).policy(environmentId);
  expect(policy).toMatchObject({ factor: 5, dormantDays: 7, stopOn: [] });
  const records = await rows(
    "SELECT detail FROM audit_event WHERE action = 'anomaly.policy_changed' ORDER BY at DESC LIMIT 1",
  );
  expect(JSON.parse(records[0].detail.changes)).toEqual({ factor: 5, dormantDays: 7, stopOn: [] });
});
