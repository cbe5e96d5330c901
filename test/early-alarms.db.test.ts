import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sweepAlarms } from "#adapters/postgres/refresh-jobs";
import { startPostgresEngine, type PostgresEngine } from "./postgres-engine.ts";

/** The row is the alarm (invariant 9); its job is how it rings, and must not be spent on ringing early. */
describe("a job that comes before its alarm", () => {
  let engine: PostgresEngine;
  beforeAll(async () => {
    engine = await startPostgresEngine();
    await engine.define("crm");
  });
  afterAll(async () => {
    await engine[Symbol.asyncDispose]();
  });

  /** An account whose alarm rings in `seconds`, and whose job a queue has just taken. @returns what stands in the queue after it ran */
  async function runEarly(seconds: number, changes = "status = 'active'") {
    const [id = ""] = await engine.connect("crm", 1);
    await engine.query(
      `UPDATE integrated_account SET refresh_due_at = now() + make_interval(secs => $2), ${changes} WHERE id = $1`,
      [id, seconds],
    );
    await engine.query("SELECT graphile_worker.remove_job($1)", [`refresh:${id}`]);
    await engine.run("refresh-account", { environment_id: engine.caller.environmentId, account_id: id });
    return { id, account: await engine.account(id), jobs: await engine.jobs(`refresh:${id}`) };
  }

  test("gives the alarm its job back, at its own instant", async () => {
    const { id, account, jobs } = await runEarly(20);
    expect(jobs).toEqual([
      {
        key: `refresh:${id}`,
        run_at: account["refresh_due_at"],
        payload: { account_id: id, environment_id: engine.caller.environmentId },
      },
    ]);
    expect(engine.server.requests).toEqual([]);
  });

  test("leaves it to the sweep where it rings later than the sweep looks", async () => {
    expect((await runEarly(600)).jobs).toEqual([]);
  });

  test("leaves no job where the alarm is held", async () => {
    const hold = `hold = '{"reason": "mass_failure", "since": "2026-01-01T00:00:00Z"}'`;
    expect((await runEarly(20, hold)).jobs).toEqual([]);
  });

  test("comes when its own clock has it due, where that is behind the database's: else it would come again and again", async () => {
    const { clock } = engine.ports;
    const [id = ""] = await engine.connect("crm", 1);
    await engine.query("UPDATE integrated_account SET refresh_due_at = now() - interval '1 second' WHERE id = $1", [
      id,
    ]);
    const payload = { environment_id: engine.caller.environmentId, account_id: id };
    const behind = { ...engine.ports, clock: { ...clock, now: () => new Date(clock.now().getTime() - 60_000) } };
    const before = Date.now();
    await engine.runWith(behind, "refresh-account", payload);
    const [job] = await engine.jobs(`refresh:${id}`);
    // A minute behind, five seconds of which are granted to clocks that differ.
    const waits = ((job?.run_at.getTime() ?? 0) - before) / 1000;
    expect(Math.round(waits)).toBeGreaterThanOrEqual(54);
    expect(waits).toBeLessThan(60);
    expect(engine.server.requests).toEqual([]);
    await engine.run("refresh-account", payload);
    expect(engine.server.requests).toHaveLength(1);
  });

  test("is not lost where a sweep moves it to an instant that a refresh has replaced", async () => {
    const [id = ""] = await engine.connect("crm", 1);
    const payload = { environment_id: engine.caller.environmentId, account_id: id };
    await engine.query("UPDATE integrated_account SET refresh_due_at = now() + interval '3 seconds' WHERE id = $1", [
      id,
    ]);
    await sweepAlarms(engine.ports.pool);
    // The refresh came between what the sweep read and what it wrote.
    await engine.query("UPDATE integrated_account SET refresh_due_at = now() + interval '15 seconds' WHERE id = $1", [
      id,
    ]);
    await engine.run("refresh-account", payload);
    const [job] = await engine.jobs(`refresh:${id}`);
    expect(job?.run_at).toEqual((await engine.account(id))["refresh_due_at"]);
  });
});
