import { z } from "@hono/zod-openapi";
import {
  accountIdSchema,
  cursorSchema,
  instantSchema,
  nextCursorSchema,
  nullableInstantSchema,
  pageLimitSchema,
} from "./primitives.ts";

const hashSchema = z.string().openapi({
  description: "SHA-256, 64 hexadecimal digits.",
  example: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
});

const actionSchema = z
  .string()
  .regex(/^[a-z_]{1,60}\.[a-z_]{1,60}$/, "expected an action such as credential.opened")
  .openapi({ description: "What was done.", example: "credential.opened" });

export const auditEventSchema = z
  .object({
    id: z.string().openapi({ description: "The record's id.", example: "aud_2f8k3mzq0v7w1x9y4t6r5p8n" }),
    at: instantSchema.openapi({ description: "When it was written, by the database's clock." }),
    actor: z.string().openapi({
      description: "Who did it: `key_…`, `usr_…`, `worker`, `connect`, `command_line`.",
      example: "key_2f8k3mzq0v7w1x9y4t6r5p8n",
    }),
    action: z.string().openapi({ description: "What was done.", example: "credential.opened" }),
    target: z.string().openapi({
      description: "The id or the name of what it was done to.",
      example: "ia_2f8k3mzq0v7w1x9y4t6r5p8n",
    }),
    integrated_account_id: z.string().nullable().openapi({
      description: "The account that it is about; null: it is about none.",
      example: "ia_2f8k3mzq0v7w1x9y4t6r5p8n",
    }),
    environment: z.string().openapi({ description: "The environment's name.", example: "production" }),
    key_id: z
      .string()
      .nullable()
      .openapi({ description: "The key-encryption key that was used; null: none was.", example: "k1" }),
    detail: z.record(z.string(), z.unknown()).openapi({
      description: "Names, versions and purposes; never a secret.",
      example: { purpose: "token_read" },
    }),
    hash: hashSchema.nullable().openapi({
      description:
        "Of its link in the environment's chain, over everything before it; null: it is sealed within seconds.",
    }),
  })
  .openapi("AuditEvent", { description: "One record of the audit log." });
export type AuditEventView = z.infer<typeof auditEventSchema>;

export const auditPageSchema = z
  .object({
    data: z.array(auditEventSchema).openapi({ description: "The records of this page, newest first." }),
    next_cursor: nextCursorSchema,
  })
  .openapi("AuditEventPage", { description: "A page of the audit log." });
export type AuditPage = z.infer<typeof auditPageSchema>;

export const auditListQuerySchema = z.strictObject({
  account: accountIdSchema.optional().openapi({ description: "Those about this account." }),
  actor: z
    .string()
    .min(1)
    .max(200)
    .optional()
    .openapi({ description: "Those of this actor.", example: "key_2f8k3mzq0v7w1x9y4t6r5p8n" }),
  action: actionSchema.optional().openapi({ description: "Those of this action.", example: "credential.opened" }),
  from: instantSchema.optional().openapi({ description: "Those from then on.", example: "2026-11-20T10:00:00.000Z" }),
  to: instantSchema.optional().openapi({ description: "Those before.", example: "2026-11-21T10:00:00.000Z" }),
  limit: pageLimitSchema,
  cursor: cursorSchema.optional(),
});

const problems = [
  "edited",
  "removed",
  "added",
  "reordered",
  "unsealed",
  "link_altered",
  "rewritten",
  "cut_off",
  "anchor_forged",
  "anchor_key_unknown",
  "anchors_gone",
] as const;

const faultSchema = z
  .object({
    problem: z.enum(problems).openapi({
      description:
        "`edited`, `removed`, `added`, `reordered`: what became of the record. `unsealed`: it has no link, though the sealer is at work. `link_altered`: its link was changed. `rewritten`: an anchor knows another chain. `cut_off`: the end is gone. `anchor_forged`, `anchor_key_unknown`: an anchor's signature does not hold, or its key is not known. `anchors_gone`: there should be later ones.",
      example: "edited",
    }),
    id: z.string().nullable().openapi({
      description: "The record's id; null: nothing says which it was.",
      example: "aud_2f8k3mzq0v7w1x9y4t6r5p8n",
    }),
    seq: z
      .number()
      .int()
      .nullable()
      .openapi({ description: "Its number in the chain; null: it has none.", example: 4711 }),
    at: nullableInstantSchema.openapi({ description: "Its time; null: nothing says when it was." }),
    explanation: z
      .string()
      .openapi({ description: "The same in words.", example: "The record is not what was sealed." }),
  })
  .openapi("AuditFault", { description: "Where the audit log is not what was sealed." });
