import type { Decider } from "#core/domain/approval/decide-approval";
import { commandLine } from "#core/domain/approval/decide-approval";
import type { ApprovalStore } from "#core/ports/approval-store";
import {
  personColumns,
  toApproval,
  toKnownPerson,
  toPerson,
  type ApprovalRow,
  type PersonRow,
} from "./approval-rows.ts";
import { inTransaction, query, rollback, type DatabasePool } from "./pool.ts";
import { insertApprovalEvent, record, writeApproval } from "./write-approval.ts";

const clock = "SELECT clock_timestamp()::timestamptz(3) AS now";

export function createApprovalStore(pool: DatabasePool): ApprovalStore {
  return {
    async ask(request, judge) {
      return await inTransaction(pool, async (client) => {
        // Nobody's role changes between the judgement and the row that rests on it.
        const people = await client.query<PersonRow>(`SELECT ${personColumns} FROM admin_user ORDER BY id FOR SHARE`);
        // After the locks, so that whatever was waited for is older.
        const [{ now } = { now: new Date() }] = (await client.query<{ now: Date }>(clock)).rows;
        const everybody = people.rows.flatMap((row) => toPerson(row) ?? []);
        const asker = everybody.find((one) => one.id === request.requestedBy);
        const decider: Decider = asker === undefined ? { kind: "nobody" } : { kind: "person", person: asker };
        const decision = judge(decider, everybody, now);
        if (decision.kind === "refused") return { kind: "refused", decision };
        const { rows } = await client.query<ApprovalRow>(
          `INSERT INTO approval (id, environment_id, kind, subject, parameters, parameters_hash, state_hash, effect, reason,
             mode, requested_by, requested_at, waits_until, expires_at)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
           ON CONFLICT (environment_id, kind, subject) WHERE status IN ('pending', 'approved') DO NOTHING
           RETURNING *`,
          [
            request.id,
            request.environmentId,
            request.kind,
            request.subject,
            JSON.stringify(request.parameters),
            request.parametersHash,
            request.stateHash,
            JSON.stringify(request.effect),
            request.reason,
            decision.mode,
            request.requestedBy,
            now,
            decision.waitsUntil,
            decision.expiresAt,
          ],
        );
        const [made] = rows;
        if (made === undefined) {
          const open = await client.query<ApprovalRow>(
            `SELECT * FROM approval WHERE environment_id = $1 AND kind = $2 AND subject = $3
                AND status IN ('pending', 'approved')`,
            [request.environmentId, request.kind, request.subject],
          );
          // It ended within this moment: the caller asks once more.
          if (open.rows[0] === undefined) throw new Error("the open request ended while another was asked for");
          return { kind: "open", approval: toApproval(open.rows[0]) };
        }
        const approval = toApproval(made);
        await record(client, approval, "approval.requested", approval.requestedBy);
        await insertApprovalEvent(client, approval, "approval:requested");
        return { kind: "asked", approval };
      });
    },

    async find(environmentId, id) {
      const { rows } = await query<ApprovalRow>(pool, "SELECT * FROM approval WHERE environment_id = $1 AND id = $2", [
        environmentId,
        id,
      ]);
      return rows[0] === undefined ? null : toApproval(rows[0]);
    },

    async list(environmentId, { open, limit, before }) {
      const { rows } = await query<ApprovalRow>(
        pool,
        `SELECT * FROM approval
          WHERE environment_id = $1 AND (status IN ('pending', 'approved')) = $2
            AND ($3::timestamptz IS NULL OR (requested_at, id) < ($3, $4))
          ORDER BY requested_at DESC, id DESC LIMIT $5`,
        [environmentId, open, before?.at ?? null, before?.id ?? null, limit + 1],
      );
      return rows.map(toApproval);
    },

    async listOpen() {
      const { rows } = await query<{ id: string; environment_id: string }>(
        pool,
        "SELECT id, environment_id FROM approval WHERE status IN ('pending', 'approved') ORDER BY requested_at, id",
        [],
      );
      return rows.map((row) => ({ id: row.id, environmentId: row.environment_id }));
    },

    async listPeople() {
      const { rows } = await query<PersonRow>(pool, `SELECT ${personColumns} FROM admin_user ORDER BY id`, []);
      return rows.map(toKnownPerson);
    },

    async settle(environmentId, id, presserId, judge) {
      const result = await inTransaction(pool, async (client) => {
        const locked = await client.query<ApprovalRow>(
          "SELECT * FROM approval WHERE environment_id = $1 AND id = $2 FOR UPDATE",
          [environmentId, id],
        );
        if (locked.rows[0] === undefined) return rollback;
        const approval = toApproval(locked.rows[0]);
        const { requestedBy, approvedBy } = approval;
        // In one order, so that two requests about the same people don't wait for each other.
        const people = await client.query<PersonRow>(
          `SELECT ${personColumns} FROM admin_user WHERE id = ANY($1::text[]) ORDER BY id FOR SHARE`,
          [[requestedBy, approvedBy, presserId].filter((one) => one !== null && one !== commandLine)],
        );
        const personOf = (one: string | null) => {
          const row = people.rows.find((candidate) => candidate.id === one);
          return row === undefined ? null : toPerson(row);
        };
        const [{ now } = { now: new Date() }] = (await client.query<{ now: Date }>(clock)).rows;
        const { decision, write } = judge({
          approval,
          asker: personOf(requestedBy),
          approver: personOf(approvedBy),
          presser: personOf(presserId),
          now,
        });
        return { decision, approval: write === null ? approval : await writeApproval(client, approval, write, now) };
      });
      return result === rollback ? null : result;
    },
  };
}
