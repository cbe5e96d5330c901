import type { ConnectEmbeds } from "#core/ports/connect-embeds";
import { sessionColumns, toSession, type SessionRow } from "./connect-rows.ts";
import { query, type DatabasePool } from "./pool.ts";

export function createConnectEmbeds(pool: DatabasePool): ConnectEmbeds {
  return {
    async open({ digest, linkTokenId, browserDigest, origin }) {
      await query(
        pool,
        `INSERT INTO connect_embed (digest, link_token_id, browser_digest, origin) VALUES ($1, $2, $3, $4)
         ON CONFLICT (digest) DO UPDATE SET browser_digest = excluded.browser_digest, created_at = now()
           WHERE connect_embed.origin = excluded.origin`,
        [Buffer.from(digest), linkTokenId, Buffer.from(browserDigest), origin],
      );
    },

    async close(linkTokenId, browserDigest) {
      await query(pool, "DELETE FROM connect_embed WHERE link_token_id = $1 AND browser_digest = $2", [
        linkTokenId,
        Buffer.from(browserDigest),
      ]);
    },

    async findOrigin(linkTokenId, browserDigest) {
      const { rows } = await query<{ origin: string }>(
        pool,
        `SELECT origin FROM connect_embed WHERE link_token_id = $1 AND browser_digest = $2
          ORDER BY created_at DESC LIMIT 1`,
        [linkTokenId, Buffer.from(browserDigest)],
      );
      return rows[0]?.origin ?? null;
    },

    async findSession({ digest, linkTokenId, origin }) {
      const { rows } = await query<SessionRow>(
        pool,
        `SELECT ${sessionColumns} FROM connect_session s
          WHERE EXISTS (SELECT FROM connect_embed e
                         WHERE e.digest = $1 AND e.link_token_id = $2 AND e.origin = $3
                           AND s.link_token_id = e.link_token_id AND s.browser_digest = e.browser_digest
                           AND s.created_at >= e.created_at)
          ORDER BY s.created_at DESC LIMIT 1`,
        [Buffer.from(digest), linkTokenId, origin],
      );
      return rows[0] === undefined ? null : toSession(rows[0]);
    },
  };
}
