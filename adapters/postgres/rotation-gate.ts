import { DomainError } from "#core/domain/problem/domain-error";
import type { RotationGate } from "#core/ports/rotation-gate";
import { inTransaction, type DatabaseClient, type DatabasePool } from "./pool.ts";

const gate = "hashtext('key_rotation'), 0";

/** A transaction that waits for a KMS does nothing meanwhile. Longer than any rotation takes; after it the lock of a machine that is gone ends. */
const longestRotation = "'10min'";

export function createRotationGate(pool: DatabasePool): RotationGate {
  return {
    async alone(work) {
      const done: { result: { readonly value: Awaited<ReturnType<typeof work>> } | null } = { result: null };
      try {
        return await inTransaction(pool, async (client) => {
          if (!(await tryLock(client, "pg_try_advisory_xact_lock"))) {
            throw new DomainError("conflict", {
              detail:
                "A key is being given a new version, or a re-wrap of everything begins, at this moment. Nothing was changed; try again shortly.",
              retryAfterSeconds: 5,
            });
          }
          await client.query(`SET LOCAL idle_in_transaction_session_timeout = ${longestRotation}`);
          const value = await work();
          done.result = { value };
          return value;
        });
      } catch (error) {
        // It was done, and only the lock's connection broke.
        if (done.result !== null) return done.result.value;
        throw error;
      }
    },
  };
}

/**
 * In the transaction in which a re-wrap of everything begins, until that ends.
 * @throws DomainError `conflict` while a key is being given a new version
 */
export async function refuseDuringRotation(client: DatabaseClient): Promise<void> {
  if (await tryLock(client, "pg_try_advisory_xact_lock_shared")) return;
  throw new DomainError("conflict", {
    detail:
      "A key is being given a new version at this moment (keys rotate): what this re-wrap passed meanwhile would stay under the one before. Begin it when that has ended.",
    retryAfterSeconds: 5,
  });
}

async function tryLock(
  client: DatabaseClient,
  take: "pg_try_advisory_xact_lock" | "pg_try_advisory_xact_lock_shared",
): Promise<boolean> {
  const { rows } = await client.query<{ is_mine: boolean }>(`SELECT ${take}(${gate}) AS is_mine`);
  return rows[0]?.is_mine === true;
}
