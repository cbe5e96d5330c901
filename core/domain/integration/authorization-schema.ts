import { z } from "zod";
import { expression, headerName } from "./document-parts.ts";

/** How an account's credentials are put on a call of the provider's API (`authorization`). */
const value = z.string().min(1).max(1000);

export const authorizationSchema = z.discriminatedUnion("format", [
  z.strictObject({
    format: z.literal("bearer"),
    config: z
      .strictObject({ path: z.enum(["oauth.token.access_token"]).default("oauth.token.access_token") })
      .prefault({}),
  }),
  z.strictObject({
    format: z.literal("header"),
    config: z.strictObject({ name: headerName, value: value.describe("e.g. Token {access_token}, or {api_key}") }),
  }),
  z.strictObject({
    format: z.literal("query"),
    config: z.strictObject({ name: z.string().min(1).max(100), value }),
  }),
  z.strictObject({
    format: z.literal("basic"),
    config: z
      .strictObject({ username: value.default("{username}"), password: z.string().max(1000).default("{password}") })
      .prefault({}),
  }),
  z.strictObject({
    format: z.literal("expression"),
    config: z.strictObject({
      expression: expression.describe("Over {credentials, inputs, fields} → {headers, query}"),
    }),
  }),
]);

export type Authorization = z.infer<typeof authorizationSchema>;
