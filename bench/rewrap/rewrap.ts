// A rotation of the sealing key with 100,000 accounts: re-wrapped by a worker while it refreshes, killed twice and taken over, the old
// key taken away, everything opened. Against a floor that reads and writes the same bytes without touching a key. And what it costs
// to count by key what is sealed.
import { randomBytes } from "node:crypto";
import { readEngineConfig } from "#adapters/config/read-config";
import { createContainer, type Container } from "#adapters/container";
import { wakeRewraps } from "#adapters/postgres/rewrap-store";
import type { RewrapRun } from "#core/domain/sealing/rewrap-run";
import { tokenSetLocation } from "#core/usecases/attempt-changes";
import { mapAtMost } from "#core/usecases/map-at-most";
import { readKeys } from "#core/usecases/read-keys";
import { startRewrap } from "#core/usecases/start-rewrap";
import { findFreePort } from "#scripts/ports";
import { startProcess } from "#test/start-process";
import type { BenchmarkOptions, Report } from "../benchmark.ts";
import { startInstallation, type Installation } from "../cluster.ts";
import { startPart } from "../part.ts";
import { defineIntegration, insertAccounts, sealAccounts, settle } from "../seed.ts";

interface Sizes {
  readonly accounts: number;
  /** Of them fall due while the re-wrap runs. */
  readonly due: number;
  /** Rows to count by key. */
  readonly counted: number;
}

const fullSizes: Sizes = { accounts: 100_000, due: 2_000, counted: 1_000_000 };
const quickSizes: Sizes = { accounts: 5_000, due: 200, counted: 20_000 };

export async function benchmarkRewrap({ steps, isQuick }: BenchmarkOptions): Promise<Report> {
  const sizes = isQuick ? quickSizes : fullSizes;
  const endpoint = await startPart("token-endpoint.ts", {});
  const installation = await startInstallation();
  try {
    const { pool, environmentId, env } = installation;
    await steps.step(`database with ${sizes.accounts.toLocaleString("en")} accounts, each sealed`, async (note) => {
      await defineIntegration(installation, endpoint.details["origin"] ?? "");
      await insertAccounts(installation, sizes.accounts, note);
      await sealAccounts(installation, sizes.accounts, (text) => note(`sealing ${text}`));
      await settle(installation);
    });
    const bothKeys = `bench-2:${randomBytes(32).toString("base64")},${env["EVERGRANT_KEYRING"]}`;
    const [newKey = ""] = bothKeys.split(",");
    const rotated = await containerWith(installation, bothKeys);
    const measured = await steps.step("re-wrapping, with two workers killed on the way", async (note) => {
      await pool.query(
        `UPDATE integrated_account SET refresh_due_at = now() + random() * interval '20 seconds'
          WHERE id IN (SELECT id FROM integrated_account WHERE status = 'active' LIMIT $1)`,
        [sizes.due],
      );
      return await rewrap(rotated, { ...env, EVERGRANT_KEYRING: bothKeys }, environmentId, note);
    });
    const { keys } = await readKeys(rotated, { id: environmentId, name: "production" });
    const old = keys.find(({ kid }) => kid === "bench-1")?.sealedTotal ?? 0;
    await rotated.close();

    const alone = await containerWith(installation, newKey);
    const unreadable = await steps.step("opening everything without the old key", (note) =>
      openAll(alone, environmentId, note),
    );
    const refreshed = await pool.query<{ n: number }>(
      "SELECT count(*)::int AS n FROM refresh_attempt WHERE outcome = 'refreshed'",
    );
    const floorPerSecond = await steps.step("the floor", () => measureFloor(installation, sizes.accounts));
    const counting = await steps.step(`counting ${sizes.counted.toLocaleString("en")} values by key`, async (note) => {
      await insertAccounts(installation, sizes.counted - sizes.accounts, note);
      await settle(installation);
      return await measureCounting(alone, installation);
    });
    await alone.close();

    const { run, seconds } = measured;
    const perSecond = run.done / seconds;
    return {
      name: "rewrap",
      results: [
        {
          measured: "values re-wrapped per second",
          floor: `bytes alone ${floorPerSecond.toFixed(0)}`,
          subject: `worker ${perSecond.toFixed(0)}`,
          target: "",
          reached: (perSecond / floorPerSecond).toFixed(2),
          isReached: null,
        },
        {
          measured: "values that do not open without the old key",
          floor: "",
          subject: String(unreadable),
          target: "none",
          reached: String(unreadable),
          isReached: unreadable === 0,
        },
        {
          measured: "values left under the old key",
          floor: "",
          subject: String(old),
          target: "none",
          reached: String(old),
          isReached: old === 0,
        },
        {
          measured: `counting ${sizes.counted.toLocaleString("en")} values by key, ms`,
          floor: `count(*) ${counting.floorMs.toFixed(0)}`,
          subject: `keys status ${counting.subjectMs.toFixed(0)}`,
          target: "",
          reached: (counting.subjectMs / counting.floorMs).toFixed(2),
          isReached: null,
        },
      ],
      notes: [
        `${run.done} of ${run.total} re-wrapped in ${seconds.toFixed(1)} s of a worker's time, ${run.failed} failed, ${run.anew} anew; sample ${run.sampleOpened} of ${run.sampleSize}. ${refreshed.rows[0]?.n ?? 0} refreshes meanwhile. The half minute of lease after each kill is skipped.`,
        `Plan of the count: ${counting.plan}`,
      ],
      rounds: [{ run, seconds, perSecond, floorPerSecond, unreadable, old, ...counting }],
    };
  } finally {
    await endpoint.stop();
    await installation.close();
  }
}

