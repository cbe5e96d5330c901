import type { ApiKey } from "#core/ports/api-key-store";
import { selectKey, toKey, type KeyRow } from "./api-key-rows.ts";
import { query, type DatabasePool } from "./pool.ts";

/** Whose request it is. */
export interface AccessStore {
  /** Null also for a key that is revoked or stopped, or has expired. */
  findUsableKey(digest: Uint8Array): Promise<ApiKey | null>;
  touchKey(id: string): Promise<void>;
}

export function createAccessStore(pool: DatabasePool): AccessStore {
  return {
    async findUsableKey(digest) {
      const { rows } = await query<KeyRow>(
        pool,
        `${selectKey} WHERE k.digest = $1 AND k.revoked_at IS NULL AND k.stopped_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > now())`,
        [Buffer.from(digest)],
        "api-key-find",
      );
      return rows[0] === undefined ? null : toKey(rows[0]);
    },

    async touchKey(id) {
      await query(
        pool,
        "UPDATE api_key SET last_used_at = now() WHERE id = $1 AND (last_used_at IS NULL OR last_used_at < now() - interval '1 minute')",
        [id],
      );
    },
  };
}
