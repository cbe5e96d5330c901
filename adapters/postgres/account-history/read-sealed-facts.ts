import { query, type DatabasePool } from "../pool.ts";

/** What is known of an account's sealed credential without opening it. */
export interface SealedFacts {
  readonly version: number;
  /** Of the key that the value's data key is wrapped with; a tenant key's own id where the tenant has one. */
  readonly keyId: string;
  readonly sealedAt: Date;
}

/** Null: the account holds none. Never the value. */
export async function readSealedFacts(
  pool: DatabasePool,
  { environmentId, id }: { readonly environmentId: string; readonly id: string },
): Promise<SealedFacts | null> {
  const { rows } = await query<{ version: number; kid: string; updated_at: Date }>(
    pool,
    "SELECT version, kid, updated_at FROM sealed_credential WHERE account_id = $1 AND environment_id = $2",
    [id, environmentId],
  );
  const [row] = rows;
  return row === undefined ? null : { version: row.version, keyId: row.kid, sealedAt: row.updated_at };
}
