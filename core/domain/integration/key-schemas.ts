import { z } from "zod";
import { fieldName, pattern } from "./document-parts.ts";
import { identitySchema } from "./calls-schema.ts";

/** `credentials.config` of api_key, basic and custom: what the end user types, and how it is asked for. */
const credentialFieldSchema = z.strictObject({
  name: fieldName.describe("How authorization names it, and GET …/token shows it."),
  label: z.string().min(1).max(100).describe("What the form asks for."),
  help: z.string().max(500).optional().describe("Where to find it."),
  example: z.string().max(100).optional().describe("What it looks like."),
  pattern: pattern.optional().describe("The whole value must match."),
  secret: z.boolean().default(true).describe("true: it is hidden while it is typed, and never shown again."),
});

const words = z.strictObject({
  label: z.string().min(1).max(100).describe("What the form asks for."),
  help: z.string().max(500).optional().describe("Where to find it."),
  example: z.string().max(100).optional().describe("What it looks like."),
});

const fields = z
  .array(credentialFieldSchema)
  .min(1)
  .max(10)
  .refine((all) => new Set(all.map((one) => one.name)).size === all.length, "expected a different name for each field");

export const keyConfigSchema = z.strictObject({
  fields: fields.default([{ name: "api_key", label: "API key", secret: true }]).describe("What is typed."),
  identity: identitySchema.optional(),
});

export const customConfigSchema = z.strictObject({
  fields: fields.describe("What is typed."),
  identity: identitySchema.optional(),
});

export const basicConfigSchema = z.strictObject({
  username: words.default({ label: "User name" }).describe("How the user name is asked for."),
  password: words.nullable().default({ label: "Password" }).describe("null: there is none; see authorization."),
  identity: identitySchema.optional(),
});

export type CredentialField = z.infer<typeof credentialFieldSchema>;
