import { z } from "@hono/zod-openapi";
import { anomalyKinds, callerAnomalyKinds } from "#core/domain/anomaly/anomaly";
import { defaultAnomalyPolicy, mostCallerPolicies } from "#core/domain/anomaly/anomaly-policy";
import { instantSchema, nextCursorSchema, nullableInstantSchema } from "./primitives.ts";

const kindSchema = z.enum(anomalyKinds).openapi({
  description:
    "`decrypt_rate`: a caller opened more credentials than it ever does. `tenant_spread`: of more tenants. `dormant_key`: a key that was not used for long opened something. `new_network`: a key from a network that it never came from. `unknown_path`: something was opened in a way that no part of Evergrant does. `needs_reauth_spike`: unusually many accounts of an integration need re-authorization.",
  example: "decrypt_rate",
});

const callerSchema = z
  .object({
    id: z.string().openapi({
      description: "Its id in the audit log: a key, an administrator, or a process such as `worker`.",
      example: "key_2f8k3mzq0v7w1x9y4t6r5p8n",
    }),
    type: z
      .enum(["api_key", "admin", "process"])
      .openapi({ description: "What it is: an API key, an administrator, a process.", example: "api_key" }),
    name: z.string().nullable().openapi({ description: "As people know it; null: it has none.", example: "Backend" }),
    ends_with: z
      .string()
      .nullable()
      .openapi({ description: "Of a key: its last four characters; null of others.", example: "x7Qp" }),
    stopped_at: nullableInstantSchema.openapi({ description: "Of a key that is stopped now: since when." }),
    revoked_at: nullableInstantSchema.openapi({ description: "Of a key that is revoked: since when." }),
  })
  .openapi("AnomalyCaller", { description: "Who it is about." });

const measuredSchema = z
  .object({
    observed: z.number().openapi({ description: "What was counted.", example: 300 }),
    usual: z.number().openapi({ description: "What is usual around this hour of the day; 0: nothing is.", example: 3 }),
    bound: z.number().openapi({ description: "It rings above this.", example: 60 }),
    window_seconds: z.number().int().openapi({ description: "The time that it was counted over.", example: 60 }),
  })
  .openapi("AnomalyMeasure", { description: "How far it is from the past." });

export const anomalySchema = z
  .object({
    id: z.string().openapi({ description: "The anomaly's id.", example: "ano_2f8k3mzq0v7w1x9y4t6r5p8n" }),
    kind: kindSchema,
    summary: z.string().openapi({
      description: "What happened, in one sentence.",
      example:
        "Backend (key_2f8k3mzq0v7w1x9y4t6r5p8n) opened 300 credentials of 60 tenants within a minute; usual at this time of day: up to 3.",
    }),
    caller: callerSchema.nullable().openapi({ description: "Who it is about; null: it is about an integration." }),
    integration_name: z
      .string()
      .nullable()
      .openapi({ description: "The integration that it is about; null: it is about a caller.", example: null }),
    started_at: instantSchema.openapi({ description: "Of the first sign." }),
    last_at: instantSchema.openapi({ description: "Of the latest sign." }),
    ended_at: nullableInstantSchema.openapi({
      description: "When it had been quiet for long enough to be over; null: it goes on.",
    }),
    measured: measuredSchema.nullable().openapi({
      description: "Of kinds that count something: what was furthest from the past; null of others.",
    }),
    detail: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])).openapi({
      description: "What else is known, by kind: tenants, networks, days; ids and counts, never a secret.",
      example: { reads: 300, tenants: 60, is_new: false, days_known: 21 },
    }),
    has_stopped_key: z.boolean().openapi({ description: "Whether it stopped the API key by itself.", example: false }),
    acknowledged_at: nullableInstantSchema.openapi({
      description: "When somebody said that they saw it; null: nobody did.",
    }),
    acknowledged_by: z
      .string()
      .nullable()
      .openapi({ description: "Who: the id of a key or an administrator; null: nobody.", example: null }),
  })
  .openapi("Anomaly", { description: "Something that is unlike the past, from its first sign until it was quiet." });
export type AnomalyView = z.infer<typeof anomalySchema>;

export const anomalyListSchema = z
  .object({
    data: z.array(anomalySchema).openapi({ description: "Newest first." }),
    next_cursor: nextCursorSchema,
  })
  .openapi("AnomalyList", { description: "A page of anomalies." });
export type AnomalyList = z.infer<typeof anomalyListSchema>;

export const kindQuerySchema = kindSchema
  .optional()
  .openapi({ description: "Only this kind.", example: "decrypt_rate" });

const most = 10_000_000;
const level = (description: string, example: number) =>
  z.number().int().min(1).max(most).openapi({ description, example });

const levelFields = (levels: typeof defaultAnomalyPolicy.least) => ({
  reads_per_minute: level("Credentials opened within a minute.", levels.readsPerMinute),
  reads_per_hour: level("Credentials opened within an hour.", levels.readsPerHour),
  tenants_per_minute: level("Tenants whose credentials were opened within a minute.", levels.tenantsPerMinute),
  tenants_per_hour: level("Tenants whose credentials were opened within an hour.", levels.tenantsPerHour),
});

