import { z } from "@hono/zod-openapi";
import { sealedPlaces } from "#core/domain/sealing/sealed-place";
import { sealingPolicies } from "#core/domain/sealing/sealing-policy";
import { approvalReasonSchema } from "./approval.ts";
import { instantSchema, nullableInstantSchema } from "./primitives.ts";

const count = (description: string, example: number) => z.number().int().min(0).openapi({ description, example });

export const kidSchema = z
  .string()
  .min(1)
  .max(255)
  .openapi({ description: "The key's id, as the configuration or the KMS names it.", example: "k-2026-11-26" });

const runIdSchema = z
  .string()
  .max(100)
  .openapi({ description: "The run's id.", example: "rwp_2f8k3mzq0v7w1x9y4t6r5p8n" });

const policySchema = z.enum(sealingPolicies).openapi({
  description:
    "What wraps the data keys of accounts. `direct`: the KMS, each one. `tenant`: one key per tenant, which the KMS wraps and each process remembers for some minutes. What belongs to no tenant is always wrapped by the KMS.",
  example: "direct",
});

const sealedSchema = z
  .object({
    tenant_key: count("Keys of tenants.", 0),
    credential: count("Token sets and typed credentials of accounts.", 1200),
    secret: count("Client secrets and keys, webhook secrets, what a connect session holds.", 13),
    answer: count("Answers kept for repeated requests.", 2),
  })
  .openapi("SealedCounts", { description: "How many values a key seals, by what they are." });

const keySchema = z
  .object({
    id: kidSchema,
    state: z.enum(["current", "opens", "disabled"]).openapi({
      description:
        "`current` seals what is new. `opens` only opens. `disabled`: an operator disabled it, or no process of this kind is configured with it (`configured` false).",
      example: "opens",
    }),
    configured: z.boolean().openapi({ description: "Whether the process that answers has it.", example: true }),
    sealed: count("Values that it seals in this environment.", 1215),
    sealed_by_kind: sealedSchema,
    wraps: count(
      "How often it wrapped in this environment, since `keys rotate` gave it its newest version where it did. Counted in memory and added every few seconds: a process that was killed took the last ones with it.",
      98_112,
    ),
    first_seen_at: nullableInstantSchema.openapi({
      description: "When it wrapped first; null: before this was noted.",
    }),
    changed_at: nullableInstantSchema.openapi({ description: "When it was last disabled or enabled; null: never." }),
    changed_by: z.string().nullable().openapi({
      description: "By whom: a key, an administrator, the command line; null: nobody.",
      example: null,
    }),
  })
  .openapi("SealingKey", { description: "A key-encryption key in one environment. Never key material." });

export type SealingKeyView = z.infer<typeof keySchema>;

const failureSchema = z
  .object({
    place: z.enum(sealedPlaces).openapi({ description: "What kind of value it is.", example: "credential" }),
    owner: z.string().openapi({ description: "The id of what owns it.", example: "ia_2f8k3mzq0v7w1x9y4t6r5p8n" }),
    field: z.string().openapi({ description: "Which of its values.", example: "token_set" }),
    version: z.number().int().openapi({ description: "Which version of it.", example: 3 }),
    key_id: kidSchema,
    reason: z.enum(["unreadable", "does_not_open", "key_disabled", "sample_does_not_open"]).openapi({
      description:
        "`unreadable`: no sealed value. `does_not_open`: altered, moved, or its key is missing. `key_disabled`. `sample_does_not_open`: found when a sample was opened at the end.",
      example: "does_not_open",
    }),
  })
  .openapi("RewrapFailure", { description: "A value that does not open: where it is, and nothing of it." });

export type RewrapFailureView = z.infer<typeof failureSchema>;

export const runSchema = z
  .object({
    id: runIdSchema,
    state: z.enum(["running", "paused", "done", "stopped"]).openapi({
      description: "`running`: a worker has it, or takes it within a minute.",
      example: "running",
    }),
    phase: z.enum(["rewrapping", "verifying"]).openapi({
      description: "`verifying`: everything was gone through, and a sample is opened.",
      example: "rewrapping",
    }),
    to: kidSchema,
    everything: z.boolean().openapi({
      description:
        "Whether it wraps anew what is under that key already, too: once, in one pass. For a key that got a new version inside before the run began.",
      example: false,
    }),
    from: z.array(kidSchema).openapi({ description: "Keys that were used besides when it began; a hundred at most." }),
    total: count("Values that were to be re-wrapped when it began.", 100_000),
    done: count("Values re-wrapped so far.", 41_500),
    failed: count("Values that do not open.", 0),
    anew: count("Values that a process with the old configuration sealed meanwhile, and that were re-wrapped too.", 0),
    pace: z.number().int().min(1).nullable().openapi({
      description: "Values a second at most; null: as fast as it goes.",
      example: 500,
    }),
    rate: z.number().nullable().openapi({ description: "Values a second, measured; null: not yet.", example: 496.2 }),
    seconds_left: z.number().int().nullable().openapi({
      description: "Until everything is re-wrapped, at that rate; null: not known, or it does not run.",
      example: 118,
    }),
    sample: z.number().int().nullable().openapi({
      description: "Values that were opened at the end: 1 %, at least 200, at most 2,000; null: not at its end.",
      example: null,
    }),
    sample_opened: z.number().int().nullable().openapi({
      description: "How many of them opened; null: not at its end.",
      example: null,
    }),
    remaining: z.record(z.string(), z.number().int()).nullable().openapi({
      description:
        "At the end: keys that still seal something, and how much; empty when all went well; null: not at its end.",
      example: null,
    }),
    last_error: z.string().nullable().openapi({ description: "Why it waits; null: it does not.", example: null }),
    started_by: z.string().openapi({ description: "Who began it.", example: "usr_2f8k3mzq0v7w1x9y4t6r5p8n" }),
    started_at: instantSchema,
    updated_at: instantSchema,
    finished_at: nullableInstantSchema.openapi({ description: "When it ended; null: it has not." }),
  })
  .openapi("RewrapRun", { description: "Everything that is not under the current key gets there." });

