import { afterEach, beforeEach, expect, test } from "vitest";
import { createAuditWorld, type AuditWorld } from "#test/audit-world";
import { createSteppedClock } from "#test/fakes/stepped-clock";
import { keepSealing } from "./keep-sealing.ts";

let world: AuditWorld;

beforeEach(async () => {
  world = await createAuditWorld({ batch: 3 });
});
afterEach(async () => {
  await world.pool.end();
  await world.database.drop();
});

/** Looks this many times, and once more as it stops. */
async function look(times: number): Promise<void> {
  const clock = createSteppedClock();
  const sealing = keepSealing({ ...world.ports, clock });
  for (let time = 1; time < times; time += 1) {
    await clock.sleeping();
    clock.advance(1_000);
  }
  await clock.sleeping();
  await sealing.stop();
}

test("a chain that is broken before its first anchor gets none, and is told of once", async () => {
  await world.write(2);
  await world.seal();
  await world.tamper("UPDATE audit_link SET hash = decode(repeat('11', 32), 'hex') WHERE seq = 1");
  await look(3);
  expect(await world.chains.latestAnchor("env_1")).toBeNull();
  expect(world.log.lines.filter(({ message }) => message.includes("no anchor"))).toHaveLength(1);
});

test("the first anchor comes with the first links, though there were none at the start", async () => {
  const clock = createSteppedClock();
  const sealing = keepSealing({ ...world.ports, clock });
  await clock.sleeping();
  await world.write(2);
  clock.advance(1_000);
  await clock.sleeping();
  await sealing.stop();
  expect(await world.chains.latestAnchor("env_1")).toMatchObject({ kind: "head", seq: 2 });
});

test("as many records as one look takes, none of them ours, keep no other environment from its links", async () => {
  await world.database.pool.query(
    `INSERT INTO audit_event (id, at, environment_id, actor, action, target)
     SELECT 'aud_' || n, now() - interval '1 hour', 'env_1', 'a', 'b', 'c' FROM generate_series(1, 3) n`,
  );
  await world.write(2, { environmentId: "env_2" });
  await look(1);
  expect(await world.chains.head("env_2")).toMatchObject({ seq: 2 });
});
