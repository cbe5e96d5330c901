import { z } from "@hono/zod-openapi";
import { accountOrders, type AccountFilter } from "#core/domain/account/account-filter";
import { accountSchema, accountStatusSchema } from "./account.ts";
import { integrationNameSchema, nextCursorSchema, pageLimitSchema, tenantIdSchema } from "./primitives.ts";

export const accountPageSchema = z
  .object({
    data: z.array(accountSchema).openapi({
      description:
        "The accounts of this page. Fewer than `limit`, or none, may stand here though `next_cursor` leads on: the next ones are far away.",
    }),
    next_cursor: nextCursorSchema,
  })
  .openapi("AccountPage", { description: "A page of accounts." });
export type AccountPage = z.infer<typeof accountPageSchema>;

/** In an address, where everything is text. */
const flagSchema = z.enum(["true", "false"]).transform((text) => text === "true");

export const filterFields = {
  tenant_id: tenantIdSchema.optional().openapi({ description: "Accounts of this tenant alone." }),
  integration_name: integrationNameSchema.optional().openapi({ description: "Accounts of this integration alone." }),
  status: accountStatusSchema.optional().openapi({ description: "Accounts with this status alone." }),
  search: z.string().trim().min(1).max(100).optional().openapi({
    description:
      "How a word begins in the tenant's id, the user reference, the external account's label or its id, whatever the case; `berl` finds `Acme Berlin`, and `acme b` does. What begins with `ia_` is the beginning of an account's id.",
    example: "acme",
  }),
  last_error_code: z
    .string()
    .min(1)
    .max(100)
    .optional()
    .openapi({ description: "Accounts whose `last_error` has this code.", example: "transient" }),
};

export const expiresWithin = z.number().int().min(0).max(31_536_000);
export const filterWords = {
  hold: "`true`: accounts that the mass-disconnect guard holds; `false`: the others.",
  scopes_missing: "`true`: accounts whose `scopes.missing` is not empty; `false`: the others.",
  refresh_failing: "`true`: active accounts whose last refresh failed, and which are not held; `false`: all others.",
  expires_within: "Active accounts whose token ends within so many seconds, or has ended.",
};

const queryFilterFields = {
  ...filterFields,
  hold: flagSchema.optional().openapi({ description: filterWords.hold }),
  scopes_missing: flagSchema.optional().openapi({ description: filterWords.scopes_missing }),
  refresh_failing: flagSchema.optional().openapi({ description: filterWords.refresh_failing }),
  expires_within: z.coerce
    .number()
    .pipe(expiresWithin)
    .optional()
    .openapi({ description: filterWords.expires_within, example: 3600 }),
};

const sorts = accountOrders.flatMap((by) => [by, `-${by}` as const]);

export const accountListQuerySchema = z.strictObject({
  ...queryFilterFields,
  sort: z.enum(sorts).default("-created_at").openapi({
    description:
      "The order; with `-` from the greatest down. Accounts without an instant come last, in the other direction first. By `tenant_id` and `created_at`, which never change, each account comes once, whatever happens while you read; by another it may come again, or be passed, when it changes meanwhile.",
  }),
  limit: pageLimitSchema,
  cursor: z
    .string()
    // The name of a tenant may be in it.
    .max(2000)
    .optional()
    .openapi({
      description:
        "The `next_cursor` of the page before, as it came, with the same `sort`. Without it, the first page.",
      param: { name: "cursor", in: "query" },
    }),
});

export const accountCountQuerySchema = z.strictObject({
  tenant_id: queryFilterFields.tenant_id,
  integration_name: queryFilterFields.integration_name,
  search: queryFilterFields.search,
  last_error_code: queryFilterFields.last_error_code,
  scopes_missing: queryFilterFields.scopes_missing,
  expires_within: queryFilterFields.expires_within,
});

type FilterQuery = Partial<
  Pick<
    z.infer<typeof accountListQuerySchema>,
    Exclude<keyof z.infer<typeof accountListQuerySchema>, "limit" | "sort" | "cursor">
  >
>;

export function toAccountFilter(query: FilterQuery): AccountFilter {
  return {
    tenantId: query.tenant_id ?? null,
    integrationName: query.integration_name ?? null,
    status: query.status ?? null,
    isHeld: query.hold ?? null,
    search: query.search ?? null,
    lacksScopes: query.scopes_missing ?? null,
    isFailing: query.refresh_failing ?? null,
    expiresWithinSeconds: query.expires_within ?? null,
    lastErrorCode: query.last_error_code ?? null,
  };
}

const boundedCountSchema = z
  .object({
    count: z.number().int().openapi({ description: "How many, up to 1,000.", example: 42 }),
    is_exact: z.boolean().openapi({ description: "False: there are so many at least.", example: true }),
  })
  .openapi("BoundedCount", { description: "A number that is not counted further than anybody reads." });

export const accountCountsSchema = z
  .object({
    total: boundedCountSchema.openapi({ description: "All that match." }),
    connecting: boundedCountSchema.openapi({ description: "Of these, with this status." }),
    active: boundedCountSchema.openapi({ description: "Of these, with this status." }),
    needs_reauth: boundedCountSchema.openapi({ description: "Of these, with this status." }),
    disconnected: boundedCountSchema.openapi({ description: "Of these, with this status." }),
    held: boundedCountSchema.openapi({ description: "Of these, held by the mass-disconnect guard." }),
    refresh_failing: boundedCountSchema.openapi({
      description: "Of these, active and not held, and their last refresh failed.",
    }),
  })
  .openapi("MatchingAccounts", { description: "How many accounts match, by status, counted up to 1,000 each." });
export type AccountCountsView = z.infer<typeof accountCountsSchema>;
