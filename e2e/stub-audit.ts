import type { AuditEventView, ChainView, VerificationView } from "#api/schemas/audit";
import { anchorView } from "#core/usecases/anchor-audit";
import { anchorSignerOf, formatAnchorKey, signAnchor } from "#core/domain/audit/audit-anchor";
import { createHash } from "node:crypto";

/** The audit log in the shapes of the API, around one instant. */
export type AuditWorld = { records: AuditEventView[]; chain: ChainView; verification: VerificationView };

const minute = 60_000;
const id = (prefix: string, name: string): string => `${prefix}_${name.padEnd(24, "0").slice(0, 24)}`;

export const auditIds = {
  apiKey: id("key", "backend"),
  admin: id("usr", "ada"),
  opened: id("aud", "opened"),
  unsealed: id("aud", "unsealed"),
};

export const auditFault: NonNullable<VerificationView["first_broken"]> = {
  problem: "edited",
  id: auditIds.opened,
  seq: 12_301,
  at: "2026-11-30T10:00:00.000Z",
  explanation: "The record is not what was sealed.",
};

const signer = anchorSignerOf(Buffer.alloc(32, 3));

/** @param accountId whom some of the records are about */
export function auditLog(accountId: string, now = Date.now()): AuditWorld {
  const at = (minutes: number) => new Date(now + minutes * minute).toISOString();
  let count = 0;
  const record = (action: string, minutes: number, facts: Partial<AuditEventView> = {}): AuditEventView => {
    count += 1;
    const name = `record${String(count).padStart(4, "0")}`;
    return {
      id: id("aud", name),
      at: at(minutes),
      actor: "worker",
      action,
      target: accountId,
      integrated_account_id: accountId,
      environment: "production",
      key_id: null,
      detail: {},
      hash: createHash("sha256").update(name).digest("hex"),
      ...facts,
    };
  };
  const none = { integrated_account_id: null };
  const admin = { actor: auditIds.admin, ...none };
  const records = [
    record("credential.opened", -0.01, {
      id: auditIds.unsealed,
      actor: auditIds.apiKey,
      key_id: "k2",
      detail: { field: "token_set", version: 8, purpose: "token_read" },
      hash: null,
    }),
    record("credential.opened", -2, {
      id: auditIds.opened,
      actor: auditIds.apiKey,
      key_id: "k2",
      detail: { field: "token_set", version: 8, purpose: "proxy" },
    }),
    record("account.transitioned", -5, { detail: { from: "active", to: "needs_reauth" } }),
    record("credential.sealed", -9, { key_id: "k2", detail: { field: "token_set", version: 8, reason: "refreshed" } }),
    record("user.sign_in_failed", -14, { actor: "usr_unknown", target: "mallory@example.com", ...none }),
    record("user.signed_in", -15, { ...admin, target: auditIds.admin }),
    record("api_key.created", -44, {
      actor: "command_line",
      target: auditIds.apiKey,
      detail: { permissions: ["accounts:read", "tokens:read", "proxy"] },
      ...none,
    }),
    record("sealed_value.invalid", -61, { detail: { field: "token_set", version: 3 }, key_id: "k1" }),
    record("connect.approved", -90, { actor: "connect", detail: { integration: "acme-crm" } }),
    record("environment_integration.updated", -200, {
      ...admin,
      target: "salesforce",
      detail: { fields: ["client_secret", "a_field_with_a_name_that_is_long"] },
    }),
    record("audit.exported", -60 * 26, { actor: "command_line", target: "production", ...none }),
    record("key.of_a_later_version", -60 * 30, { actor: "something_new", target: "k3", ...none }),
    ...Array.from({ length: 60 }, (_, index) =>
      record("credential.opened", -60 * 31 - index, {
        actor: auditIds.apiKey,
        key_id: "k1",
        detail: { field: "token_set", version: 7, purpose: "refresh" },
      }),
    ),
  ];
  const anchor = signAnchor(signer, {
    environmentId: id("env", "production"),
    kind: "head",
    seq: 12_390,
    hash: "a".repeat(64),
    at: new Date(at(-24)),
    rowsSince: null,
    unprovenUntil: null,
    note: null,
  });
  return {
    records,
    chain: {
      sealed_records: 12_408,
      sealed_at: at(-2),
      looked_at: at(0),
      latest_anchor: anchorView(anchor),
      latest_check: { at: at(-60 * 9), from_seq: 4_711, to_seq: 12_100, fault: null },
      key_id: signer.id,
      public_key: formatAnchorKey(signer),
    },
    verification: { ok: true, checked: 12_408, first_broken: null },
  };
}

export const emptyAudit = (): AuditWorld => ({
  records: [],
  chain: {
    sealed_records: 0,
    sealed_at: null,
    looked_at: null,
    latest_anchor: null,
    latest_check: null,
    key_id: signer.id,
    public_key: formatAnchorKey(signer),
  },
  verification: { ok: true, checked: 0, first_broken: null },
});

/** Null: not about the audit log. */
export function answerAudit(world: AuditWorld, path: string, query: URLSearchParams): object | null {
  if (path === "/api/v1/audit-events/chain") return world.chain;
  if (path === "/api/v1/audit-events/verify") return world.verification;
  if (path !== "/api/v1/audit-events") return null;
  const matching = world.records.filter(
    (one) =>
      (query.get("account") ?? one.integrated_account_id) === one.integrated_account_id &&
      (query.get("actor") ?? one.actor) === one.actor &&
      (query.get("action") ?? one.action) === one.action &&
      (query.get("from") ?? one.at) <= one.at &&
      one.at < (query.get("to") ?? "9"),
  );
  const from = Number(query.get("cursor") ?? 0);
  const limit = Number(query.get("limit") ?? 50);
  return {
    data: matching.slice(from, from + limit),
    next_cursor: matching.length > from + limit ? String(from + limit) : null,
  };
}
