import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createAuditReading } from "#adapters/postgres/audit-reading";
import type { DatabasePool } from "#adapters/postgres/pool";
import type { AuditFilter } from "#core/ports/audit-reading";
import { createAuditWorld, type AuditWorld } from "./audit-world.ts";

let world: AuditWorld;
const asked: { text: string; values: unknown[] }[] = [];
const rows = 120_000;

beforeAll(async () => {
  world = await createAuditWorld();
  // Two environments, two actors of which one is rare, four actions of which one is rare, and as many accounts as records.
  await world.database.pool.query(
    `INSERT INTO audit_event (id, at, environment_id, actor, action, target, account_id)
     SELECT 'aud_' || lpad(n::text, 24, '0'), now() - (${rows} - n) * interval '1 second', 'env_' || n % 2,
            CASE n % 5000 WHEN 0 THEN 'usr_rare' ELSE 'key_1' END,
            CASE WHEN n % 5000 < 2 THEN 'api_key.created' ELSE 'credential.' || n % 3 END, 't', 'ia_' || n
       FROM generate_series(1, ${rows}) n`,
  );
  await world.database.pool.query(
    `INSERT INTO audit_link (environment_id, seq, audit_id, audit_at, row_hash, hash, sealed_at)
     SELECT environment_id, row_number() OVER (PARTITION BY environment_id ORDER BY at), id, at, '\\x00', sha256(id::bytea), at
       FROM audit_event`,
  );
  await world.database.pool.query("ANALYZE audit_event; ANALYZE audit_link");
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
});

const listening = (): DatabasePool =>
  ({
    query: (query: { text: string; values: unknown[] }) => {
      asked.push(query);
      return world.pool.query(query);
    },
  }) as unknown as DatabasePool;

const everything: AuditFilter = {
  environmentId: "env_0",
  accountId: null,
  actor: null,
  action: null,
  from: null,
  to: null,
};
const hour = 3_600_000;

describe("a search", () => {
  test.each<[string, Partial<AuditFilter>]>([
    ["everything", {}],
    ["one account", { accountId: "ia_1000" }],
    ["a rare actor", { actor: "usr_rare" }],
    ["a rare action", { action: "api_key.created" }],
    ["a frequent actor and a rare action", { actor: "key_1", action: "api_key.created" }],
    ["an hour long ago", { from: new Date(Date.now() - 20 * hour), to: new Date(Date.now() - 19 * hour) }],
    ["a frequent action before yesterday", { action: "credential.1", to: new Date(Date.now() - 24 * hour) }],
    ["an actor that never was", { actor: "nobody" }],
  ])("for %s reads hardly more records than it shows", async (_, filter) => {
    asked.length = 0;
    const reading = createAuditReading(listening());
    const found = await reading.list({ ...everything, ...filter }, null, 51);
    expect(found.every(({ hash }) => hash !== null)).toBe(true);
    const last = found.at(-1)?.entry ?? { at: new Date(), id: "" };
    await reading.list({ ...everything, ...filter }, last, 51);
    for (const { text, values } of asked) {
      const plan = await world.pool.query(`EXPLAIN (ANALYZE, FORMAT JSON) ${text}`, values);
      expect(touched(plan.rows[0]["QUERY PLAN"][0].Plan)).toBeLessThan(1_000);
    }
    expect(asked).toHaveLength(2);
  });
});

interface Plan {
  readonly "Node Type": string;
  readonly "Actual Rows": number;
  readonly "Actual Loops": number;
  readonly "Rows Removed by Filter"?: number;
  readonly Plans?: readonly Plan[];
}

/** How many rows all scans of a plan looked at. */
function touched(plan: Plan): number {
  const own = plan["Node Type"].includes("Scan")
    ? (plan["Actual Rows"] + (plan["Rows Removed by Filter"] ?? 0)) * plan["Actual Loops"]
    : 0;
  return own + (plan.Plans ?? []).reduce((sum, one) => sum + touched(one), 0);
}
