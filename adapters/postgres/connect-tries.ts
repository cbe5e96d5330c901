import { nextTryAt, triesCountSince, type FormFailure } from "#core/domain/connect/form-tries";
import type { ConnectStore, ConnectTry } from "#core/ports/connect-store";
import { inTransaction, query, type DatabasePool } from "./pool.ts";

interface TryRow {
  readonly id: string;
  readonly link_token_id: string;
  readonly browser_digest: Buffer;
  readonly integration_name: string;
  readonly typed: Record<string, string>;
  readonly failure: FormFailure | null;
  readonly created_at: Date;
}

/** The tries of links' forms. */
export function connectTries(pool: DatabasePool): Pick<ConnectStore, "beginTry" | "failTry" | "findTry" | "listTries"> {
  return {
    async beginTry({ id, linkTokenId, browserDigest, integrationName, typed, madeAt }) {
      return await inTransaction(pool, async (client) => {
        // Two of one link at once would each find the other not there yet.
        await client.query("SELECT FROM link_token WHERE id = $1 FOR UPDATE", [linkTokenId]);
        const { rows } = await client.query<{ created_at: Date }>(
          "SELECT created_at FROM connect_try WHERE link_token_id = $1 AND created_at > $2",
          [linkTokenId, triesCountSince(madeAt)],
        );
        const next = nextTryAt(
          rows.map((row) => row.created_at),
          madeAt,
        );
        if (next !== null) return next;
        await client.query(
          `INSERT INTO connect_try (id, link_token_id, browser_digest, integration_name, typed, created_at)
           VALUES ($1, $2, $3, $4, $5, $6)`,
          [id, linkTokenId, Buffer.from(browserDigest), integrationName, JSON.stringify(typed), madeAt],
        );
        return null;
      });
    },

    async failTry(id, failure) {
      await query(pool, "UPDATE connect_try SET failure = $2 WHERE id = $1", [id, JSON.stringify(failure)]);
    },

    async findTry(linkId, browserDigest, since) {
      const { rows } = await query<TryRow>(
        pool,
        `SELECT id, link_token_id, browser_digest, integration_name, typed, failure, created_at FROM connect_try
          WHERE link_token_id = $1 AND browser_digest = $2 AND created_at > $3 ORDER BY created_at DESC, id LIMIT 1`,
        [linkId, Buffer.from(browserDigest), since],
      );
      return rows[0] === undefined ? null : toTry(rows[0]);
    },

    async listTries(linkId, since) {
      const { rows } = await query<{ created_at: Date }>(
        pool,
        "SELECT created_at FROM connect_try WHERE link_token_id = $1 AND created_at > $2",
        [linkId, since],
      );
      return rows.map((row) => row.created_at);
    },
  };
}

function toTry(row: TryRow): ConnectTry {
  return {
    id: row.id,
    linkTokenId: row.link_token_id,
    browserDigest: row.browser_digest,
    integrationName: row.integration_name,
    typed: row.typed,
    failure: row.failure,
    madeAt: row.created_at,
  };
}
