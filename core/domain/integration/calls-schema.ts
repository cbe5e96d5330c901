import { z } from "zod";
import { expression, headerName, jsonBody, origin, parameters, path } from "./document-parts.ts";

/** Calls that an integration declares. */
export const revocationSchema = z
  .strictObject({
    method: z.enum(["DELETE", "POST", "GET"]).default("POST").describe("Of the call."),
    host: origin.optional().describe("The API's where absent, else the tokenHost."),
    path: path.describe("May name {access_token}, {refresh_token}, {client_id}, inputs and fields."),
    headers: z.record(headerName, z.string().max(1000)).default({}).describe("May name what body may."),
    body: parameters.default({}).describe("May name what path may, and {client_secret}."),
    bodyFormat: z.enum(["form", "json"]).default("form").describe("How body is sent. A GET has it in its query."),
    authorization: z
      .enum(["token", "client", "none"])
      .default("token")
      .describe("token: as API calls are; client: as at the token endpoint."),
  })
  .describe("How a grant is ended at the provider where it is not RFC 7009.");

export type Revocation = z.infer<typeof revocationSchema>;

export const identitySchema = z
  .strictObject({
    path: path
      .optional()
      .describe("Absent: the expressions read the token answer (with id_token_claims), or the answer of api.probe."),
    host: origin.optional().describe("The API's base URL where absent."),
    method: z.enum(["GET", "POST"]).default("GET").describe("Of the call."),
    headers: z
      .record(headerName, z.string().max(1000))
      .default({})
      .describe(
        "Besides api.headers and the authorization, or in place of them; may name {access_token}, or what is typed.",
      ),
    body: jsonBody.optional(),
    id: expression.describe("The immutable id of what was connected; never an e-mail address."),
    label: expression.optional().describe("What people recognise it by."),
  })
  .describe("Who was connected.");

export type Identity = z.infer<typeof identitySchema>;
