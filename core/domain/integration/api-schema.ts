import { z } from "zod";
import { expression, headerName, jsonBody, path, templates } from "./document-parts.ts";

/** The provider's API (`api`): where it is, how it limits, pages, and says that a token is dead. */
const instantUnit = z.enum(["seconds", "milliseconds", "epoch_seconds", "epoch_milliseconds", "http_date", "iso"]);
const instantHeader = z.strictObject({ header: headerName, unit: instantUnit.default("seconds") });

const rateLimitSchema = z.strictObject({
  limit: headerName.optional(),
  remaining: headerName.optional(),
  reset: instantHeader.optional(),
  retryAfter: instantHeader.optional(),
  expression: expression
    .optional()
    .describe("Over {status, headers, body}: true when this answer is a rate limit although it is no 429."),
  waitExpression: expression
    .optional()
    .describe("Over {status, headers, body}: seconds to wait, where no header tells them."),
});

// Expressions read the body as their root, and the rest as $status, $headers and $query (the parameters of the request).
const paged = {
  items: expression,
  limitParameter: z.string().min(1).max(100).optional(),
  params: templates.default({}).describe("Sent with every page, unless the caller says otherwise."),
};
const parameter = z.string().min(1).max(100);

const paginationSchema = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("none").optional() }),
  z.strictObject({ type: z.literal("cursor"), next: expression, parameter, ...paged }),
  z.strictObject({
    type: z.literal("link"),
    next: expression.optional().describe("Over the body: the next address. Absent: the Link header (RFC 8288)."),
    ...paged,
  }),
  z.strictObject({ type: z.literal("offset"), parameter, more: expression.optional(), ...paged }),
  z.strictObject({
    type: z.literal("page"),
    parameter,
    firstPage: z.number().int().min(0).max(1).default(1),
    more: expression.optional(),
    ...paged,
  }),
]);

export const apiSchema = z.strictObject({
  baseUrl: z
    .string()
    .max(500)
    .regex(
      /^(?:https?:\/\/[^\s?#@\\]+|\{[a-zA-Z0-9_]+\}(?:\/[^\s?#@\\]*)?)$/,
      "expected an http(s) address without query",
    )
    .optional()
    .describe("With {input} and {field} templates; a field may be the whole origin, if its pattern says which."),
  headers: templates.optional(),
  rateLimit: rateLimitSchema.optional().describe("Names of headers, where they are not the standard ones."),
  pagination: paginationSchema.optional(),
  probe: z
    .strictObject({
      path,
      method: z.enum(["GET", "POST", "HEAD"]).default("GET"),
      body: jsonBody.optional(),
      valid: expression.optional().describe("Over {status, headers, body} → boolean. Absent: any 2xx."),
    })
    .optional()
    .describe("A harmless call that tells whether credentials work."),
  errorExpression: expression
    .optional()
    .describe(
      'Over {status, headers, body} of an API answer → {error: "invalid_token" | "insufficient_scope" | "rate_limited"} or null.',
    ),
});

export type Pagination = z.infer<typeof paginationSchema>;
export type RateLimitNames = z.infer<typeof rateLimitSchema>;