export type AuditFaultView = z.infer<typeof faultSchema>;

export const verificationSchema = z
  .object({
    ok: z.boolean().openapi({ description: "Whether all that was looked at is as it was sealed.", example: true }),
    checked: z
      .number()
      .int()
      .openapi({ description: "Records that are, before the first that is not.", example: 5000 }),
    first_broken: faultSchema.nullable().openapi({ description: "The first that is not; null: all are." }),
  })
  .openapi("AuditVerification", { description: "What came of looking at a part of the audit log." });
export type VerificationView = z.infer<typeof verificationSchema>;

const wholeNumber = z.coerce.number().int();

export const verifyQuerySchema = z.strictObject({
  after: wholeNumber.min(0).max(Number.MAX_SAFE_INTEGER).optional().openapi({
    description:
      "Begins behind the record with this number; by default so that the newest `limit` records are looked at.",
    example: 0,
  }),
  limit: wholeNumber
    .min(1)
    .max(100_000)
    .default(20_000)
    .openapi({ description: "Records to look at, at most 100,000. The whole log: `evergrant audit verify`." }),
});

export const anchorSchema = z
  .object({
    environment_id: z
      .string()
      .openapi({ description: "The environment's id.", example: "env_2f8k3mzq0v7w1x9y4t6r5p8n" }),
    kind: z.enum(["head", "retired", "restored"]).openapi({
      description:
        "`head`: the chain as it was. `retired`: the records up to here were removed at the end of their time. `restored`: the database came back from a copy, and older anchors beyond it belong to what was lost.",
      example: "head",
    }),
    seq: z.number().int().openapi({ description: "The number of the link.", example: 4711 }),
    hash: hashSchema.openapi({ description: "Of that link." }),
    at: instantSchema.openapi({ description: "When it was signed." }),
    rows_since: nullableInstantSchema.openapi({
      description: "Records before it were removed at the end of their time; null: none were.",
    }),
    unproven_until: nullableInstantSchema.openapi({
      description: "Records before it were written by a version without proofs; null: none were.",
    }),
    note: z
      .string()
      .nullable()
      .openapi({ description: "Why, of a restored one; null: nothing was said.", example: null }),
    key_id: z.string().openapi({ description: "The key that signed it.", example: "aak_0123456789abcdef" }),
    signature: z.string().openapi({
      description:
        "Ed25519, in base64url, over the anchor without it as canonical JSON (RFC 8785), with `type` `evergrant-audit-anchor/1`.",
      example: "hx3…",
    }),
  })
  .openapi("AuditAnchor", {
    description: "What the chain was at a moment, signed. Keep it where the database is not.",
  });
export type AnchorEntry = z.infer<typeof anchorSchema>;

export const anchorPageSchema = z
  .object({
    data: z.array(anchorSchema).openapi({ description: "The anchors of this page, newest first." }),
    next_cursor: nextCursorSchema,
  })
  .openapi("AuditAnchorPage", { description: "A page of anchors." });

export const anchorListQuerySchema = z.strictObject({ limit: pageLimitSchema, cursor: cursorSchema.optional() });

export const chainSchema = z
  .object({
    sealed_records: z.number().int().openapi({
      description: "How many records were sealed so far, those that were removed since included.",
      example: 4711,
    }),
    sealed_at: nullableInstantSchema.openapi({ description: "When the latest was; null: none was yet." }),
    looked_at: nullableInstantSchema.openapi({
      description:
        "When the sealer last had nothing left to do; null: none has run. Over a minute ago, no worker runs, or none keeps up.",
    }),
    latest_anchor: anchorSchema
      .nullable()
      .openapi({ description: "The anchor that knows most; null: there is none yet." }),
    latest_check: z
      .object({
        at: instantSchema.openapi({ description: "When it was." }),
        from_seq: z.number().int().openapi({ description: "The first record that was looked at.", example: 1 }),
        to_seq: z.number().int().openapi({ description: "The last.", example: 4711 }),
        fault: faultSchema.nullable().openapi({ description: "What was found; null: all was well." }),
      })
      .nullable()
      .openapi({ description: "The daily check; null: none was made yet." }),
    key_id: z.string().openapi({ description: "The key that signs anchors now.", example: "aak_0123456789abcdef" }),
    public_key: z.string().openapi({
      description: "It, for whoever checks anchors elsewhere: Ed25519, 32 bytes in base64url.",
      example: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
    }),
  })
  .openapi("AuditChain", { description: "Where the environment's chain of audit records stands." });
export type ChainView = z.infer<typeof chainSchema>;
