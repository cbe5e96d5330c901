// What one refresh does, in order, written down while the product does it. The floor repeats exactly this.
import { randomBytes } from "node:crypto";
import type { QueryConfig } from "pg";
import { idRandomBytes, makeId } from "#core/domain/identifier/identifier";
import type { SealLocation } from "#core/domain/sealing/envelope";
import type { AuthorizationServer } from "#core/ports/authorization-server";
import { refreshAccount } from "#core/usecases/refresh-account";
import type { OpenAccess, Vault } from "#core/usecases/vault";
import type { Container } from "#adapters/container";

/** What differs from account to account; each fills the recorded statements with its own. */
export interface Trip {
  readonly accountId: string;
  readonly attemptId: string;
  /** From the claim on. */
  fence: string;
  startedAt: Date;
  version: number;
  sealed: Buffer;
  fingerprint: Buffer;
}

export type Step =
  | {
      readonly kind: "statement";
      readonly prepared: { readonly name?: string; readonly text: string };
      readonly fill: readonly ((trip: Trip) => unknown)[];
    }
  | { readonly kind: "prepare" | "seal" | "ask" }
  | { readonly kind: "open"; readonly location: SealLocation; readonly access: OpenAccess };

interface Recorded {
  readonly steps: (Exclude<Step, { kind: "statement" }> | (QueryConfig & { readonly kind: "statement" }))[];
  sealed: Buffer | null;
}

/** @param account one whose version and fence stand for themselves: no other value of its refresh may equal them */
export async function recordRefresh(
  container: Container,
  account: { readonly id: string; readonly environmentId: string },
): Promise<Step[]> {
  // The first one fills the caches of a process that has just started; the second is like all that follow.
  await refreshDue(container, container, account);
  const recorded: Recorded = { steps: [], sealed: null };
  const before = await container.accounts.find(account.environmentId, account.id);
  if (before === null) throw new Error(`${account.id} is gone`);
  try {
    await refreshDue(container, recording(container, recorded), account);
  } finally {
    delete (container.pool as { query?: unknown }).query;
  }
  const known = {
    accountId: account.id,
    fence: String(before.fence + 1n),
    version: before.credentialVersion,
    sealed: recorded.sealed,
    recordedMs: Date.now(),
    startedAtMs: await latestAttemptMs(container, account.id),
  };
  return recorded.steps.map((step) => {
    if (step.kind !== "statement") return step;
    const { name, text, values = [] } = step;
    const prepared = name === undefined ? { text } : { name, text };
    return { kind: "statement", prepared, fill: values.map((value: unknown) => slotOf(value, known)) };
  });
}

async function latestAttemptMs({ pool }: Container, accountId: string): Promise<number> {
  const text = "SELECT max(started_at) AS at FROM refresh_attempt WHERE account_id = $1";
  const { rows } = await pool.query<{ at: Date }>(text, [accountId]);
  return rows[0]?.at.getTime() ?? 0;
}

async function refreshDue(
  { pool }: Container,
  ports: Container,
  { id: accountId, environmentId }: { readonly id: string; readonly environmentId: string },
): Promise<void> {
  const text = "UPDATE integrated_account SET refresh_due_at = now() - interval '1 second' WHERE id = $1 -- bench";
  await pool.query(text, [accountId]);
  const demand = { reason: "alarm", minTtlSeconds: null } as const;
  const outcome = await refreshAccount(ports, { environmentId, accountId, demand, actor: "worker" });
  if (outcome.kind !== "refreshed") throw new Error(`the refresh to be recorded was ${outcome.kind}`);
}

function recording(container: Container, recorded: Recorded): Container {
  let isOpening = false;
  const query = container.pool.query.bind(container.pool) as (...given: unknown[]) => Promise<unknown>;
  (container.pool as { query: unknown }).query = async (...given: unknown[]) => {
    const [config] = given;
    // The audit record of an opening belongs to that step.
    const isOwn = typeof config === "object" && config !== null && !isOpening;
    if (isOwn) recorded.steps.push({ kind: "statement", ...(config as QueryConfig) });
    return await query(...given);
  };
  const vault: Vault = {
    async prepare(...given) {
      recorded.steps.push({ kind: "prepare" });
      return await container.vault.prepare(...given);
    },
    seal(...given) {
      recorded.steps.push({ kind: "seal" });
      const result = container.vault.seal(...given);
      recorded.sealed = Buffer.from(result.sealed);
      return result;
    },
    rewrap: (...given) => container.vault.rewrap(...given),
    async open(location, sealed, access) {
      recorded.steps.push({ kind: "open", location, access });
      isOpening = true;
      try {
        return await container.vault.open(location, sealed, access);
      } finally {
        isOpening = false;
      }
    },
  };
  const server: AuthorizationServer = {
    ...container.server,
    async refresh(...given) {
      recorded.steps.push({ kind: "ask" });
      return await container.server.refresh(...given);
    },
  };
  return { ...container, vault, server };
}

interface Known {
  readonly accountId: string;
  readonly fence: string;
  readonly version: number;
  readonly sealed: Buffer | null;
  readonly recordedMs: number;
  readonly startedAtMs: number;
}

function slotOf(value: unknown, known: Known): (trip: Trip) => unknown {
  if (value === known.version) return (trip) => trip.version;
  if (value === known.version + 1) return (trip) => trip.version + 1;
  if (value instanceof Date) return slotOfInstant(value, known);
  if (Buffer.isBuffer(value)) {
    return known.sealed !== null && value.equals(known.sealed) ? (trip) => trip.sealed : (trip) => trip.fingerprint;
  }
  if (typeof value !== "string") return () => value;
  if (value === known.accountId) return (trip) => trip.accountId;
  if (value === known.fence) return (trip) => trip.fence;
  if (value.startsWith("att_")) return (trip) => trip.attemptId;
  if (value.startsWith("aud_")) return () => makeId("aud", randomBytes(idRandomBytes));
  const next = String(known.version + 1);
  return value.includes(next) ? (trip) => value.replace(next, String(trip.version + 1)) : () => value;
}

/** Instants are the claim's, or as far from now as they were then. */
function slotOfInstant(value: Date, { recordedMs, startedAtMs }: Known): (trip: Trip) => unknown {
  if (value.getTime() === startedAtMs) return (trip) => trip.startedAt;
  const offsetMs = value.getTime() - recordedMs;
  return () => new Date(Date.now() + offsetMs);
}
