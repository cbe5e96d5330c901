import { z } from "@hono/zod-openapi";
import { approvalStatuses } from "#core/domain/approval/approval";
import { approvalKinds, type ApprovalKind } from "#core/domain/approval/approval-kind";
import { instantSchema, nextCursorSchema, nullableInstantSchema } from "./primitives.ts";

const kinds = Object.keys(approvalKinds) as [ApprovalKind, ...ApprovalKind[]];

const personSchema = z
  .object({
    id: z.string().openapi({
      description: "The administrator's id; `command_line` for the server's, `system` for time or another change.",
      example: "usr_2f8k3mzq0v7w1x9y4t6r5p8n",
    }),
    name: z
      .string()
      .nullable()
      .openapi({ description: "Their name; null: it is nobody who is there.", example: "Ada" }),
    email: z.string().nullable().openapi({ description: "Their address; null as above.", example: "ada@example.com" }),
  })
  .openapi("ApprovalPerson", { description: "Who did something about a request." });

const changeSchema = z
  .object({
    what: z.string().openapi({
      description: "What would be otherwise: words, or a JSON Pointer into the integration document.",
      example: "Host for tokens",
    }),
    before: z
      .string()
      .nullable()
      .openapi({ description: "As it was when it was asked; null: nothing.", example: "https://login.acme.example" }),
    after: z
      .string()
      .nullable()
      .openapi({ description: "As it would be; null: nothing.", example: "https://auth.acme.example" }),
  })
  .openapi("ApprovalChange", { description: "One thing that would be otherwise." });

const maySchema = z
  .object({
    approve: z.boolean().openapi({ description: "Approve it, or go on with what is approved.", example: true }),
    refuse: z.boolean().openapi({ description: "Refuse it.", example: true }),
    withdraw: z.boolean().openapi({ description: "Take it back.", example: false }),
    why_not: z.string().nullable().openapi({ description: "Why you can't approve it; null: you can.", example: null }),
  })
  .openapi("ApprovalRights", { description: "What you may do about it, as you look." });

/** What somebody asked for that needs a second person (R48). */
export const approvalSchema = z
  .object({
    id: z.string().openapi({ description: "The request's id.", example: "apr_2f8k3mzq0v7w1x9y4t6r5p8n" }),
    kind: z.enum(kinds).openapi({ description: "What it is about.", example: "integration.hosts_change" }),
    subject: z.string().openapi({
      description: "What it would be done to: an integration's name, a key's id, a tenant's id.",
      example: "acme-crm",
    }),
    status: z.enum(approvalStatuses).openapi({
      description:
        "`pending`: nobody has decided. `approved`: it is being carried out, or tried again each minute. The others are ends: `executed`, `refused`, `withdrawn`, `expired`, or `failed` (`failure` says why).",
      example: "pending",
    }),
    mode: z.enum(["second_person", "waiting"]).openapi({
      description:
        "`second_person`: another administrator approves. `waiting`: there was nobody else when it was asked, so whoever asked confirms it when `waits_until` has passed.",
      example: "second_person",
    }),
    summary: z.string().openapi({
      description: "What would be done, in one sentence.",
      example: "Send the credentials of Acme CRM to other hosts",
    }),
    changes: z.array(changeSchema).openapi({ description: "What would be otherwise." }),
    consequences: z.array(z.string()).openapi({
      description: "What follows from it, one sentence each.",
      example: ["The tokens of 1,204 live accounts go to the new hosts, from the next refresh or call on."],
    }),
    reason: z.string().nullable().openapi({
      description: "Why, in the words of whoever asked; null: they gave none.",
      example: "Acme moved its sign-in; see their notice of 1 December.",
    }),
    parameters: z.record(z.string(), z.unknown()).openapi({
      description: "Exactly what would be carried out. Never a secret.",
      example: { document: { name: "acme-crm" } },
    }),
    parameters_hash: z.string().openapi({
      description: "SHA-256 over canonical JSON of kind and parameters; the audit log names it.",
      example: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    }),
    requested_by: personSchema,
    requested_at: instantSchema.openapi({ description: "When it was asked." }),
    waits_until: nullableInstantSchema.openapi({
      description: "Nobody can confirm it before; null: it waits for a person.",
      example: null,
    }),
    expires_at: instantSchema.openapi({ description: "What is not decided, or not carried out, by then is over." }),
    approved_by: personSchema.nullable().openapi({ description: "Who approved; null: nobody did." }),
    approved_at: nullableInstantSchema.openapi({ description: "When; null: nobody did.", example: null }),
    ended_by: personSchema.nullable().openapi({ description: "Who ended it; null: it is open." }),
    ended_at: nullableInstantSchema.openapi({ description: "When it ended; null: it is open.", example: null }),
    failure: z
      .object({
        code: z
          .enum(["state_changed", "asker_changed", "approver_changed", "action_failed"])
          .openapi({ description: "Why it came to nothing.", example: "state_changed" }),
        detail: z.string().openapi({
          description: "The same for people.",
          example: "What it was asked for has changed since. Look at it as it is now, and ask again.",
        }),
      })
      .nullable()
      .openapi({ description: "Of `failed`, and of the latest try while it is `approved`; null otherwise." }),
    may: maySchema,
  })
  .openapi("Approval", { description: "A request that needs a second person." });

export type ApprovalView = z.infer<typeof approvalSchema>;

export const approvalListSchema = z
  .object({
    data: z.array(approvalSchema).openapi({ description: "Newest first." }),
    next_cursor: nextCursorSchema,
  })
  .openapi("ApprovalList", { description: "A page of requests." });
export type ApprovalList = z.infer<typeof approvalListSchema>;

/** Of routes that may ask for an approval. */
export const approvalReasonSchema = z.string().min(1).max(500).openapi({
  description: "Why, for whoever decides. Up to 500 characters.",
  example: "Acme moved its sign-in.",
});
