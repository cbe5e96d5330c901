import { z } from "zod";
import { expression, headerName } from "./document-parts.ts";

/** How an account's credentials are put on a call of the provider's API (`authorization`). */
const value = z.string().min(1).max(1000);

export const authorizationSchema = z.discriminatedUnion("format", [
  z.strictObject({
    format: z.literal("bearer").describe("Authorization: Bearer and the access token (RFC 6750)."),
    config: z
      .strictObject({
        path: z
          .enum(["oauth.token.access_token"])
          .default("oauth.token.access_token")
          .describe("What is sent: the access token."),
      })
      .prefault({})
      .describe("Nothing else can be said."),
  }),
  z.strictObject({
    format: z.literal("header").describe("A header of its own."),
    config: z
      .strictObject({
        name: headerName.describe("The header's name."),
        value: value.describe("e.g. Token {access_token}, or {api_key}"),
      })
      .describe("Which one, and what it holds."),
  }),
  z.strictObject({
    format: z.literal("query").describe("A parameter of the address."),
    config: z
      .strictObject({
        name: z.string().min(1).max(100).describe("The parameter's name."),
        value: value.describe("e.g. {access_token}, or {api_key}"),
      })
      .describe("Which one, and what it holds."),
  }),
  z.strictObject({
    format: z.literal("basic").describe("Authorization: Basic (RFC 7617)."),
    config: z
      .strictObject({
        username: value.default("{username}").describe("What stands before the colon."),
        password: z.string().max(1000).default("{password}").describe("What stands behind it; may be empty."),
      })
      .prefault({})
      .describe("What stands for user name and password."),
  }),
  z.strictObject({
    format: z.literal("expression").describe("Whatever an expression says."),
    config: z
      .strictObject({ expression: expression.describe("Over {credentials, inputs, fields} → {headers, query}") })
      .describe("The expression."),
  }),
]);

export type Authorization = z.infer<typeof authorizationSchema>;
