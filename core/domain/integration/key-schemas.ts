import { z } from "zod";
import { fieldName, pattern } from "./document-parts.ts";
import { identitySchema } from "./calls-schema.ts";

/** `credentials.config` of api_key, basic and custom: what the end user types, and how it is asked for. */
const credentialFieldSchema = z.strictObject({
  name: fieldName,
  label: z.string().min(1).max(100),
  help: z.string().max(500).optional(),
  example: z.string().max(100).optional(),
  pattern: pattern.optional().describe("The whole value must match."),
  secret: z.boolean().default(true),
});

const words = z.strictObject({
  label: z.string().min(1).max(100),
  help: z.string().max(500).optional(),
  example: z.string().max(100).optional(),
});

const fields = z
  .array(credentialFieldSchema)
  .min(1)
  .max(10)
  .refine((all) => new Set(all.map((one) => one.name)).size === all.length, "expected a different name for each field");

export const keyConfigSchema = z.strictObject({
  fields: fields.default([{ name: "api_key", label: "API key", secret: true }]),
  identity: identitySchema.optional(),
});

export const customConfigSchema = z.strictObject({ fields, identity: identitySchema.optional() });

export const basicConfigSchema = z.strictObject({
  username: words.default({ label: "User name" }),
  password: words.nullable().default({ label: "Password" }).describe("null: there is none; see authorization."),
  identity: identitySchema.optional(),
});

export type CredentialField = z.infer<typeof credentialFieldSchema>;
