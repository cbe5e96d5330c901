import { z } from "@hono/zod-openapi";
import { problemCodes } from "#core/domain/problem/domain-error";

const codes = Object.keys(problemCodes) as [keyof typeof problemCodes, ...(keyof typeof problemCodes)[]];

/** RFC 9457. Codes may bring members of their own (integrated_account_id, last_error, permission, reason, source). */
export const problemSchema = z
  .looseObject({
    type: z.url(),
    title: z.string(),
    status: z.number().int(),
    code: z.enum(codes),
    detail: z.string(),
    instance: z.string(),
    errors: z.array(z.object({ pointer: z.string(), detail: z.string() })).optional(),
  })
  .openapi("Problem");

const content = { "application/problem+json": { schema: problemSchema } };

/** The problem answers of a route, by status. */
export function problems<const S extends number>(...statuses: readonly S[]) {
  const all = [400, 401, 403, 500, 503, ...statuses] as const;
  return Object.fromEntries(all.map((status) => [status, { description: "A problem (RFC 9457)", content }])) as Record<
    S | 400 | 401 | 403 | 500 | 503,
    { description: string; content: typeof content }
  >;
}

/** A JSON answer. */
export function answer<T extends z.ZodType>(schema: T, description: string) {
  return { description, content: { "application/json": { schema } } };
}

/** A JSON body that must be there. */
export function body<T extends z.ZodType>(schema: T) {
  return { required: true, content: { "application/json": { schema } } };
}

export const secured: Record<string, string[]>[] = [{ apiKey: [] }, { session: [] }];
