import { z } from "@hono/zod-openapi";
import { integrationDocumentView } from "./integration.ts";
import { instantSchema, nullableInstantSchema } from "./primitives.ts";

const seconds = (description: string, example: number) => z.number().int().nullable().openapi({ description, example });

const stepSchema = z
  .object({
    answered: z
      .string()
      .openapi({ description: "What the provider of the trial answered.", example: "429, Retry-After: 7" }),
    outcome: z.string().nullable().openapi({
      description: "What the engine made of it; null: nothing was asked.",
      example: "rate_limited",
    }),
    rule: z.string().nullable().openapi({ description: "The rule that decided; null: none.", example: "http.429" }),
    http_status: z.number().int().nullable().openapi({ description: "Of the answer; null: none came.", example: 429 }),
    error: z.string().nullable().openapi({ description: "As it was read; null: none.", example: "HTTP 429" }),
    explanation: z.string().nullable().openapi({
      description: "In words, as an attempt has it; null: there is nothing to explain.",
      example: "The provider asked to slow down.",
    }),
    status: z.string().nullable().openapi({
      description: "Of the account afterwards; null: nothing was stored.",
      example: "active",
    }),
    scopes_missing: z.array(z.string()).openapi({ description: "Asked for and not granted.", example: [] }),
    next_refresh_in: seconds("When the engine asks again by itself, seconds; null: never.", 8),
    expires_in: seconds("How long the access token lives from then, seconds; null: nothing says so.", 3600),
    caller_got: z.string().openapi({
      description: "What whoever asked for a token got: a fresh one, the old one, or the code of a problem.",
      example: "the old token",
    }),
  })
  .openapi("CheckStep", { description: "One request of a scenario." });

const scenarioSchema = z
  .object({
    scenario: z.string().openapi({ description: "Its name for programs.", example: "slow_down" }),
    title: z.string().openapi({ description: "Its name for people.", example: "Slow down, with Retry-After" }),
    verdict: z.enum(["as_expected", "unexpected", "not_applicable"]).openapi({
      description: "Whether all came as the definition has it.",
      example: "as_expected",
    }),
    note: z.string().nullable().openapi({ description: "Why it does not apply; null: it does.", example: null }),
    steps: z.array(stepSchema).openapi({ description: "Request by request." }),
    problems: z.array(z.string()).openapi({
      description: "What was expected and what was seen, where the two differ.",
      example: [],
    }),
  })
  .openapi("CheckScenario", { description: "What a provider may do, tried on the definition." });

export const integrationCheckSchema = z
  .object({
    id: z.string().openapi({ description: "Names the check.", example: "chk_5l3av9n3gs7mfp0ojp3h657t" }),
    integration_name: z.string().openapi({ description: "The definition's name.", example: "acme-crm" }),
    in_force: z.boolean().openapi({
      description:
        "Whether it is the definition that was in force when it began, with what the environment lays over it.",
      example: true,
    }),
    state: z.enum(["queued", "running", "done", "failed"]).openapi({
      description: "`failed`: it could not be tried; that says nothing about the definition.",
      example: "done",
    }),
    verdict: z
      .enum(["as_expected", "unexpected", "nothing_tried"])
      .nullable()
      .openapi({ description: "Of all scenarios; null: it is not done.", example: "as_expected" }),
    detail: z.string().nullable().openapi({ description: "Why it failed; null: it did not.", example: null }),
    started_by: z.string().openapi({ description: "Who asked for it.", example: "usr_5l3av9n3gs7mfp0ojp3h657t" }),
    created_at: instantSchema.openapi({ description: "When it was asked for." }),
    started_at: nullableInstantSchema.openapi({ description: "When a worker took it up; null: none did yet." }),
    finished_at: nullableInstantSchema.openapi({ description: "When it was over; null: it goes on." }),
    scenarios: z.array(scenarioSchema).openapi({ description: "Those that have ended, in their order." }),
    left_aside: z.array(z.string()).openapi({
      description: "What of the definition a trial can't show.",
      example: [],
    }),
  })
  .openapi("IntegrationCheck", { description: "A definition on trial against the lab, or that was." });
export type IntegrationCheckView = z.infer<typeof integrationCheckSchema>;

export const integrationCheckListSchema = z
  .object({
    offered: z.boolean().openapi({
      description: "Whether checks are offered here (EVERGRANT_LAB_CHECKS).",
      example: true,
    }),
    how: z.string().nullable().openapi({ description: "How they come to be offered; null: they are.", example: null }),
    data: z.array(integrationCheckSchema).openapi({ description: "Newest first, at most 10; kept for 30 days." }),
    next_cursor: z.null().openapi({ description: "Always null: this list has one page.", example: null }),
  })
  .openapi("IntegrationCheckList", { description: "Checks of one definition." });
export type IntegrationCheckListView = z.infer<typeof integrationCheckListSchema>;

export const checkRequestSchema = z
  .strictObject({
    document: integrationDocumentView.optional().openapi({
      description: "To be tried instead of what is in force; it need not be put. Its name is that in the address.",
    }),
  })
  .openapi("CheckRequest", { description: "What to check." });
