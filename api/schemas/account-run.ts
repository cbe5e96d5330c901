import { z } from "@hono/zod-openapi";
import { runActions } from "#core/domain/account-run/account-run";
import { externalAccountSchema } from "./account.ts";
import { expiresWithin, filterFields, filterWords } from "./account-list.ts";
import {
  accountIdSchema,
  cursorSchema,
  instantSchema,
  integrationNameSchema,
  nextCursorSchema,
  nullableInstantSchema,
  pageLimitSchema,
  tenantIdSchema,
} from "./primitives.ts";

export const runIdSchema = z
  .string()
  .openapi({ description: "The run's id.", example: "run_2f8k3mzq0v7w1x9y4t6r5p8n" });

const actionSchema = z.enum(runActions).openapi({
  description:
    "What is done to each account. `refresh`: as POST …/refresh. `reauthorization_links`: a link for its customer, seven days long. `release`: lets it go where the mass-disconnect guard holds it. `disconnect`: revokes and erases, for good.",
  example: "refresh",
});

const paceSchema = z.number().int().min(1).max(100);

/** As the parameters of GET /integrated-accounts have it, in a body. */
export const accountFilterSchema = z
  .strictObject({
    ...filterFields,
    hold: z.boolean().optional().openapi({ description: filterWords.hold, example: true }),
    scopes_missing: z.boolean().optional().openapi({ description: filterWords.scopes_missing, example: true }),
    refresh_failing: z.boolean().optional().openapi({ description: filterWords.refresh_failing, example: true }),
    expires_within: expiresWithin.optional().openapi({ description: filterWords.expires_within, example: 3600 }),
  })
  .openapi("AccountFilter", {
    description: "Accounts that match every part of it, as GET /integrated-accounts lists them; empty: all of them.",
    example: { integration_name: "acme-crm", status: "needs_reauth" },
  });

const selectionFields = {
  filter: accountFilterSchema.optional().openapi({ description: "All that match when the run begins." }),
  ids: z
    .array(accountIdSchema)
    .min(1)
    .max(1000)
    .refine((ids) => new Set(ids).size === ids.length, "expected each account once")
    .optional()
    .openapi({ description: "These accounts, 1,000 at most.", example: ["ia_2f8k3mzq0v7w1x9y4t6r5p8n"] }),
};

const eitherWay = {
  check: ({ filter, ids }: { filter?: unknown; ids?: unknown }): boolean =>
    (filter === undefined) !== (ids === undefined),
  message: { message: "expected either filter or ids", path: ["filter"] },
};

export const runPreviewRequestSchema = z
  .strictObject({ action: actionSchema, ...selectionFields })
  .refine(eitherWay.check, eitherWay.message)
  .openapi("AccountRunPreviewRequest", { description: "Which accounts a run would act on." });

export const runPreviewSchema = z
  .object({
    total: z.number().int().openapi({ description: "Accounts that match, counted up to 100,001.", example: 412 }),
    most: z.number().int().openapi({ description: "Accounts that one run takes.", example: 100_000 }),
    by_status: z
      .object({
        connecting: z.number().int().openapi({ description: "Of these, with this status.", example: 0 }),
        active: z.number().int().openapi({ description: "Of these, with this status.", example: 400 }),
        needs_reauth: z.number().int().openapi({ description: "Of these, with this status.", example: 12 }),
        disconnected: z.number().int().openapi({ description: "Of these, with this status.", example: 0 }),
      })
      .openapi({ description: "How many have which status." }),
    held: z.number().int().openapi({ description: "Of these, held by the mass-disconnect guard.", example: 0 }),
  })
  .openapi("AccountRunPreview", { description: "What a run that began now would act on." });
export type RunPreviewView = z.infer<typeof runPreviewSchema>;

export const runRequestSchema = z
  .strictObject({
    action: actionSchema,
    ...selectionFields,
    at_most: z.number().int().min(1).max(100_000).optional().openapi({
      description: "Refused when more accounts match than this, which somebody has seen and confirmed.",
      example: 412,
    }),
    reason: z
      .string()
      .trim()
      .min(1)
      .max(500)
      .optional()
      .openapi({ description: "Why, for whoever looks at the run or the audit log.", example: "Outage is over" }),
    pace: paceSchema.default(10).openapi({ description: "Accounts a second at most, 1 to 100.", example: 10 }),
  })
  .refine(eitherWay.check, eitherWay.message)
  .openapi("AccountRunRequest", { description: "One act on many accounts." });

export const runPatchSchema = z
  .strictObject({
    state: z.enum(["running", "paused", "cancelled"]).optional().openapi({
      description: "`paused`: rests until it is `running` again. `cancelled`: for good; what is done stays done.",
      example: "paused",
    }),
    pace: paceSchema.optional().openapi({ description: "Accounts a second at most from now on.", example: 5 }),
  })
  .refine(({ state, pace }) => state !== undefined || pace !== undefined, "expected state or pace")
  .openapi("AccountRunPatch", { description: "What becomes of a run." });

