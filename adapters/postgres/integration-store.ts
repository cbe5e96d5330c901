import { describeIssues } from "#core/domain/integration/describe-issues";
import { documentFaults } from "#core/domain/integration/document-faults";
import { documentStructureSchema, type IntegrationDocument } from "#core/domain/integration/integration-document";
import { canonicalJson, noOverrides } from "#core/domain/integration/overrides";
import { parseStoredDocument } from "#core/domain/integration/parse-stored-document";
import { UnreadableDefinition } from "#core/domain/integration/unreadable-definition";
import { toPointer } from "#core/domain/text/scan-json";
import { withOverrides } from "#core/usecases/of-account";
import type {
  ConfiguredIntegration,
  EnvironmentClient,
  IntegrationAdministration,
  SealedClientSecret,
} from "#core/ports/integration-store";
import type { Log } from "#core/ports/log";
import type { Catalogue } from "../catalogue/load-catalogue.ts";
import { insertAudit } from "./audit-log.ts";
import { createCircuitSharing } from "./circuit-sharing.ts";
import { isAsExpected, noteWorkedSecret, writeSecrets } from "./client-secrets.ts";
import {
  findPublishedKeys,
  patchProof,
  proofColumns,
  proofJoins,
  toProofs,
  type ProofColumns,
} from "./client-proofs.ts";
import { forgetCircuits } from "./close-circuits.ts";
import { definitionChanges } from "./definition-changes.ts";
import { isPinned, toPin, type PinColumns } from "./host-pins.ts";
import { inTransaction, query, rollback, type DatabasePool } from "./pool.ts";
import { definitionStamp } from "./token-glances.ts";

/** One for each secret of its client, newest first. */
interface ConfiguredRow extends ProofColumns {
  readonly environment_id: string;
  readonly name: string;
  readonly document: unknown;
  readonly document_updated_at: Date | null;
  readonly ei_id: string | null;
  readonly callback_id: string | null;
  readonly client_id: string | null;
  readonly overrides: Record<string, unknown> | null;
  readonly secret_version: number | null;
  readonly secret_sealed: Buffer | null;
  readonly secret_created_at: Date | null;
  readonly secret_set_by: string | null;
  readonly accepted_until: Date | null;
  readonly last_worked_at: Date | null;
  readonly pinned_format: PinColumns["format"];
  readonly pinned_hosts: PinColumns["hosts"];
  readonly stamp: string;
}

interface LockedClient {
  readonly id: string;
  readonly client_id: string | null;
  readonly overrides: Record<string, unknown>;
}

const selectConfigured = `
  SELECT names.environment_id, names.name, i.document, i.updated_at AS document_updated_at, e.id AS ei_id, e.callback_id,
         e.client_id, e.overrides, s.version AS secret_version, s.sealed AS secret_sealed,
         s.updated_at AS secret_created_at, s.set_by AS secret_set_by, s.accepted_until, s.last_worked_at, h.format AS pinned_format, h.hosts AS pinned_hosts,
         ${definitionStamp("i", "e")} AS stamp, ${proofColumns}
    FROM names
    LEFT JOIN integration i ON i.environment_id = names.environment_id AND i.name = names.name
    LEFT JOIN environment_integration e ON e.environment_id = names.environment_id AND e.integration_name = names.name
    LEFT JOIN integration_hosts h ON h.environment_id = names.environment_id AND h.integration_name = names.name
    LEFT JOIN sealed_secret s ON s.owner = e.id AND s.field = 'client_secret'
    ${proofJoins}`;

