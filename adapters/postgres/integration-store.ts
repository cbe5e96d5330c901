import { integrationDocumentSchema, type IntegrationDocument } from "#core/domain/integration/integration-document";
import type {
  ClientPatch,
  ConfiguredIntegration,
  EnvironmentClient,
  IntegrationAdministration,
} from "#core/ports/integration-store";
import type { Catalogue } from "../catalogue/load-catalogue.ts";
import { insertAudit } from "./audit-log.ts";
import { forgetCircuits } from "./circuit-jobs.ts";
import {
  eraseProofs,
  findPublishedKeys,
  patchProof,
  proofColumns,
  proofJoins,
  toProofs,
  type ProofColumns,
} from "./client-proofs.ts";
import { inTransaction, query, type DatabaseClient, type DatabasePool } from "./pool.ts";

const countLifeMs = 60_000;

interface ConfiguredRow extends ProofColumns {
  readonly environment_id: string;
  readonly name: string;
  readonly document: unknown;
  readonly document_updated_at: Date | null;
  readonly ei_id: string | null;
  readonly callback_id: string | null;
  readonly client_id: string | null;
  readonly scope: string[] | null;
  readonly has_scope: boolean | null;
  readonly secret_version: number | null;
  readonly secret_sealed: Buffer | null;
}

const selectConfigured = `
  SELECT names.environment_id, names.name, i.document, i.updated_at AS document_updated_at, e.id AS ei_id, e.callback_id,
         e.client_id, e.scope, e.has_scope, s.version AS secret_version, s.sealed AS secret_sealed,
         ${proofColumns}
    FROM names
    LEFT JOIN integration i ON i.environment_id = names.environment_id AND i.name = names.name
    LEFT JOIN environment_integration e ON e.environment_id = names.environment_id AND e.integration_name = names.name
    LEFT JOIN sealed_secret s ON s.owner = e.id AND s.field = 'client_secret'
    ${proofJoins}`;

export function createIntegrationStore(pool: DatabasePool, catalogue: Catalogue): IntegrationAdministration {
  const parse = documentCache();
  const counts = new Map<string, { readonly atMs: number; readonly count: number }>();
  const toConfigured = (row: ConfiguredRow): ConfiguredIntegration | null => {
    const own = row.document === null ? null : parse(row);
    const document = own ?? catalogue.get(row.name) ?? null;
    if (document === null) return null;
    return {
      environmentId: row.environment_id,
      name: row.name,
      origin: own === null ? "platform" : "environment",
      document,
      client: toClient(row),
    };
  };

  return {
    async find(environmentId, name) {
      const { rows } = await query<ConfiguredRow>(
        pool,
        `WITH names AS (SELECT $1::text AS environment_id, $2::text AS name) ${selectConfigured}`,
        [environmentId, name],
        "integration-find",
      );
      return rows[0] === undefined ? null : toConfigured(rows[0]);
    },

    async list(environmentId) {
      const { rows } = await query<ConfiguredRow>(
        pool,
        `WITH names AS (SELECT $1::text AS environment_id, name FROM
           (SELECT name FROM integration WHERE environment_id = $1 UNION SELECT unnest($2::text[])) AS known)
         ${selectConfigured} ORDER BY names.name`,
        [environmentId, [...catalogue.keys()]],
      );
      return rows.flatMap((row) => toConfigured(row) ?? []);
    },

    async countActiveAccounts(environmentId, name) {
      const key = `${environmentId}/${name}`;
      const known = counts.get(key);
      if (known !== undefined && performance.now() - known.atMs < countLifeMs) return known.count;
      const { rows } = await query<{ count: number }>(
        pool,
        `SELECT count(*)::int AS count FROM integrated_account
          WHERE environment_id = $1 AND integration_name = $2 AND status = 'active'`,
        [environmentId, name],
      );
      const count = rows[0]?.count ?? 0;
      if (counts.size > 1000) counts.clear();
      counts.set(key, { atMs: performance.now(), count });
      return count;
    },

    async put(environmentId, document, { erasesSecret, audit }) {
      return await inTransaction(pool, async (client) => {
        const { rows } = await client.query<{ is_new: boolean }>(
          `INSERT INTO integration (environment_id, name, document) VALUES ($1, $2, $3)
           ON CONFLICT (environment_id, name) DO UPDATE SET document = excluded.document, updated_at = clock_timestamp()
           RETURNING (xmax = 0) AS is_new`,
          [environmentId, document.name, JSON.stringify(document)],
        );
        if (erasesSecret) {
          await eraseSecret(client, environmentId, document.name);
          await eraseProofs(client, environmentId, document.name);
        }
        await forgetCircuits(client, environmentId, document.name);
        await insertAudit(client, [audit]);
        return rows[0]?.is_new ?? false;
      });
    },

    async remove(environmentId, name, audit) {
      return await inTransaction(pool, async (client) => {
        const { rowCount } = await client.query("DELETE FROM integration WHERE environment_id = $1 AND name = $2", [
          environmentId,
          name,
        ]);
        if (rowCount !== 1) return false;
        await eraseSecret(client, environmentId, name);
        await eraseProofs(client, environmentId, name);
        await client.query("DELETE FROM mass_failure WHERE environment_id = $1 AND integration_name = $2", [
          environmentId,
          name,
        ]);
        await insertAudit(client, [audit]);
        return true;
      });
    },

    async patchClient(environmentId, name, fresh, patch, audit) {
      await inTransaction(pool, async (client) => {
        const { rows } = await client.query<{ id: string }>(
          `INSERT INTO environment_integration AS e (id, environment_id, integration_name, callback_id, client_id, scope, has_scope)
           VALUES ($1, $2, $3, $4, $5, coalesce($6::text[], '{}'), $6::text[] IS NOT NULL)
           ON CONFLICT (environment_id, integration_name) DO UPDATE
             SET client_id = coalesce($5, e.client_id), scope = coalesce($6::text[], e.scope),
                 has_scope = e.has_scope OR $6::text[] IS NOT NULL, updated_at = now()
           RETURNING id`,
          [fresh.id, environmentId, name, fresh.callbackId, patch.clientId ?? null, patch.scopes ?? null],
        );
        if (patch.secret !== undefined && rows[0] !== undefined) {
          await storeSecret(client, environmentId, rows[0].id, patch.secret);
        }
        await forgetCircuits(client, environmentId, name);
        await insertAudit(client, audit);
      });
    },

    patchProof: (environmentId, name, patch, audit) => patchProof(pool, environmentId, name, patch, audit),
    findPublishedKeys: (callbackId) => findPublishedKeys(pool, callbackId),

    async countLiveAccounts(environmentId, name) {
      const { rows } = await query<{ count: number }>(
        pool,
        `SELECT count(*)::int AS count FROM integrated_account
          WHERE environment_id = $1 AND integration_name = $2 AND status IN ('active', 'needs_reauth', 'connecting')`,
        [environmentId, name],
      );
      return rows[0]?.count ?? 0;
    },
  };
}

