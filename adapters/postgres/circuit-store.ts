import {
  circuitAfter,
  closedCircuit,
  forcedProbePauseSeconds,
  probeSeconds,
  type Circuit,
  type CircuitCause,
} from "#core/domain/refresh/circuit";
import { scheduledPauseSeconds } from "#core/domain/refresh/scheduled-pause";
import type { RefreshReason } from "#core/domain/refresh/decide-refresh";
import { leaseSeconds } from "#core/domain/refresh/refresh-policy";
import type { Admission, AdmissionRequest, CircuitRef, CircuitStore, RefusalCause } from "#core/ports/circuit-store";
import type { Randomness } from "#core/ports/randomness";
import { integrationsToTell, tellIntegrations } from "./circuit-events.ts";
import { enqueueProbe, enqueueRecall, unusedProbeSeconds } from "./circuit-jobs.ts";
import { circuitColumns, toCircuit, type CircuitRow } from "./circuit-rows.ts";
import { inTransaction, query, type DatabaseClient, type DatabasePool } from "./pool.ts";
import { createWaitingWork, type FindWaitingWork } from "./waiting-work.ts";

/** How soon a caller who waits for a place looks again, milliseconds. */
const demandedPauseMs = 250;

export function createCircuitStore(pool: DatabasePool, random: Randomness): CircuitStore {
  const findWaitingWork = createWaitingWork(pool);
  const known = new Set<string>();
  /** Circuits that this process has seen failing since their last answer: elsewhere an answer changes nothing, and writes nothing. */
  const suspects = new Set<string>();

  const ensure = async (circuit: CircuitRef): Promise<void> => {
    if (known.has(circuit.key)) return;
    await query(pool, insertSql, insertValues(circuit), "circuit-insert");
    if (known.size > 10_000) known.clear();
    known.add(circuit.key);
  };

  const store: CircuitStore = {
    async admit(request) {
      const { circuit, budget, reason } = request;
      const { rows } = await query<CircuitRow & { now: Date }>(
        pool,
        `SELECT ${circuitColumns}, clock_timestamp() AS now FROM circuit WHERE key = $1`,
        [circuit.key],
        "circuit-find",
      );
      const row = rows[0];
      const isOpen = row?.state === "open";
      if (row !== undefined && row.failures > 0) suspects.add(circuit.key);
      const isProbe = isOpen && (await takeProbe(pool, circuit.key, reason));
      if (row !== undefined && isOpen && !isProbe && request.insists !== true) {
        return { kind: "refused", cause: refusals[row.cause ?? "provider"], until: row.probe_at ?? row.now };
      }
      if (budget.concurrency === null && budget.perMinute === null) {
        return { kind: "granted", isProbe, hasPlace: false };
      }
      await ensure(circuit);
      const refusal = await takePlace(pool, request, { random, findWaitingWork });
      if (refusal !== null && isProbe) await store.giveBackProbe(circuit.key);
      return refusal ?? { kind: "granted", isProbe, hasPlace: true };
    },

    async leave(key, holder) {
      await query(pool, "UPDATE circuit SET places = places - $2 WHERE key = $1", [key, holder], "circuit-leave");
    },

    async giveBackProbe(key) {
      await query(
        pool,
        `UPDATE circuit SET probe_at = clock_timestamp() + make_interval(secs => $2) WHERE key = $1 AND state = 'open'`,
        [key, unusedProbeSeconds],
        "circuit-give-back",
      );
    },

    async report(circuit, signal) {
      if (signal.kind === "answered" && !suspects.has(circuit.key)) return;
      if (suspects.size > 10_000) suspects.clear();
      if (signal.kind === "failed") suspects.add(circuit.key);
      await inTransaction(pool, async (client) => {
        const { circuit: before, told } = await lock(client, circuit);
        if (signal.kind === "answered" && before.state === "closed" && before.failures === 0) return;
        const { rows } = await client.query<{ now: Date }>("SELECT clock_timestamp() AS now");
        const now = rows[0]?.now ?? new Date();
        const { circuit: after, news, recall } = circuitAfter(before, signal, now, random.fraction());
        const about = { ...circuit, ...after };
        const names = news.length === 0 ? [] : await integrationsToTell(client, circuit);
        if (news.includes("opened")) await tellIntegrations(client, names, "integration:degraded", about);
        if (news.includes("client_rejected")) await tellIntegrations(client, names, "integration:client_error", about);
        if (news.includes("closed")) {
          await tellIntegrations(client, told, "integration:recovered", { ...circuit, ...before }, "answered");
        }
        const stillTold = after.state === "open" ? told : [];
        await save(client, circuit.key, after, news.includes("opened") ? names : stillTold);
        if (recall !== null) await enqueueRecall(client, circuit.key, recall);
        if (after.state === "open" && after.probeAt !== null) await enqueueProbe(client, circuit.key, after.probeAt);
      });
      if (signal.kind === "answered") suspects.delete(circuit.key);
    },
  };
  return store;
}

const refusals: Readonly<Record<CircuitCause, RefusalCause>> = {
  provider: "circuit_open",
  client: "client_rejected",
  rate_limit: "slowed_down",
};

const insertSql = `INSERT INTO circuit (key, environment_id, integration_name, endpoint) VALUES ($1, $2, $3, $4)
  ON CONFLICT (key) DO NOTHING`;

function insertValues(circuit: CircuitRef): string[] {
  return [circuit.key, circuit.environmentId, circuit.integrationName, circuit.endpoint];
}

