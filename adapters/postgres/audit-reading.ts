import type { AuditReading } from "#core/ports/audit-reading";
import { pageOfAnchors } from "./audit-anchors.ts";
import { entryColumns, toEntry, writableSql, type EntryRow } from "./audit-rows.ts";
import { query, type DatabasePool } from "./pool.ts";

export function createAuditReading(pool: DatabasePool): AuditReading {
  return {
    // Each filter has an index that ends in the time. Only those that are asked for stand in the statement: a plan for all of them at
    // once is one for none.
    async list({ environmentId, accountId, actor, action, from, to }, after, take) {
      const values: unknown[] = [environmentId, take];
      const add = (value: unknown): string => `$${values.push(value)}`;
      const where = ["a.environment_id = $1", writableSql("a.at")];
      if (accountId !== null) where.push(`a.account_id = ${add(accountId)}`);
      if (actor !== null) where.push(`a.actor = ${add(actor)}`);
      if (action !== null) where.push(`a.action = ${add(action)}`);
      if (from !== null) where.push(`a.at >= ${add(from)}::timestamptz`);
      if (to !== null) where.push(`a.at < ${add(to)}::timestamptz`);
      if (after !== null) {
        const at = `${add(after.at)}::timestamptz`;
        where.push(`a.at <= ${at} AND (a.at < ${at} OR a.id < ${add(after.id)})`);
      }
      const { rows } = await query<EntryRow & { hash: string | null } & Record<string, unknown>>(
        pool,
        `SELECT ${entryColumns("e")}, encode(l.hash, 'hex') AS hash
           FROM (SELECT * FROM audit_event a WHERE ${where.join(" AND ")} ORDER BY a.at DESC, a.id DESC LIMIT $2) e
           LEFT JOIN LATERAL (SELECT hash FROM audit_link
                               WHERE environment_id = $1 AND audit_at = e.at AND audit_id = e.id AND sealed_at >= e.at LIMIT 1) l
                  ON true
          ORDER BY e.at DESC, e.id DESC`,
        values,
      );
      return rows.map((row) => ({ entry: toEntry(row), hash: row.hash }));
    },

    anchors: (environmentId, before, take) => pageOfAnchors(pool, environmentId, before, take),
  };
}