export type RewrapRunView = z.infer<typeof runSchema>;

export const runDetailSchema = runSchema
  .extend({
    failures: z.array(failureSchema).openapi({ description: "Values that do not open, a hundred at most." }),
  })
  .openapi("RewrapRunDetail", { description: "A run, and where what does not open stands." });

export type RewrapRunDetailView = z.infer<typeof runDetailSchema>;

export const keysSchema = z
  .object({
    policy: policySchema,
    keys: z.array(keySchema).openapi({ description: "Of the KMS: the current one first." }),
    tenant_keys: z
      .object({
        current: count("Tenants that have a key.", 800),
        retired: count("Earlier versions of their keys, which open what is not re-wrapped yet.", 2),
        destroyed: count("Keys that were destroyed.", 3),
        sealed: count("Values that keys of tenants seal; of destroyed ones too, which do not open.", 1150),
        wraps: count("How often they wrapped.", 64_000),
      })
      .openapi({ description: "Keys of tenants, together." }),
    runs: z.array(runSchema).openapi({ description: "Re-wraps, newest first, ten at most." }),
  })
  .openapi("SealingKeys", { description: "What seals the values of this environment." });

export type SealingKeysView = z.infer<typeof keysSchema>;

const paceSchema = z.number().int().min(1).max(1_000_000).nullable().openapi({
  description: "Values a second at most; null: as fast as it goes.",
  example: 500,
});

export const rewrapRequestSchema = z
  .strictObject({
    pace: paceSchema.optional(),
    everything: z.boolean().optional().openapi({
      description:
        "What is under the current key already, too, since it got a new version inside (`keys rotate`): values under its older versions have the same key id, so nothing else finds them. By default only what is not under the current key.",
      example: false,
    }),
  })
  .openapi("RewrapRequest", { description: "How fast, and what.", example: { pace: 500 } });

export const runPatchSchema = z
  .strictObject({
    state: z.enum(["running", "paused", "stopped"]).optional().openapi({
      description: "`paused` after the batch in hand; `running` resumes; `stopped` ends it for good.",
      example: "paused",
    }),
    pace: paceSchema.optional(),
  })
  .openapi("RewrapRunPatch", { description: "What is absent stays." });

export const policyRequestSchema = z
  .strictObject({ policy: policySchema })
  .openapi("SealingPolicyRequest", { description: "The policy from now on.", example: { policy: "tenant" } });

export const drillSchema = z
  .object({
    proven: z.boolean().openapi({
      description: "Whether everything opens with its keys, and nothing without; false where nothing is sealed.",
      example: true,
    }),
    sample: count("Values that were tried, 200 at most, at random.", 200),
    opened: count("How many opened with the real keys.", 200),
    opened_without_keys: count("How many opened with random keys of the same names.", 0),
    opened_with_keys_of: z.record(z.string(), z.number().int()).openapi({
      description: "How many opened in the name of each other environment.",
      example: { staging: 0 },
    }),
  })
  .openapi("KeyDrill", { description: "A proof by trial that a copy of the database without its keys opens nothing." });

export type KeyDrillView = z.infer<typeof drillSchema>;

export const tenantParamsSchema = z.object({
  tenant_id: z
    .string()
    .min(1)
    .max(200)
    .openapi({ description: "Your customer, by your product's own id.", example: "acme" }),
});

export const deleteTenantQuerySchema = z.strictObject({
  limit: z.coerce.number().int().min(1).max(10_000).optional().openapi({
    description: "Accounts that this call ends at most; by default as many as fit into some seconds.",
    example: 100,
  }),
});

export const deletedTenantSchema = z
  .object({
    tenant_id: z.string().openapi({ description: "Whose accounts and key.", example: "acme" }),
    disconnected: z
      .object({
        revoked: count("Grants that the provider ended.", 3),
        not_supported: count("Grants that the provider can't be asked to end, or credentials that were typed.", 1),
        failed: count("Grants that the provider would not end, or was not there to.", 0),
      })
      .openapi({ description: "Accounts that this call disconnected, by what became of their grants." }),
    remaining: count("Accounts that are left for another call; 0: the tenant is deleted.", 0),
    keys_destroyed: count("Keys of the tenant that this call destroyed, earlier versions among them.", 1),
  })
  .openapi("DeletedTenant", { description: "What was left of a tenant, and is no more." });

export const destroyQuerySchema = z.strictObject({
  force: z.enum(["true", "false"]).default("false").openapi({
    description: "Although accounts hang on it, which must be connected anew then.",
    example: "false",
  }),
  reason: approvalReasonSchema.optional(),
});
