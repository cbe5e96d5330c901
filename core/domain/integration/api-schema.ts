import { z } from "zod";
import { expression, headerName, jsonBody, path, templates } from "./document-parts.ts";

/** The provider's API (`api`): where it is, how it limits, pages, and says that a token is dead. */
const instantUnit = z.enum(["seconds", "milliseconds", "epoch_seconds", "epoch_milliseconds", "http_date", "iso"]);
const instantHeader = z.strictObject({
  header: headerName.describe("Its name."),
  unit: instantUnit.default("seconds").describe("What it counts: a time from now, or an instant."),
});

const rateLimitSchema = z.strictObject({
  limit: headerName.optional().describe("Has the calls that a window allows."),
  remaining: headerName.optional().describe("Has the calls that are left in it."),
  reset: instantHeader.optional().describe("Has the end of the window."),
  retryAfter: instantHeader.optional().describe("Has the time after which one may come back. Before Retry-After."),
  expression: expression
    .optional()
    .describe("Over {status, headers, body}: true when this answer is a rate limit although it is no 429."),
  waitExpression: expression
    .optional()
    .describe("Over {status, headers, body}: seconds to wait, where no header tells them."),
});

// Expressions read the body as their root, and the rest as $status, $headers and $query (the parameters of the request).
const paged = {
  items: expression.describe("JSONata over the body: the items of a page."),
  limitParameter: z.string().min(1).max(100).optional().describe("The parameter that says how many a page may hold."),
  params: templates.default({}).describe("Sent with every page, unless the caller says otherwise."),
};
const parameter = z.string().min(1).max(100).describe("The parameter that asks for the next page.");

const more = expression
  .optional()
  .describe("JSONata over the body: whether another page follows. Absent: until one is empty.");

const kinds = [
  z.strictObject({ type: z.literal("none").optional().describe("Everything comes at once.") }),
  z.strictObject({
    type: z.literal("cursor").describe("The answer has a cursor for the next page."),
    next: expression.describe("JSONata over the body: the cursor; nothing after the last page."),
    parameter,
    ...paged,
  }),
  z.strictObject({
    type: z.literal("link").describe("The answer has the address of the next page."),
    next: expression.optional().describe("Over the body: the next address. Absent: the Link header (RFC 8288)."),
    ...paged,
  }),
  z.strictObject({
    type: z.literal("offset").describe("Pages begin at the number of the item."),
    parameter,
    more,
    ...paged,
  }),
  z.strictObject({
    type: z.literal("page").describe("Pages are numbered."),
    parameter,
    firstPage: z.number().int().min(0).max(1).default(1).describe("The number of the first one."),
    more,
    ...paged,
  }),
] as const;

const paginationSchema = z.discriminatedUnion("type", kinds);

/** Of an endpoint of the unified API, which may ask for the next page by more than one parameter. */
export const listPaginationSchema = z.discriminatedUnion("type", [
  ...kinds,
  z.strictObject({
    type: z
      .literal("state")
      .describe("The answer tells where it goes on, and the endpoint's expressions read that as cursor."),
    items: expression.describe("JSONata over the body: the items of a page. Also $limit, $sort and $cursor."),
    next: expression.describe("Likewise: what cursor is for the next page, any small JSON; nothing after the last."),
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
  headers: templates.optional().describe("Sent with every call; may name inputs and fields."),
  rateLimit: rateLimitSchema.optional().describe("Names of headers, where they are not the standard ones."),
  pagination: paginationSchema.optional().describe("How lists come in pages. Followed on request by the proxy."),
  probe: z
    .strictObject({
      path: path.describe("Below api.baseUrl; may name inputs and fields."),
      method: z.enum(["GET", "POST", "HEAD"]).default("GET").describe("Of the call."),
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

export type ListPagination = z.infer<typeof listPaginationSchema>;
export type Pagination = z.infer<typeof paginationSchema>;
export type RateLimitNames = z.infer<typeof rateLimitSchema>;
