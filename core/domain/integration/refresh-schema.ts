import { z } from "zod";

/** How an integration's tokens are kept fresh (`credentials.config.refresh`). Durations are whole seconds. */
const seconds = z.number().int().min(0).max(3_155_760_000);
const hour = z.number().int().min(0).max(23);
const status = z.number().int().min(100).max(599);

const rotationSchema = z.strictObject({
  rule: z.enum(["none", "grace", "single_use", "family_revocation"]).default("single_use"),
  graceSeconds: seconds.default(0),
});

const failureRuleSchema = z
  .strictObject({
    id: z.string().regex(/^[a-z0-9._-]{1,60}$/, "expected lower case letters, digits, dots, _ and -, at most 60"),
    errors: z.array(z.string().min(1).max(200)).min(1).max(50).optional(),
    statuses: z
      .tuple([status, status])
      .refine(([from, to]) => from <= to, "expected the smaller number first")
      .optional(),
    descriptionIncludes: z.string().min(1).max(200).optional(),
    class: z.enum(["transient", "rate_limited", "reauthorize", "client_misconfigured", "in_doubt"]),
    meaning: z.string().min(1).max(300).describe("What it means, for operators."),
  })
  .refine(
    (rule) => rule.errors !== undefined || rule.statuses !== undefined || rule.descriptionIncludes !== undefined,
    "expected at least one of errors, statuses and descriptionIncludes: a rule without a condition would match everything",
  );

const retrySchema = z.strictObject({
  initialSeconds: z.number().int().min(1).max(604_800).default(10_800),
  factor: z.number().min(1).max(10).default(2),
  capSeconds: z.number().int().min(1).max(604_800).default(86_400),
});

const massFailureSchema = z.strictObject({
  accounts: z.number().int().min(1).max(1_000_000).default(20),
  share: z.number().min(0.001).max(1).default(0.2),
  windowSeconds: z.number().int().min(60).max(86_400).default(600),
});

export const refreshSchema = z.strictObject({
  windowSeconds: z
    .tuple([seconds, seconds])
    .refine(([least, most]) => least <= most, "expected the smaller number first")
    .default([60, 180])
    .describe("The alarm rings at a random instant in this window before expiry; scaled for lives under 300 s."),
  bufferSeconds: seconds
    .default(30)
    .describe("Less than this left: refresh before use. 0.1 of the life if that is less."),
  earliestSeconds: seconds
    .nullable()
    .default(null)
    .describe(
      "The provider refuses a refresh while the token has more than this left; null: it takes one at any time.",
    ),
  quietHoursUtc: z
    .tuple([hour, hour])
    .refine(([from, to]) => from !== to, "expected two different hours")
    .nullable()
    .default(null)
    .describe("Tokens that live longer than a day are refreshed between these hours (UTC); [22, 4] wraps midnight."),
  timeoutSeconds: z
    .number()
    .int()
    .min(1)
    .max(25)
    .default(20)
    .describe("Deadline of a token request; the lease is 30 s."),
  rotation: rotationSchema.default({ rule: "single_use", graceSeconds: 0 }),
  failureRules: z
    .array(failureRuleSchema)
    .max(50)
    .refine(hasDistinctIds, "expected a different id for each rule")
    .default([])
    .describe(
      "Come before the default rules; the first that matches decides. Every condition that is given must hold.",
    ),
  concurrency: z.number().int().min(1).max(10_000).nullable().default(null),
  perMinute: z.number().int().min(1).max(1_000_000).nullable().default(null),
  retry: retrySchema.prefault({}),
  massFailure: massFailureSchema
    .prefault({})
    .describe(
      "So many accounts, and this share of a client's active ones, failing for good within the window: the further ones are held.",
    ),
  idleLifetimeSeconds: seconds.nullable().default(null),
  absoluteLifetimeSeconds: seconds.nullable().default(null),
  oldAccessTokenDies: z.boolean().default(false),
  maxGrantsPerUser: z.number().int().min(1).nullable().default(null),
});

/** An attempt names the rule that decided, so a name must lead to one rule. */
function hasDistinctIds(rules: readonly { readonly id: string }[]): boolean {
  return new Set(rules.map((rule) => rule.id)).size === rules.length;
}
