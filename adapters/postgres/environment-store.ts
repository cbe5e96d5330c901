import type { EnvironmentRecord, EnvironmentStore } from "#core/ports/environment-store";
import type { LogoImage } from "#core/domain/brand/logo-image";
import { DomainError } from "#core/domain/problem/domain-error";
import type { AuditRecord } from "#core/domain/audit/audit-record";
import { insertAudit } from "./audit-log.ts";
import { inTransaction, query, type DatabaseClient, type DatabasePool } from "./pool.ts";

interface EnvironmentRow {
  readonly id: string;
  readonly name: string;
  readonly return_urls: string[];
  readonly allowed_origins: string[];
  readonly branding: Record<string, unknown>;
  readonly reauth_links_in_events: boolean;
  readonly connect_url: string | null;
}

export interface EnvironmentPatch {
  readonly returnUrls?: readonly string[];
  readonly allowedOrigins?: readonly string[];
  readonly branding?: Readonly<Record<string, unknown>>;
  /** Null: there is to be none. */
  readonly logo?: StoredLogo | null;
  readonly reauthLinksInEvents?: boolean;
  /** Null: links lead to EVERGRANT_URL again. */
  readonly connectUrl?: string | null;
}

export interface StoredLogo extends LogoImage {
  readonly digest: string;
}

export interface EnvironmentCounts {
  readonly id: string;
  /** In force. */
  readonly apiKeys: number;
  readonly webhookEndpoints: number;
  /** That it configured. */
  readonly integrations: number;
}

export interface EnvironmentAdministration extends EnvironmentStore {
  /** The picture with this digest, whosever it is: pages show it to anybody. */
  findLogo(digest: string): Promise<LogoImage | null>;
  /** The own origin of the environment whose redirect URI ends in this; null: it has none, or there is no such. */
  findConnectUrl(callbackId: string): Promise<string | null>;
  /** How much each has of what is made by hand. */
  counts(): Promise<readonly EnvironmentCounts[]>;
  /** @throws DomainError conflict, when another environment has that connectUrl */
  update(id: string, patch: EnvironmentPatch, audit: AuditRecord): Promise<EnvironmentRecord | null>;
}

const columns = "id, name, return_urls, allowed_origins, branding, reauth_links_in_events, connect_url";

export function createEnvironmentStore(pool: DatabasePool): EnvironmentAdministration {
  const one = async (where: string, value: string): Promise<EnvironmentRecord | null> => {
    const { rows } = await query<EnvironmentRow>(pool, `SELECT ${columns} FROM environment WHERE ${where} = $1`, [
      value,
    ]);
    return rows[0] === undefined ? null : toRecord(rows[0]);
  };
  return {
    async list() {
      const { rows } = await query<EnvironmentRow>(
        pool,
        `SELECT ${columns} FROM environment ORDER BY created_at, name`,
        [],
      );
      return rows.map(toRecord);
    },
    findById: (id) => one("id", id),
    findByName: (name) => one("name", name),
    async findLogo(digest) {
      const { rows } = await query<{ media_type: LogoImage["mediaType"]; bytes: Buffer }>(
        pool,
        "SELECT media_type, bytes FROM environment_logo WHERE digest = $1 LIMIT 1",
        [digest],
      );
      return rows[0] === undefined ? null : { mediaType: rows[0].media_type, bytes: rows[0].bytes };
    },
    async counts() {
      const { rows } = await query<{ id: string; keys: number; endpoints: number; integrations: number }>(
        pool,
        `SELECT e.id,
                (SELECT count(*)::int FROM api_key k WHERE k.environment_id = e.id AND k.revoked_at IS NULL
                    AND (k.expires_at IS NULL OR k.expires_at > now())) AS keys,
                (SELECT count(*)::int FROM webhook_endpoint w WHERE w.environment_id = e.id) AS endpoints,
                (SELECT count(*)::int FROM environment_integration i WHERE i.environment_id = e.id) AS integrations
           FROM environment e`,
        [],
      );
      return rows.map((row) => ({
        id: row.id,
        apiKeys: row.keys,
        webhookEndpoints: row.endpoints,
        integrations: row.integrations,
      }));
    },
    async findConnectUrl(callbackId) {
      const { rows } = await query<{ connect_url: string | null }>(
        pool,
        `SELECT e.connect_url FROM environment_integration i JOIN environment e ON e.id = i.environment_id
          WHERE i.callback_id = $1`,
        [callbackId],
      );
      return rows[0]?.connect_url ?? null;
    },
    async update(id, patch, audit) {
      const work = inTransaction(pool, async (client) => {
        const { rows } = await client.query<EnvironmentRow>(
          `UPDATE environment
              SET return_urls = coalesce($2, return_urls), allowed_origins = coalesce($3, allowed_origins),
                  branding = coalesce($4::jsonb, branding), reauth_links_in_events = coalesce($5, reauth_links_in_events),
                  connect_url = CASE WHEN $6 THEN $7 ELSE connect_url END, updated_at = now()
            WHERE id = $1 RETURNING ${columns}`,
          [
            id,
            patch.returnUrls ?? null,
            patch.allowedOrigins ?? null,
            patch.branding === undefined ? null : JSON.stringify(patch.branding),
            patch.reauthLinksInEvents ?? null,
            patch.connectUrl !== undefined,
            patch.connectUrl ?? null,
          ],
        );
        if (rows[0] === undefined) return null;
        if (patch.logo !== undefined) await putLogo(client, id, patch.logo);
        await insertAudit(client, [audit]);
        return toRecord(rows[0]);
      });
      return await work.catch(tellTaken);
    },
  };
}

function tellTaken(error: unknown): never {
  if (!(error instanceof Error) || Reflect.get(error, "constraint") !== "environment_connect_url_key") throw error;
  throw new DomainError("conflict", {
    detail: "Another environment has this connect_url; a name of a product's own leads to one environment.",
  });
}

async function putLogo(client: DatabaseClient, environmentId: string, logo: StoredLogo | null): Promise<void> {
  if (logo === null) {
    await client.query("DELETE FROM environment_logo WHERE environment_id = $1", [environmentId]);
    return;
  }
  await client.query(
    `INSERT INTO environment_logo (environment_id, digest, media_type, bytes) VALUES ($1, $2, $3, $4)
     ON CONFLICT (environment_id) DO UPDATE SET digest = excluded.digest, media_type = excluded.media_type, bytes = excluded.bytes`,
    [environmentId, logo.digest, logo.mediaType, Buffer.from(logo.bytes)],
  );
}

function toRecord(row: EnvironmentRow): EnvironmentRecord {
  return {
    id: row.id,
    name: row.name,
    returnUrls: row.return_urls,
    allowedOrigins: row.allowed_origins,
    branding: row.branding,
    reauthLinksInEvents: row.reauth_links_in_events,
    connectUrl: row.connect_url,
  };
}
