import type { EnvironmentRecord, EnvironmentStore } from "#core/ports/environment-store";
import type { AuditRecord } from "#core/domain/audit/audit-record";
import { insertAudit } from "./audit-log.ts";
import { inTransaction, query, type DatabasePool } from "./pool.ts";

interface EnvironmentRow {
  readonly id: string;
  readonly name: string;
  readonly return_urls: string[];
  readonly allowed_origins: string[];
  readonly branding: Record<string, unknown>;
  readonly reauth_links_in_events: boolean;
}

export interface EnvironmentPatch {
  readonly returnUrls?: readonly string[];
  readonly allowedOrigins?: readonly string[];
  readonly branding?: Readonly<Record<string, unknown>>;
  readonly reauthLinksInEvents?: boolean;
}

export interface EnvironmentAdministration extends EnvironmentStore {
  update(id: string, patch: EnvironmentPatch, audit: AuditRecord): Promise<EnvironmentRecord | null>;
}

const columns = "id, name, return_urls, allowed_origins, branding, reauth_links_in_events";

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
    async update(id, patch, audit) {
      return await inTransaction(pool, async (client) => {
        const { rows } = await client.query<EnvironmentRow>(
          `UPDATE environment
              SET return_urls = coalesce($2, return_urls), allowed_origins = coalesce($3, allowed_origins),
                  branding = coalesce($4::jsonb, branding), reauth_links_in_events = coalesce($5, reauth_links_in_events),
                  updated_at = now()
            WHERE id = $1 RETURNING ${columns}`,
          [
            id,
            patch.returnUrls ?? null,
            patch.allowedOrigins ?? null,
            patch.branding === undefined ? null : JSON.stringify(patch.branding),
            patch.reauthLinksInEvents ?? null,
          ],
        );
        if (rows[0] === undefined) return null;
        await insertAudit(client, [audit]);
        return toRecord(rows[0]);
      });
    },
  };
}

function toRecord(row: EnvironmentRow): EnvironmentRecord {
  return {
    id: row.id,
    name: row.name,
    returnUrls: row.return_urls,
    allowedOrigins: row.allowed_origins,
    branding: row.branding,
    reauthLinksInEvents: row.reauth_links_in_events,
  };
}
