import { z } from "@hono/zod-openapi";

const placedErrorSchema = z
  .object({
    pointer: z.string().openapi({
      description: "A JSON Pointer into the document; empty: the whole.",
      example: "/credentials/config/pkce/method",
    }),
    detail: z.string().openapi({
      description: "What was expected, what was found, what to do.",
      example: 'expected one of S256, none, found "plain"',
    }),
    line: z.number().int().openapi({ description: "In the text that was sent, from 1.", example: 14 }),
    column: z
      .number()
      .int()
      .openapi({ description: "Characters from the beginning of the line, from 1.", example: 17 }),
  })
  .openapi("PlacedError", {
    description: "One mistake and where it stands. What is missing is told where it is missing.",
  });

const fieldChangeSchema = z
  .object({
    what: z.string().openapi({ description: "A host's role, or a JSON Pointer.", example: "Host for tokens" }),
    before: z
      .string()
      .nullable()
      .openapi({ description: "Null: it was not there.", example: "https://auth.acme.example" }),
    after: z.string().nullable().openapi({ description: "Null: it is gone.", example: "https://login.acme.example" }),
  })
  .openapi("FieldChange", { description: "What would be otherwise." });

const refusalSchema = z
  .object({
    cause: z.enum(["format", "hosts", "secrets", "unreadable"]).openapi({
      description:
        "`format`: accounts live on it with other credentials; `hosts`: their credentials would go elsewhere; `secrets`: those of the OAuth client would; `unreadable`: nobody can tell from where.",
      example: "hosts",
    }),
    detail: z.string().openapi({ description: "Why, and what to do instead.", example: "412 accounts live on it." }),
    approvable: z.boolean().openapi({
      description: "Whether another administrator may approve it: PUT with `approval=ask`.",
      example: true,
    }),
  })
  .openapi("DefinitionRefusal", { description: "Why a valid definition would be refused (409)." });

const effectSchema = z
  .object({
    kind: z.enum(["creates", "replaces", "covers_catalogue", "unchanged"]).openapi({
      description:
        "`covers_catalogue`: it takes the place of the catalogue's in this environment; `unchanged`: it is in force already.",
      example: "replaces",
    }),
    live_accounts: z.number().int().openapi({ description: "Accounts that live on it.", example: 412 }),
    erases_secrets: z.boolean().openapi({
      description: "Whether the OAuth client's secrets are erased with it: they were given for other hosts.",
      example: false,
    }),
    hosts: z
      .object({
        before: z.string().nullable().openapi({
          description: "Where credentials go now; null: nothing is in force, or nobody can tell.",
          example: "tokens https://auth.acme.example",
        }),
        after: z
          .string()
          .openapi({ description: "Where they would go.", example: "tokens https://login.acme.example" }),
      })
      .openapi({ description: "Where credentials go." }),
    changes: z
      .array(fieldChangeSchema)
      .openapi({ description: "Hosts first; at most 40 other fields, then their number." }),
    refusal: refusalSchema.nullable().openapi({ description: "Null: it would be put." }),
  })
  .openapi("DefinitionEffect", { description: "What PUT would do right now." });

export const definitionTrialSchema = z
  .object({
    valid: z.boolean().openapi({ description: "Whether there is no mistake.", example: false }),
    name: z
      .string()
      .nullable()
      .openapi({ description: "Its name; null where that can't be told.", example: "acme-crm" }),
    errors: z.array(placedErrorSchema).openapi({ description: "All at once, in the order of the text; at most 200." }),
    effect: effectSchema.nullable().openapi({ description: "Null: it is not valid, or `effect=false`." }),
  })
  .openapi("DefinitionTrial", { description: "A definition looked at as PUT would, without putting it." });
export type DefinitionTrialView = z.infer<typeof definitionTrialSchema>;