async function containerWith({ env }: Installation, keyring: string): Promise<Container> {
  return await createContainer(readEngineConfig({ ...env, EVERGRANT_KEYRING: keyring, LOG_LEVEL: "warn" }), {
    name: "cli",
    poolSize: 8,
  });
}

/** @returns the run at its end, and the seconds in which a worker had it in hand */
async function rewrap(
  container: Container,
  env: Readonly<Record<string, string>>,
  environmentId: string,
  note: (text: string) => void,
): Promise<{ readonly run: RewrapRun; readonly seconds: number }> {
  const begun = await startRewrap(container, { id: "bench", environmentId }, { pace: null });
  let seconds = 0;
  for (const share of [1 / 3, 2 / 3, 1]) {
    const port = String(await findFreePort());
    const worker = await startProcess("worker/main.ts", { ...env, WORKER_PORT: port, LOG_LEVEL: "error" });
    const before = (await container.rewraps.find(environmentId, begun.id))?.done ?? 0;
    let startedMs: number | null = null;
    for (;;) {
      await container.clock.sleep(100);
      const run = await container.rewraps.find(environmentId, begun.id);
      if (run === null) throw new Error("the run is gone");
      if (startedMs === null && run.done > before) startedMs = performance.now();
      note(`${run.done} of ${run.total}, ${run.rate?.toFixed(0) ?? "?"}/s`);
      const isOver = run.state !== "running";
      if (!isOver && (share === 1 || run.done < run.total * share)) continue;
      seconds += (performance.now() - (startedMs ?? performance.now())) / 1000;
      if (!isOver) {
        await worker.kill();
        await container.pool.query("UPDATE rewrap_run SET claimed_until = now() - interval '1 second'");
        await wakeRewraps(container.pool);
        break;
      }
      await worker.stop();
      return { run, seconds };
    }
  }
  throw new Error("the run did not end");
}

async function openAll(container: Container, environmentId: string, note: (text: string) => void): Promise<number> {
  let unreadable = 0;
  let opened = 0;
  for (let after = ""; ;) {
    const { rows } = await container.pool.query<{ id: string; version: number; sealed: Buffer }>(
      "SELECT account_id AS id, version, sealed FROM sealed_credential WHERE account_id > $1 ORDER BY account_id LIMIT 2000",
      [after],
    );
    if (rows.length === 0) return unreadable;
    await mapAtMost(64, rows, async ({ id, version, sealed }) => {
      const location = tokenSetLocation({ environmentId, id }, version);
      try {
        (await container.vault.open(location, sealed, { actor: "bench", purpose: "drill" })).fill(0);
        opened += 1;
      } catch {
        unreadable += 1;
      }
    });
    after = rows.at(-1)?.id ?? "";
    note(`${opened} opened`);
  }
}

/** The same rows in the same batches, read and written: what the database costs, without a key. */
async function measureFloor({ pool, environmentId }: Installation, most: number): Promise<number> {
  const startedMs = performance.now();
  let done = 0;
  for (let after = ""; done < most;) {
    const { rows } = await pool.query<{ id: string; sealed: Buffer }>(
      "SELECT account_id AS id, sealed FROM sealed_credential WHERE environment_id = $1 AND account_id > $2 ORDER BY account_id LIMIT 500",
      [environmentId, after],
    );
    if (rows.length === 0) break;
    await pool.query(
      `UPDATE sealed_credential s SET kid = 'floor', sealed = v.sealed
         FROM unnest($1::text[], $2::bytea[]) AS v(id, sealed) WHERE s.account_id = v.id AND s.sealed = v.sealed`,
      [rows.map(({ id }) => id), rows.map(({ sealed }) => sealed)],
    );
    done += rows.length;
    after = rows.at(-1)?.id ?? "";
  }
  return done / ((performance.now() - startedMs) / 1000);
}

async function measureCounting(
  container: Container,
  { pool, environmentId }: Installation,
): Promise<{ readonly subjectMs: number; readonly floorMs: number; readonly plan: string }> {
  const time = async (work: () => Promise<unknown>): Promise<number> => {
    await work();
    const startedMs = performance.now();
    await work();
    return performance.now() - startedMs;
  };
  const subjectMs = await time(() => readKeys(container, { id: environmentId, name: "production" }));
  const floorMs = await time(() => pool.query("SELECT count(*) FROM sealed_credential"));
  const { rows } = await pool.query<{ "QUERY PLAN": string }>(
    `EXPLAIN (ANALYZE, BUFFERS) SELECT kid, count(*) FROM sealed_credential WHERE environment_id = '${environmentId}' GROUP BY kid`,
  );
  const plan = rows.map((row) => row["QUERY PLAN"].trim()).filter((line) => /Scan|Heap Fetches|Execution/.test(line));
  return { subjectMs, floorMs, plan: plan.join("; ") };
}
