import type { ConnectStore } from "#core/ports/connect-store";
import { insertAudit } from "./audit-log.ts";
import {
  linkColumns,
  sessionColumns,
  toAuthorizationSession,
  toLink,
  toSession,
  type LinkRow,
  type SessionRow,
} from "./connect-rows.ts";
import { connectTries } from "./connect-tries.ts";
import { heldAnswers } from "./held-answers.ts";
import { heldGrants } from "./held-grants.ts";
import { inTransaction, query, type DatabasePool } from "./pool.ts";

export function createConnectStore(pool: DatabasePool): ConnectStore {
  return {
    async createLink(link, audit) {
      return await inTransaction(pool, async (client) => {
        const { rowCount } = await client.query(
          `INSERT INTO link_token (id, digest, environment_id, tenant_id, user_reference, integration_names,
             integrated_account_id, return_url, scopes, session_binding, locale, metadata, expires_at)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
           ON CONFLICT (id) DO NOTHING`,
          [
            link.id,
            Buffer.from(link.digest),
            link.environmentId,
            link.tenantId,
            link.userReference,
            link.integrationNames,
            link.integratedAccountId,
            link.returnUrl,
            link.scopes,
            link.sessionBinding,
            link.locale,
            JSON.stringify(link.metadata),
            link.expiresAt,
          ],
        );
        if (rowCount === 1) {
          await insertAudit(client, [audit]);
          return link.expiresAt;
        }
        const { rows } = await client.query<{ expires_at: Date }>(
          "SELECT expires_at FROM link_token WHERE id = $1 AND environment_id = $2",
          [link.id, link.environmentId],
        );
        return rows[0]?.expires_at ?? link.expiresAt;
      });
    },

    async findLinkByDigest(digest) {
      const { rows } = await query<LinkRow>(pool, `SELECT ${linkColumns} FROM link_token WHERE digest = $1`, [
        Buffer.from(digest),
      ]);
      return rows[0] === undefined ? null : toLink(rows[0]);
    },

    async findLink(id) {
      const { rows } = await query<LinkRow>(pool, `SELECT ${linkColumns} FROM link_token WHERE id = $1`, [id]);
      return rows[0] === undefined ? null : toLink(rows[0]);
    },

    async bindAccount(linkId, accountId) {
      await query(pool, "UPDATE link_token SET account_id = $2 WHERE id = $1", [linkId, accountId]);
    },

    async createSession(session, audit) {
      await inTransaction(pool, async (client) => {
        await client.query(
          `INSERT INTO connect_session (id, link_token_id, environment_id, account_id, integration_name, callback_id,
             state_digest, browser_digest, nonce, redirect_uri, issuer, token_endpoint, scopes_requested, is_return,
             needs_confirmation, status, expires_at)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, 'authorizing', $16)`,
          [
            session.id,
            session.linkTokenId,
            session.environmentId,
            session.accountId,
            session.integrationName,
            session.callbackId,
            session.stateDigest === null ? null : Buffer.from(session.stateDigest),
            Buffer.from(session.browserDigest),
            session.nonce,
            session.redirectUri,
            session.issuer,
            session.tokenEndpoint,
            session.scopesRequested,
            session.isReturn,
            session.needsConfirmation,
            session.expiresAt,
          ],
        );
        await insertAudit(client, audit);
        if (session.verifier === null) return;
        await client.query(
          `INSERT INTO sealed_secret (owner, field, environment_id, version, kid, sealed)
           VALUES ($1, 'pkce_verifier', $2, 1, $3, $4)`,
          [session.id, session.environmentId, session.verifier.kid, Buffer.from(session.verifier.sealed)],
        );
      });
    },

    async takeSession({ stateDigest, browserDigest, callbackId, now }) {
      return await inTransaction(pool, async (client) => {
        // A digest is looked up, not compared byte by byte: what an index comparison takes tells nothing about the secret.
        const { rows } = await client.query<SessionRow>(
          `UPDATE connect_session SET status = 'exchanging', used_at = $4
            WHERE state_digest = $1 AND browser_digest = $2 AND callback_id = $3 AND status = 'authorizing' AND expires_at > $4
            RETURNING ${sessionColumns}`,
          [Buffer.from(stateDigest), Buffer.from(browserDigest), callbackId, now],
        );
        const row = rows[0];
        if (row === undefined) return null;
        if (row.needs_confirmation) return { session: toAuthorizationSession(row), verifier: null };
        const verifier = await client.query<{ sealed: Buffer }>(
          "DELETE FROM sealed_secret WHERE owner = $1 AND field = 'pkce_verifier' RETURNING sealed",
          [row.id],
        );
        return { session: toAuthorizationSession(row), verifier: verifier.rows[0]?.sealed ?? null };
      });
    },

    async findSessionOfBrowser(browserDigest) {
      const { rows } = await query<SessionRow>(
        pool,
        `SELECT ${sessionColumns} FROM connect_session WHERE browser_digest = $1 ORDER BY created_at DESC LIMIT 1`,
        [Buffer.from(browserDigest)],
      );
      return rows[0] === undefined ? null : toSession(rows[0]);
    },

    async findSession(id) {
      const { rows } = await query<SessionRow>(pool, `SELECT ${sessionColumns} FROM connect_session WHERE id = $1`, [
        id,
      ]);
      return rows[0] === undefined ? null : toSession(rows[0]);
    },

    ...heldAnswers(pool),
    ...heldGrants(pool),
    ...connectTries(pool),
  };
}
