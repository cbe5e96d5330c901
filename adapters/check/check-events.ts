import { z } from "zod";

/** What the process of a check says on its standard output, a line of JSON each. */
const stepSchema = z.object({
  answered: z.string(),
  outcome: z.string().nullable(),
  rule: z.string().nullable(),
  http_status: z.number().nullable(),
  error: z.string().nullable(),
  explanation: z.string().nullable(),
  status: z.string().nullable(),
  scopes_missing: z.array(z.string()),
  next_refresh_in: z.number().nullable(),
  expires_in: z.number().nullable(),
  caller_got: z.string(),
});

const scenarioSchema = z.object({
  scenario: z.string(),
  title: z.string(),
  verdict: z.enum(["as_expected", "unexpected", "not_applicable"]),
  note: z.string().nullable(),
  steps: z.array(stepSchema).max(20),
  problems: z.array(z.string()),
});

export const checkEventSchema = z.discriminatedUnion("event", [
  z.object({ event: z.literal("scenario"), scenario: scenarioSchema }),
  z.object({ event: z.literal("done"), left_aside: z.array(z.string()) }),
  z.object({ event: z.literal("failed"), detail: z.string() }),
]);
export type CheckEvent = z.infer<typeof checkEventSchema>;
