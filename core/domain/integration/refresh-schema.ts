import { z } from "zod";

/** How an integration's tokens are kept fresh (`credentials.config.refresh`). Durations are whole seconds. */
const seconds = z.number().int().min(0).max(3_155_760_000);
const hour = z.number().int().min(0).max(23);
const status = z.number().int().min(100).max(599);

const rotationSchema = z.strictObject({
  rule: z
    .enum(["none", "grace", "single_use", "family_revocation"])
    .default("single_use")
    .describe(
      "What becomes of a refresh token that was used: it stays (none), works for graceSeconds more, is spent, or ends the whole grant when it comes again.",
    ),
  graceSeconds: seconds.default(0).describe("How long the old one still works after its use. Of the rule grace."),
});

const failureRuleSchema = z
  .strictObject({
    id: z
      .string()
      .regex(/^[a-z0-9._-]{1,60}$/, "expected lower case letters, digits, dots, _ and -, at most 60")
      .describe("Attempts name it as <integration>.<id>."),
    errors: z.array(z.string().min(1).max(200)).min(1).max(50).optional().describe("The error is one of these."),
    statuses: z
      .tuple([status, status])
      .refine(([from, to]) => from <= to, "expected the smaller number first")
      .optional()
      .describe("The HTTP status is one of these: from, to."),
    descriptionIncludes: z
      .string()
      .min(1)
      .max(200)
      .optional()
      .describe("The error's description has this in it, whatever its case."),
    class: z
      .enum(["transient", "rate_limited", "reauthorize", "client_misconfigured", "in_doubt"])
      .describe(
        "Who must act: nobody yet; nobody before Retry-After; the customer; the operator; we must find out first.",
      ),
    meaning: z.string().min(1).max(300).describe("What it means, for operators."),
  })
  .refine(
    (rule) => rule.errors !== undefined || rule.statuses !== undefined || rule.descriptionIncludes !== undefined,
    "expected at least one of errors, statuses and descriptionIncludes: a rule without a condition would match everything",
  );

const retrySchema = z.strictObject({
  initialSeconds: z.number().int().min(1).max(604_800).default(10_800).describe("The first pause."),
  factor: z.number().min(1).max(10).default(2).describe("Each further one is so much longer."),
  capSeconds: z.number().int().min(1).max(604_800).default(86_400).describe("The longest."),
});

const massFailureSchema = z.strictObject({
  accounts: z.number().int().min(1).max(1_000_000).default(20).describe("At least so many accounts."),
  share: z
    .number()
    .min(0.001)
    .max(1)
    .default(0.2)
    .describe("And at least this share of the client's active ones, 0 to 1."),
  windowSeconds: z.number().int().min(60).max(86_400).default(600).describe("Within so long."),
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
  rotation: rotationSchema
    .default({ rule: "single_use", graceSeconds: 0 })
    .describe("Whether refresh tokens rotate, and how an answer that was lost may be asked for again."),
  failureRules: z
    .array(failureRuleSchema)
    .max(50)
    .refine(hasDistinctIds, "expected a different id for each rule")
    .default([])
    .describe(
      "Come before the default rules; the first that matches decides. Every condition that is given must hold.",
    ),
  concurrency: z
    .number()
    .int()
    .min(1)
    .max(10_000)
    .nullable()
    .default(null)
    .describe("Token requests of one client at a time, over all processes; null: no limit known."),
  perMinute: z
    .number()
    .int()
    .min(1)
    .max(1_000_000)
    .nullable()
    .default(null)
    .describe("Token requests of one client in a minute, over all processes; null: no limit known."),
  retry: retrySchema.prefault({}).describe("When a refresh that failed is tried again."),
  massFailure: massFailureSchema
    .prefault({})
    .describe(
      "So many accounts, and this share of a client's active ones, failing for good within the window: the further ones are held.",
    ),
  idleLifetimeSeconds: seconds
    .nullable()
    .default(null)
    .describe(
      "A refresh token that is not used for so long ends; null: not known. The overview tells of accounts that no refresh reaches before.",
    ),
  absoluteLifetimeSeconds: seconds
    .nullable()
    .default(null)
    .describe("A grant ends so long after it was given; null: not known. The overview tells when the next ones end."),
  oldAccessTokenDies: z
    .boolean()
    .default(false)
    .describe("A refresh ends the access token from before, however long it had to live."),
  maxGrantsPerUser: z
    .number()
    .int()
    .min(1)
    .nullable()
    .default(null)
    .describe("One more, and the oldest grant of that user ends; null: not known. Stored, and not used yet."),
});

/** An attempt names the rule that decided, so a name must lead to one rule. */
function hasDistinctIds(rules: readonly { readonly id: string }[]): boolean {
  return new Set(rules.map((rule) => rule.id)).size === rules.length;
}
