import { z } from "@hono/zod-openapi";
import type { Permission } from "#core/domain/access/permission";
import { problemCodes } from "#core/domain/problem/domain-error";
import { lastErrorSchema } from "./account.ts";

const codes = Object.keys(problemCodes) as [keyof typeof problemCodes, ...(keyof typeof problemCodes)[]];

const fieldErrorSchema = z
  .object({
    pointer: z.string().openapi({
      description: "Where: a JSON Pointer into the body, or the parameter's name.",
      example: "/tenant_id",
    }),
    detail: z.string().openapi({ description: "What was expected.", example: "is missing; expected a text" }),
  })
  .openapi("FieldError", { description: "One wrong field of a request." });

/** RFC 9457. Each code's page says which of the optional members it brings. */
export const problemSchema = z
  .looseObject({
    type: z.url().openapi({
      description: "The address of the page about this code.",
      example: "https://connect.example.com/api/v1/problems/not_found",
    }),
    title: z.string().openapi({ description: "The code in words.", example: "Not found" }),
    status: z.number().int().openapi({ description: "The HTTP status.", example: 404 }),
    code: z
      .enum(codes)
      .openapi({ description: "Decide by this: it is stable, the texts are not.", example: "not_found" }),
    detail: z.string().openapi({
      description: "What happened and whose move it is, for people.",
      example: "There is no such account.",
    }),
    instance: z.string().openapi({
      description: "`urn:evergrant:request:` and the request's id, which also stands in `x-request-id` and in the log.",
      example: "urn:evergrant:request:req_5l3av9n3gs7mfp0ojp3h657t",
    }),
    errors: z.array(fieldErrorSchema).optional().openapi({
      description:
        "Of `invalid_request`: every wrong field at once; of `provider_rejected` and `unsupported_by_provider` likewise.",
    }),
    permission: z.string().optional().openapi({ description: "Of `forbidden`: what the caller lacks." }),
    integrated_account_id: z.string().optional().openapi({ description: "Of problems about an account: which one." }),
    last_error: lastErrorSchema
      .nullable()
      .optional()
      .openapi({ description: "Of problems about an account: its latest failure; null: none." }),
    source: z
      .enum(["provider", "evergrant"])
      .optional()
      .openapi({ description: "Of `rate_limited`: whose limit it is; of the unified API: whose answer." }),
    provider: z
      .object({
        status: z.number().int().openapi({ description: "The status of the provider's answer.", example: 400 }),
        message: z.string().optional().openapi({ description: "Its own words.", example: "email is not valid" }),
      })
      .optional()
      .openapi({ description: "Of the unified API: what the provider said." }),
    operation: z
      .string()
      .optional()
      .openapi({ description: "Of `unsupported_by_provider`: what can't be done.", example: "create" }),
    reason: z.string().optional().openapi({ description: "A finer word for why, where the code's page lists some." }),
    approval_id: z.string().optional().openapi({ description: "Of problems about a request for approval: which one." }),
    allow: z.string().optional().openapi({ description: "Of `method_not_allowed`: the methods that the address has." }),
  })
  .openapi("Problem", { description: "Every error of this API (RFC 9457)." });

const content = { "application/problem+json": { schema: problemSchema } };

/**
 * The problem answers of a route, by status, besides those that every route has. What each means, its headers and its example
 * are added once for all routes, in openapi/complete-document.ts.
 */
export function problems<const S extends number>(...statuses: readonly S[]) {
  const all = [400, 401, 403, 500, 503, ...statuses] as const;
  return Object.fromEntries(all.map((status) => [status, { description: "A problem (RFC 9457)", content }])) as Record<
    S | 400 | 401 | 403 | 500 | 503,
    { description: string; content: typeof content }
  >;
}

/** A JSON answer. Its example is composed of those of its fields. */
export function answer<T extends z.ZodType>(schema: T, description: string) {
  return { description, content: { "application/json": { schema } } };
}

/** A JSON body that must be there; `examples` are valid ones, by a word for what each shows. */
export function body<T extends z.ZodType>(schema: T, examples: Readonly<Record<string, unknown>> = {}) {
  const named = Object.entries(examples).map(([summary, value]) => [summary, { summary, value }]);
  return {
    required: true,
    content: {
      "application/json": { schema, ...(named.length === 0 ? {} : { examples: Object.fromEntries(named) }) },
    },
  };
}

/** Who may call: a key or a session with this permission (OpenAPI names it as the role that the scheme requires). */
export function needs(permission: Permission): Record<string, string[]>[] {
  return [{ apiKey: [permission] }, { session: [permission] }];
}

/** Who may call: a session with this permission, and no key. */
export function needsPerson(permission: Permission): Record<string, string[]>[] {
  return [{ session: [permission] }];
}

/** Who may call: any session, and no key. */
export const bySession: Record<string, string[]>[] = [{ session: [] }];

/** Who may call: any key and any session. */
export const secured: Record<string, string[]>[] = [{ apiKey: [] }, { session: [] }];

/** Nothing needs to be shown. */
export const unsecured: Record<string, string[]>[] = [];