export function createIntegrationStore(
  pool: DatabasePool,
  catalogue: Catalogue,
  log: Pick<Log, "warn" | "error">,
): IntegrationAdministration {
  const parse = documentCache(log);
  /** @throws UnreadableDefinition: an environment's own definition never gives way to the catalogue's unasked */
  const toConfigured = (rows: readonly ConfiguredRow[]): ConfiguredIntegration | null => {
    const [row] = rows;
    if (row === undefined) return null;
    const own = row.document === null ? null : parse(row);
    const definition = own ?? catalogue.get(row.name) ?? null;
    if (definition === null) return null;
    return withOverrides({
      environmentId: row.environment_id,
      name: row.name,
      origin: own === null ? "platform" : "environment",
      definition,
      overrides: row.overrides ?? noOverrides,
      pin: toPin({ format: row.pinned_format, hosts: row.pinned_hosts }),
      client: toClient(row, rows),
      stamp: row.stamp,
    });
  };

  return {
    ...createCircuitSharing(pool),

    async find(environmentId, name) {
      const { rows } = await query<ConfiguredRow>(
        pool,
        `WITH names AS (SELECT $1::text AS environment_id, $2::text AS name) ${selectConfigured} ORDER BY s.version DESC`,
        [environmentId, name],
        "integration-find",
      );
      return toConfigured(rows);
    },

    async list(environmentId) {
      const { rows } = await query<ConfiguredRow>(
        pool,
        `WITH names AS (SELECT $1::text AS environment_id, name FROM
           (SELECT name FROM integration WHERE environment_id = $1 UNION SELECT unnest($2::text[])) AS known)
         ${selectConfigured} ORDER BY names.name, s.version DESC`,
        [environmentId, [...catalogue.keys()]],
      );
      const readable: ConfiguredIntegration[] = [];
      const unreadable: UnreadableDefinition[] = [];
      for (const one of Map.groupBy(rows, (row) => row.name).values()) {
        try {
          const configured = toConfigured(one);
          if (configured !== null) readable.push(configured);
        } catch (error) {
          if (!(error instanceof UnreadableDefinition)) throw error;
          unreadable.push(error);
        }
      }
      return { readable, unreadable };
    },

    secretWorked: (owner, version, at) => noteWorkedSecret(pool, owner, version, at),

    ...definitionChanges(pool, catalogue),

    async patchClient(environmentId, name, fresh, patch, audit) {
      const outcome = await inTransaction(pool, async (client) => {
        if (patch.pin !== undefined && !(await isPinned(client, environmentId, name, patch.pin))) return rollback;
        // Made and locked first: whether the client is as expected is seen on the row that is written.
        const { rows } = await client.query<LockedClient>(
          `INSERT INTO environment_integration AS e (id, environment_id, integration_name, callback_id)
           VALUES ($1, $2, $3, $4)
           ON CONFLICT (environment_id, integration_name) DO UPDATE SET updated_at = now()
           RETURNING id, client_id, overrides`,
          [fresh.id, environmentId, name, fresh.callbackId],
        );
        const [row] = rows;
        if (row === undefined) return rollback;
        const owner = { id: row.id, environmentId, integrationName: name };
        const { secrets, overrides } = patch;
        if (overrides !== undefined && canonicalJson(row.overrides) !== canonicalJson(overrides.expected))
          return rollback;
        if (secrets !== undefined && !(await isAsExpected(client, owner, row.client_id, secrets))) return rollback;
        await client.query(
          `UPDATE environment_integration
              SET client_id = coalesce($2, client_id), overrides = coalesce($3::jsonb, overrides)
            WHERE id = $1`,
          [row.id, patch.clientId ?? null, overrides === undefined ? null : JSON.stringify(overrides.next)],
        );
        if (secrets !== undefined) await writeSecrets(client, owner, secrets);
        if (Object.keys(patch).length > 0) await forgetCircuits(client, environmentId, name);
        await insertAudit(client, audit);
        return null;
      });
      return outcome !== rollback;
    },

    patchProof: (environmentId, name, patch, audit) => patchProof(pool, environmentId, name, patch, audit),
    findPublishedKeys: (callbackId) => findPublishedKeys(pool, callbackId),
  };
}

function toClient(row: ConfiguredRow, rows: readonly ConfiguredRow[]): EnvironmentClient | null {
  if (row.ei_id === null || row.callback_id === null) return null;
  return {
    id: row.ei_id,
    callbackId: row.callback_id,
    layer: {
      clientId: row.client_id,
      callbackId: row.callback_id,
    },
    secrets: rows.flatMap((one) => toSecret(one) ?? []),
    ...toProofs(row),
  };
}

function toSecret(row: ConfiguredRow): SealedClientSecret | null {
  const { secret_version: version, secret_sealed: sealed, secret_created_at: createdAt } = row;
  if (version === null || sealed === null || createdAt === null) return null;
  const { secret_set_by: setBy, accepted_until: acceptedUntil, last_worked_at: lastWorkedAt } = row;
  return { version, sealed, createdAt, setBy, acceptedUntil, lastWorkedAt };
}

/**
 * Parsing a document costs more than reading it; it is parsed once per version of its row.
 *
 * By its structure alone: a rule that came after it was stored must not take it from the accounts that live on it. What it breaks by
 * now is logged.
 */
function documentCache(log: Pick<Log, "warn" | "error">): (row: ConfiguredRow) => IntegrationDocument {
  type Read = IntegrationDocument | UnreadableDefinition;
  const cache = new Map<string, { readonly at: number; readonly read: Read }>();
  const read = (row: ConfiguredRow): Read => {
    const { name, environment_id: environment } = row;
    const parsed = parseStoredDocument(row.document);
    if (!parsed.success) {
      const faults = describeIssues(parsed.error.issues, documentStructureSchema, row.document).map(
        ({ pointer, detail }) => `${pointer} ${detail}`,
      );
      log.error(
        { environment, integration: name, faults },
        "a stored definition can't be read; its integration is out",
      );
      return new UnreadableDefinition(name, faults);
    }
    const faults = documentFaults(parsed.data).map(({ path, message }) => `${toPointer(path)} ${message}`);
    if (faults.length > 0) {
      log.warn(
        { environment, integration: name, faults },
        "a stored definition breaks rules that came later; it stays in force",
      );
    }
    return parsed.data;
  };
  return (row) => {
    const key = `${row.environment_id}/${row.name}`;
    const at = row.document_updated_at?.getTime() ?? 0;
    let known = cache.get(key);
    if (known?.at !== at) {
      known = { at, read: read(row) };
      if (cache.size > 1000) cache.clear();
      cache.set(key, known);
    }
    if (known.read instanceof UnreadableDefinition) throw known.read;
    return known.read;
  };
}