export const accountRunSchema = z
  .object({
    id: runIdSchema,
    action: actionSchema,
    state: z.enum(["running", "paused", "done", "cancelled"]).openapi({
      description:
        "`running`: a worker goes through its accounts. `paused`: it rests. `done`: each account has its result. `cancelled`: the rest is left alone.",
      example: "running",
    }),
    reason: z.string().nullable().openapi({ description: "Why; null: nobody said.", example: "Outage is over" }),
    filter: accountFilterSchema.nullable().openapi({ description: "What was selected by; null: each was named." }),
    total: z.number().int().openapi({ description: "Accounts, as they matched when it began.", example: 412 }),
    done: z.number().int().openapi({ description: "It was done to so many.", example: 300 }),
    failed: z.number().int().openapi({ description: "It failed at so many.", example: 2 }),
    skipped: z.number().int().openapi({ description: "So many were in no state for it.", example: 10 }),
    pace: z
      .number()
      .int()
      .nullable()
      .openapi({ description: "Accounts a second at most; null: no limit.", example: 10 }),
    rate: z.number().nullable().openapi({ description: "Accounts a second, measured; null: not yet.", example: 7.5 }),
    seconds_left: z.number().int().nullable().openapi({
      description: "Seconds until it is done, at this rate; null: not known, or it is not running.",
      example: 14,
    }),
    last_error: z.string().nullable().openapi({
      description: "Why it does not go on at the moment; null: it does.",
      example: null,
    }),
    created_by: z.string().openapi({ description: "Who began it: `usr_…` or `key_…`.", example: "usr_1" }),
    resumed_by: z.string().nullable().openapi({
      description: "Who had it go on last, and answers for it since; null: nobody had to.",
      example: null,
    }),
    created_at: instantSchema.openapi({ description: "When it began." }),
    finished_at: nullableInstantSchema.openapi({ description: "When it was over; null: it is not.", example: null }),
  })
  .openapi("AccountRun", { description: "One act on many accounts, done by a worker." });
export type AccountRunView = z.infer<typeof accountRunSchema>;

export const runPageSchema = z
  .object({
    data: z.array(accountRunSchema).openapi({ description: "The runs of this page, newest first." }),
    next_cursor: nextCursorSchema,
  })
  .openapi("AccountRunPage", { description: "A page of runs." });
export type RunPage = z.infer<typeof runPageSchema>;

export const runListQuerySchema = z.strictObject({ limit: pageLimitSchema, cursor: cursorSchema.optional() });

const outcomeSchema = z.enum(["pending", "done", "failed", "skipped"]).openapi({
  description:
    "`pending`: its turn has not come; of a run that was cancelled, left alone. `skipped`: it was in no state for it, as `code` says.",
  example: "done",
});

export const runResultSchema = z
  .object({
    integrated_account_id: accountIdSchema,
    tenant_id: tenantIdSchema
      .nullable()
      .openapi({ description: "Whose it is; null: it was removed.", example: "acme" }),
    integration_name: integrationNameSchema
      .nullable()
      .openapi({ description: "Of which integration; null: it was removed.", example: "acme-crm" }),
    external_account: externalAccountSchema
      .nullable()
      .openapi({ description: "Whose account at the provider it is; null: not known, or it was removed." }),
    outcome: outcomeSchema,
    code: z.string().nullable().openapi({
      description:
        "Of a failure its problem's code; of what was skipped why: `gone`, `not_connected`, `disconnected`, `not_refreshable`, `not_held`; of a disconnect what became of the grant. Null: there is no more to say.",
      example: "needs_reauth",
    }),
    detail: z.string().nullable().openapi({ description: "That in words; null: nothing more.", example: null }),
    finished_at: nullableInstantSchema.openapi({ description: "When; null: not yet." }),
  })
  .openapi("AccountRunResult", { description: "What became of one account of a run." });
export type RunResultView = z.infer<typeof runResultSchema>;

export const runResultPageSchema = z
  .object({
    data: z.array(runResultSchema).openapi({ description: "Accounts in the order of the run." }),
    next_cursor: nextCursorSchema,
  })
  .openapi("AccountRunResultPage", { description: "A page of a run's accounts." });
export type RunResultPage = z.infer<typeof runResultPageSchema>;

export const runResultQuerySchema = z.strictObject({
  outcome: outcomeSchema.optional().openapi({ description: "Accounts with this outcome alone." }),
  limit: pageLimitSchema,
  cursor: cursorSchema.optional(),
});

export const runLinkPageSchema = z
  .object({
    data: z
      .array(
        z
          .object({
            integrated_account_id: accountIdSchema,
            tenant_id: tenantIdSchema.nullable().openapi({ description: "Whose it is; null: it was removed." }),
            url: z
              .string()
              .openapi({ description: "The link.", example: "https://evergrant.example.com/connect/lt_…" }),
            expires_at: instantSchema.openapi({ description: "When it ends." }),
          })
          .openapi("AccountRunLink", { description: "A link that re-authorizes one account." }),
      )
      .openapi({ description: "Links that nobody has used and that are not over." }),
    next_cursor: nextCursorSchema,
  })
  .openapi("AccountRunLinkPage", { description: "A page of a run's links." });
export type RunLinkPage = z.infer<typeof runLinkPageSchema>;
