import type { AuditRecord } from "#core/domain/audit/audit-record";
import type { ConnectFailure } from "#core/domain/connect/connect-failure";
import type { ConnectSession, ConnectStore, TakenAnswer } from "#core/ports/connect-store";
import { insertAudit } from "./audit-log.ts";
import { sessionColumns, toSession, type SessionRow } from "./connect-rows.ts";
import { insertIntegrationEvent } from "./integration-events.ts";
import { inTransaction, query, rollback, type DatabaseClient, type DatabasePool } from "./pool.ts";

type HeldAnswers = Pick<
  ConnectStore,
  | "failSession"
  | "holdAnswer"
  | "findHeldAnswer"
  | "takeConfirmed"
  | "giveBackConfirmed"
  | "endUnconfirmed"
  | "refuseConfirmation"
>;

const bindingFailed: ConnectFailure = { code: "binding_failed", detail: null };

/** What browsers brought and nobody has confirmed yet (R93). */
export function heldAnswers(pool: DatabasePool): HeldAnswers {
  return {
    async failSession(id, failure) {
      await query(
        pool,
        `WITH failed AS (UPDATE connect_session SET status = 'failed', failure = $2, asked = NULL
                          WHERE id = $1 AND status <> 'connected' RETURNING id)
         DELETE FROM sealed_secret WHERE owner IN (SELECT id FROM failed)`,
        [id, JSON.stringify(failure)],
      );
    },

    async holdAnswer({ sessionId, environmentId, kid, sealed, expiresAt }, audit) {
      const held = await inTransaction(pool, async (client) => {
        const { rowCount } = await client.query(
          `UPDATE connect_session SET status = 'unconfirmed', expires_at = $2
            WHERE id = $1 AND status IN ('authorizing', 'exchanging')`,
          [sessionId, expiresAt],
        );
        if (rowCount !== 1) return rollback;
        await client.query(
          `INSERT INTO sealed_secret (owner, field, environment_id, version, kid, sealed)
           VALUES ($1, 'connect_answer', $2, 1, $3, $4)`,
          [sessionId, environmentId, kid, Buffer.from(sealed)],
        );
        await insertAudit(client, audit);
        return true;
      });
      return held !== rollback;
    },

    async findHeldAnswer(sessionId) {
      const { rows } = await query<{ field: string; sealed: Buffer }>(
        pool,
        "SELECT field, sealed FROM sealed_secret WHERE owner = $1",
        [sessionId],
      );
      const of = (field: string): Buffer | null => rows.find((row) => row.field === field)?.sealed ?? null;
      const answer = of("connect_answer");
      return answer === null ? null : { answer, verifier: of("pkce_verifier") };
    },

    async takeConfirmed(id, now, audit) {
      const taken = await inTransaction(pool, async (client) => {
        const { rows } = await client.query<SessionRow>(
          `UPDATE connect_session SET status = 'exchanging', used_at = $2
            WHERE id = $1 AND status = 'unconfirmed' AND expires_at > $2 RETURNING ${sessionColumns}`,
          [id, now],
        );
        if (rows[0] === undefined) return rollback;
        const sealed = await client.query<TakenAnswer["sealed"][number]>(
          "DELETE FROM sealed_secret WHERE owner = $1 RETURNING field, version, kid, sealed",
          [id],
        );
        await insertAudit(client, [audit]);
        return { session: toSession(rows[0]), sealed: sealed.rows };
      });
      return taken === rollback ? null : taken;
    },

    giveBackConfirmed: ({ session, sealed }) =>
      inTransaction(pool, async (client) => {
        const { rowCount } = await client.query(
          "UPDATE connect_session SET status = 'unconfirmed' WHERE id = $1 AND status = 'exchanging' AND needs_confirmation",
          [session.id],
        );
        if (rowCount !== 1) return false;
        for (const one of sealed) {
          await client.query(
            `INSERT INTO sealed_secret (owner, field, environment_id, version, kid, sealed) VALUES ($1, $2, $3, $4, $5, $6)`,
            [session.id, one.field, session.environmentId, one.version, one.kid, Buffer.from(one.sealed)],
          );
        }
        return true;
      }),

    endUnconfirmed: (id, failure) => inTransaction(pool, (client) => end(client, id, ["unconfirmed"], failure)),

    async refuseConfirmation(session, tenantId, audit) {
      await inTransaction(pool, async (client) => {
        if (await end(client, session.id, ["authorizing", "unconfirmed"], bindingFailed)) {
          await insertIntegrationEvent(client, session.environmentId, "security:anomaly", {
            kind: "connect_binding_failed",
            integration_name: session.integrationName,
            tenant_id: tenantId,
            connect_session_id: session.id,
          });
        }
        await insertAudit(client, [audit]);
      });
    },
  };
}

async function end(
  client: DatabaseClient,
  id: string,
  from: readonly ConnectSession["status"][],
  failure: ConnectFailure,
): Promise<boolean> {
  const { rowCount } = await client.query(
    "UPDATE connect_session SET status = 'failed', failure = $3 WHERE id = $1 AND status = ANY ($2)",
    [id, from, JSON.stringify(failure)],
  );
  if (rowCount !== 1) return false;
  await client.query("DELETE FROM sealed_secret WHERE owner = $1", [id]);
  return true;
}

/** A code whose time is over is of no more use to anybody. @returns how many sessions ended so */
export async function endOverdueSessions(pool: DatabasePool): Promise<number> {
  return await inTransaction(pool, async (client) => {
    const { rows } = await client.query<{ id: string; environment_id: string; account_id: string }>(
      `UPDATE connect_session SET status = 'failed', failure = '{"code": "expired", "detail": null}'
        WHERE status = 'unconfirmed' AND expires_at <= now() RETURNING id, environment_id, account_id`,
    );
    await client.query("DELETE FROM sealed_secret WHERE owner = ANY ($1)", [rows.map((row) => row.id)]);
    await insertAudit(
      client,
      rows.map((row): AuditRecord => ({
        environmentId: row.environment_id,
        actor: "worker",
        action: "secret.erased",
        target: row.id,
        accountId: row.account_id,
        detail: { field: "connect_answer", version: 1, reason: "expired" },
      })),
    );
    return rows.length;
  });
}