const levelsSchema = z
  .strictObject(levelFields(defaultAnomalyPolicy.least))
  .openapi("AnomalyLevels", { description: "Nothing rings at or below these, whatever is usual." });
const someLevelsSchema = z
  .strictObject(levelFields(defaultAnomalyPolicy.least))
  .partial()
  .openapi("SomeAnomalyLevels", { description: "Levels; what is absent stays as it is." });

const stopOnSchema = z
  .array(z.enum(callerAnomalyKinds))
  .max(callerAnomalyKinds.length)
  .openapi({
    description: "Kinds that stop the API key at once, within a second everywhere. Empty by default: people decide.",
    example: ["decrypt_rate", "tenant_spread"],
  });

const callerPolicySchema = z
  .strictObject({
    levels: someLevelsSchema.optional().openapi({
      description:
        "In place of `least` and `newcomer`, for a caller that does more by its nature, such as once a month.",
    }),
    stop_on: stopOnSchema.optional().openapi({ description: "In place of the environment's `stop_on`.", example: [] }),
  })
  .openapi("CallerAnomalyPolicy", { description: "What differs for one caller." });

const callerId = z
  .string()
  .regex(
    /^(?:(?:key|usr)_[0-9a-z]{24}|worker|connect|recovery|system|command_line)$/,
    "expected a caller's id, such as key_ and 24 characters",
  );

const factorSchema = z.number().min(1.5).max(100).openapi({
  description: "So many times its usual level a caller may go before it rings.",
  example: defaultAnomalyPolicy.factor,
});
const dormantSchema = z.number().int().min(1).max(3650).openapi({
  description: "A key that opened nothing for so many days rings when it does.",
  example: defaultAnomalyPolicy.dormantDays,
});
const spikeFields = {
  accounts: z.number().int().min(1).max(most).openapi({
    description: "At least so many accounts of an integration must need re-authorization within a day.",
    example: defaultAnomalyPolicy.spike.accounts,
  }),
  share: z.number().min(0).max(1).openapi({
    description: "And such a share of those that were alive.",
    example: defaultAnomalyPolicy.spike.share,
  }),
};

export const anomalyPolicySchema = z
  .object({
    factor: factorSchema,
    least: levelsSchema,
    newcomer: levelsSchema.openapi({
      description: "The same for a caller of which fewer than two days are known: these alone bound it.",
    }),
    dormant_days: dormantSchema,
    spike: z.object(spikeFields).openapi({ description: "When leaving customers ring." }),
    stop_on: stopOnSchema,
    callers: z
      .record(callerId, callerPolicySchema)
      .openapi({ description: "What differs for single callers, by their ids.", example: {} }),
  })
  .openapi("AnomalyPolicy", { description: "When alarms of this environment ring, and what they stop." });
export type AnomalyPolicyView = z.infer<typeof anomalyPolicySchema>;

export const anomalyPolicyPatchSchema = z
  .strictObject({
    factor: factorSchema.nullable(),
    least: someLevelsSchema.nullable(),
    newcomer: someLevelsSchema.nullable(),
    dormant_days: dormantSchema.nullable(),
    spike: z.strictObject(spikeFields).partial().nullable().openapi({ description: "When leaving customers ring." }),
    stop_on: stopOnSchema.nullable(),
    callers: z
      .record(callerId, callerPolicySchema.nullable())
      .refine((value) => Object.keys(value).length <= mostCallerPolicies, `at most ${mostCallerPolicies} callers`)
      .nullable()
      .openapi({
        description:
          "What differs for single callers, by their ids, of at most 200; null takes one's away, and what is absent stays, of one caller too.",
        example: { key_2f8k3mzq0v7w1x9y4t6r5p8n: { stop_on: ["decrypt_rate"] } },
      }),
  })
  .partial()
  .openapi("AnomalyPolicyPatch", { description: "What is absent stays; null is the default again." });
export type AnomalyPolicyPatchBody = z.infer<typeof anomalyPolicyPatchSchema>;

export const stoppableKeySchema = z
  .object({
    id: z.string().openapi({ description: "The key's id.", example: "key_2f8k3mzq0v7w1x9y4t6r5p8n" }),
    name: z.string().openapi({ description: "The key's name.", example: "Backend" }),
    ends_with: z.string().openapi({ description: "Its last four characters.", example: "x7Qp" }),
    stopped_at: nullableInstantSchema.openapi({ description: "Since when it is stopped; null: it is in force." }),
    stopped_by: z.string().nullable().openapi({
      description: "Who stopped it: a key, an administrator, or `worker` where an alarm did; null: nobody.",
      example: null,
    }),
  })
  .openapi("StoppableApiKey", { description: "An API key, and whether it is stopped." });
export type StoppableKeyView = z.infer<typeof stoppableKeySchema>;
