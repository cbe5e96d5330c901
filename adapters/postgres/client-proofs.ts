import type { PublicJwk } from "#core/domain/jwk/jwk";
import type { PublishedKey } from "#core/domain/integration/client-keys";
import type { ClientProofPatch, EnvironmentClient } from "#core/ports/integration-store";
import { insertAudit } from "./audit-log.ts";
import { forgetCircuits } from "./circuit-jobs.ts";
import { inTransaction, query, rollback, type DatabaseClient, type DatabasePool } from "./pool.ts";
import type { AuditRecord } from "#core/domain/audit/audit-record";

/** What a row of an environment integration says of its proofs. */
export interface ProofColumns {
  readonly proofs: StoredProofs | null;
  readonly key_version: number | null;
  readonly key_sealed: Buffer | null;
  readonly certificate_version: number | null;
  readonly certificate_sealed: Buffer | null;
}

interface StoredProofs {
  readonly client_key?: readonly StoredKey[];
  readonly client_certificate?: { readonly subject: string; readonly sha256: string; readonly not_after: string };
}

interface StoredKey {
  readonly jwk: PublicJwk;
  readonly created_at: string;
  readonly accepted_until: string | null;
}

export const proofColumns =
  "e.proofs, k.version AS key_version, k.sealed AS key_sealed, c.version AS certificate_version, c.sealed AS certificate_sealed";
export const proofJoins = `LEFT JOIN sealed_secret k ON k.owner = e.id AND k.field = 'client_key'
    LEFT JOIN sealed_secret c ON c.owner = e.id AND c.field = 'client_certificate'`;

export function toProofs(row: ProofColumns): Pick<EnvironmentClient, "keys" | "certificate"> {
  const { key_version, key_sealed, certificate_version, certificate_sealed, proofs } = row;
  const shown = proofs?.client_certificate;
  return {
    ...(key_version === null || key_sealed === null
      ? {}
      : {
          keys: {
            version: key_version,
            sealed: key_sealed,
            published: (proofs?.client_key ?? []).map(toPublished),
          },
        }),
    ...(certificate_version === null || certificate_sealed === null || shown === undefined
      ? {}
      : {
          certificate: {
            version: certificate_version,
            sealed: certificate_sealed,
            shown: { subject: shown.subject, sha256: shown.sha256, notAfter: new Date(shown.not_after) },
          },
        }),
  };
}

function toPublished(stored: StoredKey): PublishedKey {
  return {
    jwk: stored.jwk,
    createdAt: new Date(stored.created_at),
    acceptedUntil: stored.accepted_until === null ? null : new Date(stored.accepted_until),
  };
}

function toStored(patch: ClientProofPatch): StoredProofs["client_key"] | StoredProofs["client_certificate"] {
  if (patch.field === "client_certificate") {
    const { subject, sha256, notAfter } = patch.shown;
    return { subject, sha256, not_after: notAfter.toISOString() };
  }
  return patch.published.map(({ jwk, createdAt, acceptedUntil }) => ({
    jwk,
    created_at: createdAt.toISOString(),
    accepted_until: acceptedUntil?.toISOString() ?? null,
  }));
}

/** See IntegrationAdministration.patchProof. */
export async function patchProof(
  pool: DatabasePool,
  environmentId: string,
  name: string,
  patch: ClientProofPatch,
  audit: readonly AuditRecord[],
): Promise<boolean> {
  const outcome = await inTransaction(pool, async (client) => {
    const { rows } = await client.query<{ id: string }>(
      "SELECT id FROM environment_integration WHERE environment_id = $1 AND integration_name = $2 FOR UPDATE",
      [environmentId, name],
    );
    const owner = rows[0]?.id;
    if (owner === undefined) return rollback;
    const replaced = await client.query<{ version: number }>(
      "DELETE FROM sealed_secret WHERE owner = $1 AND field = $2 RETURNING version",
      [owner, patch.field],
    );
    if ((replaced.rows[0]?.version ?? 0) !== patch.version - 1) return rollback;
    await client.query(
      `INSERT INTO sealed_secret (owner, field, environment_id, version, kid, sealed) VALUES ($1, $2, $3, $4, $5, $6)`,
      [owner, patch.field, environmentId, patch.version, patch.kid, Buffer.from(patch.sealed)],
    );
    await client.query(
      "UPDATE environment_integration SET proofs = proofs || jsonb_build_object($2::text, $3::jsonb), updated_at = now() WHERE id = $1",
      [owner, patch.field, JSON.stringify(toStored(patch))],
    );
    await forgetCircuits(client, environmentId, name);
    await insertAudit(client, audit);
    return null;
  });
  return outcome !== rollback;
}

/** Keys and certificates were made for the hosts that a definition named: another server gets others. */
export async function eraseProofs(client: DatabaseClient, environmentId: string, name: string): Promise<void> {
  await client.query(
    `WITH e AS (UPDATE environment_integration SET proofs = '{}', updated_at = now()
                 WHERE environment_id = $1 AND integration_name = $2 RETURNING id)
     DELETE FROM sealed_secret s USING e WHERE s.owner = e.id AND s.field IN ('client_key', 'client_certificate')`,
    [environmentId, name],
  );
}

/** See IntegrationAdministration.findPublishedKeys. */
export async function findPublishedKeys(
  pool: DatabasePool,
  callbackId: string,
): Promise<readonly PublishedKey[] | null> {
  const { rows } = await query<{ proofs: StoredProofs }>(
    pool,
    "SELECT proofs FROM environment_integration WHERE callback_id = $1",
    [callbackId],
  );
  return rows[0] === undefined ? null : (rows[0].proofs.client_key ?? []).map(toPublished);
}