/** One of all processes wins the probe; its deadline keeps the others away. A person may come before the pause is over. */
async function takeProbe(pool: DatabasePool, key: string, reason: RefreshReason): Promise<boolean> {
  const { rowCount } = await query(
    pool,
    `UPDATE circuit SET probe_at = clock_timestamp() + make_interval(secs => $2), probed_at = clock_timestamp()
      WHERE key = $1 AND state = 'open'
        AND (probe_at <= clock_timestamp()
             OR ($3 AND coalesce(probed_at, opened_at) < clock_timestamp() - make_interval(secs => $4)))`,
    [key, probeSeconds, reason === "forced", forcedProbePauseSeconds],
    "circuit-probe",
  );
  return rowCount === 1;
}

/**
 * One statement takes a place and a turn (R21). The turns are those of the generic cell rate algorithm: one every T seconds, and
 * a tenth of the minute's worth more at once. Places end by themselves with the lease. The row lock makes processes take turns, and
 * whoever waited for it sees what the one before wrote.
 */
async function takePlace(
  pool: DatabasePool,
  request: AdmissionRequest,
  ports: { readonly random: Randomness; readonly findWaitingWork: FindWaitingWork },
): Promise<(Admission & { readonly kind: "refused" }) | null> {
  const { circuit, holder, reason, budget, insists = false } = request;
  const isScheduled = reason === "alarm";
  const burst = budget.perMinute === null ? 0 : Math.floor(budget.perMinute / 10);
  const turnSeconds = budget.perMinute === null ? 0 : 60 / (budget.perMinute - burst);
  const { rowCount } = await query(
    pool,
    `UPDATE circuit
        SET next_at = CASE WHEN $3::float8 > 0
              THEN greatest(coalesce(next_at, clock_timestamp()), clock_timestamp()) + make_interval(secs => $3::float8) END,
            places = ${alive} || jsonb_build_object($2::text, extract(epoch FROM clock_timestamp()) + $4::int),
            demanded_until = CASE WHEN $7::boolean THEN demanded_until END
      WHERE key = $1 AND ($8::boolean OR (
            ($3::float8 = 0 OR next_at IS NULL OR next_at - make_interval(secs => $3::float8 * $5::int) <= clock_timestamp())
        AND ($6::int IS NULL OR (SELECT count(*) FROM jsonb_each(${alive})) < $6)
        AND (NOT $7::boolean OR demanded_until IS NULL OR demanded_until < clock_timestamp())))`,
    [circuit.key, holder, turnSeconds, leaseSeconds + 5, burst, budget.concurrency, isScheduled, insists],
    "circuit-place",
  );
  if (rowCount === 1) return null;
  const at = await nextTurn(pool, circuit.key, turnSeconds * burst, isScheduled);
  const pauseMs = isScheduled ? (await scheduledPause(request, ports)) * 1000 : demandedPauseMs;
  return { kind: "refused", cause: "budget", until: new Date(at.getTime() + pauseMs) };
}

async function scheduledPause(
  { circuit, budget, expiresAt = null }: AdmissionRequest,
  { random, findWaitingWork }: { readonly random: Randomness; readonly findWaitingWork: FindWaitingWork },
): Promise<number> {
  return scheduledPauseSeconds(await findWaitingWork(circuit.key), budget, expiresAt, random.fraction());
}

/** Places that have not ended by themselves. */
const alive = `(SELECT coalesce(jsonb_object_agg(p.key, p.value), '{}') FROM jsonb_each(places) p
                 WHERE p.value::text::numeric > extract(epoch FROM clock_timestamp()))`;

/** When the next turn is free. A caller who waits is written down, so that scheduled work lets it go first. */
async function nextTurn(pool: DatabasePool, key: string, burstSeconds: number, isScheduled: boolean): Promise<Date> {
  const { rows } = await query<{ at: Date }>(
    pool,
    isScheduled
      ? `SELECT greatest(next_at - make_interval(secs => $2), clock_timestamp()) AS at FROM circuit WHERE key = $1`
      : `UPDATE circuit SET demanded_until = clock_timestamp() + interval '1 second'
          WHERE key = $1 RETURNING greatest(next_at - make_interval(secs => $2), clock_timestamp()) AS at`,
    [key, burstSeconds],
  );
  return rows[0]?.at ?? new Date();
}

/** @returns also which integrations were told that it opened */
async function lock(
  client: DatabaseClient,
  circuit: CircuitRef,
): Promise<{ readonly circuit: Circuit; readonly told: readonly string[] }> {
  await client.query(insertSql, insertValues(circuit));
  const { rows } = await client.query<CircuitRow & { told_integrations: string[] }>(
    `SELECT ${circuitColumns}, told_integrations FROM circuit WHERE key = $1 FOR UPDATE`,
    [circuit.key],
  );
  const [row] = rows;
  return row === undefined
    ? { circuit: closedCircuit, told: [] }
    : { circuit: toCircuit(row), told: row.told_integrations };
}

async function save(
  client: DatabaseClient,
  key: string,
  circuit: Circuit,
  toldIntegrations: readonly string[],
): Promise<void> {
  await client.query(
    `UPDATE circuit SET state = $2, cause = $3, failures = $4, failed_accounts = $5, is_client_reported = $6, opened_at = $7,
            probe_at = $8, probes = $9, told_integrations = $10, probed_at = CASE WHEN $2 = 'open' THEN probed_at END, updated_at = now() WHERE key = $1`,
    [
      key,
      circuit.state,
      circuit.cause,
      circuit.failures,
      circuit.failedAccounts,
      circuit.isClientReported,
      circuit.openedAt,
      circuit.probeAt,
      circuit.probes,
      toldIntegrations,
    ],
  );
}
