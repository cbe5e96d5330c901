import {
  isSamePin,
  type AtStake,
  type HostChange,
  type HostPin,
  type KeptChoices,
} from "#core/domain/integration/host-pin";
import type { CredentialsFormat } from "#core/domain/integration/integration-document";
import { DomainError } from "#core/domain/problem/domain-error";
import type { DatabaseClient } from "./pool.ts";

export interface PinColumns {
  readonly format: CredentialsFormat | null;
  readonly hosts: string | null;
}

export function toPin({ format, hosts }: PinColumns): HostPin | null {
  return format === null || hosts === null ? null : { format, hosts };
}

/**
 * Row locks don't queue: who takes one shared passes by who waits to have it alone, and a stream of new accounts would keep a
 * definition from ever being changed. Advisory locks do. Each is taken before the row, which processes of the version before know
 * alone; two integrations whose names have one hash wait for each other at worst.
 */
const queue = "hashtext('integration_hosts'), hashtext($1 || '/' || $2)";

/** Within what a statement may take; longer than any transaction that makes an account, unless its process stands still. */
const longestWaitSeconds = 4;

/**
 * What is pinned, until the transaction ends: nobody else changes the definition, and nobody makes an account on it. Comes before
 * every other lock of a transaction, so that two don't wait for each other.
 *
 * @returns null when nothing is pinned yet
 * @throws DomainError conflict when somebody keeps it for longer than 4 s
 */
export async function lockPin(client: DatabaseClient, environmentId: string, name: string): Promise<HostPin | null> {
  await client.query(`SET LOCAL lock_timeout = '${longestWaitSeconds}s'`);
  try {
    await client.query(`SELECT pg_advisory_xact_lock(${queue})`, [environmentId, name]);
    const pinned = await takeRow(client, environmentId, name);
    await client.query("SET LOCAL lock_timeout TO DEFAULT");
    return pinned;
  } catch (error) {
    if (!isLockTimeout(error)) throw error;
    throw new DomainError("conflict", {
      detail: `Accounts of ${name} are being made, or its definition is being changed, for longer than ${longestWaitSeconds} s. Nothing was changed; try again in a few seconds. If it stays so, a process stands still with a transaction open (pg_stat_activity).`,
      retryAfterSeconds: longestWaitSeconds,
      cause: error,
    });
  }
}

/** 55P03 lock_not_available */
function isLockTimeout(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "55P03";
}

async function takeRow(client: DatabaseClient, environmentId: string, name: string): Promise<HostPin | null> {
  const { rows } = await client.query<PinColumns>(
    `INSERT INTO integration_hosts (environment_id, integration_name) VALUES ($1, $2)
     ON CONFLICT (environment_id, integration_name) DO UPDATE SET hosts = integration_hosts.hosts
     RETURNING format, hosts`,
    [environmentId, name],
  );
  return rows[0] === undefined ? null : toPin(rows[0]);
}

/** Without its lock: for looking only. */
export async function readPin(client: DatabaseClient, environmentId: string, name: string): Promise<HostPin | null> {
  const { rows } = await client.query<PinColumns>(
    "SELECT format, hosts FROM integration_hosts WHERE environment_id = $1 AND integration_name = $2",
    [environmentId, name],
  );
  return rows[0] === undefined ? null : toPin(rows[0]);
}

export async function writePin(
  client: DatabaseClient,
  environmentId: string,
  name: string,
  { format, hosts }: HostPin,
): Promise<void> {
  await client.query(
    `UPDATE integration_hosts SET format = $3, hosts = $4, pinned_at = now()
      WHERE environment_id = $1 AND integration_name = $2 AND (format IS DISTINCT FROM $3 OR hosts IS DISTINCT FROM $4)`,
    [environmentId, name, format, hosts],
  );
}

export async function removePin(client: DatabaseClient, environmentId: string, name: string): Promise<void> {
  await client.query("DELETE FROM integration_hosts WHERE environment_id = $1 AND integration_name = $2", [
    environmentId,
    name,
  ]);
}

/** Whether credentials may be kept that were obtained with this pin. Many at once may ask; a change of the definition waits for them. */
export async function isPinned(
  client: DatabaseClient,
  environmentId: string,
  name: string,
  used: HostPin,
): Promise<boolean> {
  await client.query(`SELECT pg_advisory_xact_lock_shared(${queue})`, [environmentId, name]);
  const { rows } = await client.query<PinColumns>(
    "SELECT format, hosts FROM integration_hosts WHERE environment_id = $1 AND integration_name = $2 FOR SHARE",
    [environmentId, name],
  );
  const pinned = rows[0] === undefined ? null : toPin(rows[0]);
  return pinned !== null && isSamePin(pinned, used);
}

/** Under the lock of lockPin no account can be added to them. */
export async function countLiveAccounts(client: DatabaseClient, environmentId: string, name: string): Promise<number> {
  const { rows } = await client.query<{ count: number }>(
    `SELECT count(*)::int AS count FROM integrated_account
      WHERE environment_id = $1 AND integration_name = $2 AND status IN ('active', 'needs_reauth', 'connecting')`,
    [environmentId, name],
  );
  return rows[0]?.count ?? 0;
}

/** Under the lock of lockPin nothing can be added to it. */
export async function findAtStake(
  client: DatabaseClient,
  environmentId: string,
  name: string,
  change: HostChange,
): Promise<AtStake> {
  const liveAccounts = await countLiveAccounts(client, environmentId, name);
  const leftOut =
    change.kind === "choices" && liveAccounts > 0
      ? await countLeftOut(client, environmentId, name, change.kept)
      : liveAccounts;
  return { liveAccounts, leftOut, hasSecrets: await hasSecrets(client, environmentId, name) };
}

/** Live accounts that chose what is not among the choices that are kept. */
async function countLeftOut(
  client: DatabaseClient,
  environmentId: string,
  name: string,
  kept: KeptChoices,
): Promise<number> {
  const { rows } = await client.query<{ count: number }>(
    `SELECT count(*)::int AS count FROM integrated_account
      WHERE environment_id = $1 AND integration_name = $2 AND status IN ('active', 'needs_reauth', 'connecting')
        AND EXISTS (SELECT FROM jsonb_each($3::jsonb) AS kept(input, choices)
                     WHERE coalesce(kept.choices ? (inputs ->> kept.input), false) IS FALSE)`,
    [environmentId, name, JSON.stringify(kept)],
  );
  return rows[0]?.count ?? 0;
}

/** Whether the environment's client proves itself with anything that is sealed here. */
async function hasSecrets(client: DatabaseClient, environmentId: string, name: string): Promise<boolean> {
  const { rowCount } = await client.query(
    `SELECT FROM environment_integration e JOIN sealed_secret s ON s.owner = e.id
      WHERE e.environment_id = $1 AND e.integration_name = $2 LIMIT 1`,
    [environmentId, name],
  );
  return rowCount === 1;
}