/** The version stays with the row that is gone: a secret given later begins at 1, bound to the same owner and field. */
async function eraseSecret(client: DatabaseClient, environmentId: string, name: string): Promise<void> {
  await client.query(
    `DELETE FROM sealed_secret WHERE field = 'client_secret' AND owner IN
       (SELECT id FROM environment_integration WHERE environment_id = $1 AND integration_name = $2)`,
    [environmentId, name],
  );
}

async function storeSecret(
  client: DatabaseClient,
  environmentId: string,
  owner: string,
  secret: NonNullable<ClientPatch["secret"]>,
): Promise<void> {
  await client.query(
    `INSERT INTO sealed_secret (owner, field, environment_id, version, kid, sealed) VALUES ($1, 'client_secret', $2, $3, $4, $5)
     ON CONFLICT (owner, field) DO UPDATE
       SET version = excluded.version, kid = excluded.kid, sealed = excluded.sealed, updated_at = now()`,
    [owner, environmentId, secret.version, secret.kid, Buffer.from(secret.sealed)],
  );
}

function toClient(row: ConfiguredRow): EnvironmentClient | null {
  if (row.ei_id === null || row.callback_id === null) return null;
  return {
    id: row.ei_id,
    callbackId: row.callback_id,
    layer: {
      clientId: row.client_id,
      scopes: row.has_scope === true ? row.scope : null,
      callbackId: row.callback_id,
    },
    secret:
      row.secret_sealed === null || row.secret_version === null
        ? null
        : { version: row.secret_version, sealed: row.secret_sealed },
    ...toProofs(row),
  };
}

/** Parsing a document costs more than reading it; it is parsed once per version of its row. */
function documentCache(): (row: ConfiguredRow) => IntegrationDocument {
  const cache = new Map<string, { readonly at: number; readonly document: IntegrationDocument }>();
  return (row) => {
    const key = `${row.environment_id}/${row.name}`;
    const at = row.document_updated_at?.getTime() ?? 0;
    const known = cache.get(key);
    if (known !== undefined && known.at === at) return known.document;
    const document = integrationDocumentSchema.parse(row.document);
    if (cache.size > 1000) cache.clear();
    cache.set(key, { at, document });
    return document;
  };
}
