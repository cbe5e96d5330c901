import { z } from "@hono/zod-openapi";
import { permissions } from "#core/domain/access/permission";
import { parseCidr } from "#adapters/egress/address-guard";
import {
  instantSchema,
  integrationNameSchema,
  nextCursorSchema,
  nullableInstantSchema,
  tenantIdSchema,
} from "./primitives.ts";

const idExample = "key_2f8k3mzq0v7w1x9y4t6r5p8n";
const permissionSchema = z.enum(permissions);
const longestLifeSeconds = 315_360_000;

const rangeSchema = z
  .string()
  .max(50)
  .refine((value) => parseCidr(value) !== null, "expected a range such as 203.0.113.0/24 or 2001:db8::/32");

export const keyParamsSchema = z.object({
  // A malformed id is one that does not exist.
  id: z.string().max(100).openapi({ description: "The API key's id.", example: idExample }),
});

/** A limit that is there and names nothing would make a key without one. */
const limitOf = <T extends z.ZodType>(item: T, most: number) =>
  z.array(item).min(1, "names nothing; leave it out for a key without this limit").max(most);

export const apiKeyRequestSchema = z
  .strictObject({
    name: z
      .string()
      .trim()
      .min(1)
      .max(100)
      .openapi({ description: "What it is for, in your words.", example: "Backend" }),
    permissions: z
      .array(permissionSchema)
      .min(1, "names nothing; a key needs at least one permission")
      .max(permissions.length)
      .openapi({
        description: "What it may do. None that you lack yourself.",
        example: ["accounts:read", "tokens:read"],
      }),
    tenant_ids: limitOf(tenantIdSchema, 1000)
      .optional()
      .openapi({ description: "Only these customers; absent: all.", example: ["acme"] }),
    integration_names: limitOf(integrationNameSchema, 200)
      .optional()
      .openapi({ description: "Only these integrations; absent: all.", example: ["acme-crm"] }),
    addresses: limitOf(rangeSchema, 100)
      .optional()
      .openapi({
        description: "Ranges in CIDR form from which it may be used; absent: anywhere.",
        example: ["203.0.113.0/24"],
      }),
    expires_in: z.number().int().min(60).max(longestLifeSeconds).optional().openapi({
      description: "When it ends, in seconds from now, up to ten years; absent: it does not end.",
      example: 7_776_000,
    }),
  })
  .openapi("ApiKeyRequest", { description: "An API key to be made." });

const keyFields = {
  id: z.string().openapi({ description: "The key's id.", example: idExample }),
  name: z.string().openapi({ description: "What it is for.", example: "Backend" }),
  ends_with: z.string().openapi({ description: "Its last four characters.", example: "x7Qp" }),
  state: z.enum(["valid", "stopped", "expired", "revoked"]).openapi({
    description:
      "`valid`: it works. `stopped`: refused until an owner starts it again. `expired` and `revoked`: refused for good.",
    example: "valid",
  }),
  permissions: z
    .array(permissionSchema)
    .openapi({ description: "What it may do.", example: ["accounts:read", "tokens:read"] }),
  tenant_ids: z
    .array(z.string())
    .nullable()
    .openapi({ description: "Only these customers; null: all.", example: ["acme"] }),
  integration_names: z
    .array(z.string())
    .nullable()
    .openapi({ description: "Only these integrations; null: all.", example: null }),
  addresses: z
    .array(z.string())
    .nullable()
    .openapi({ description: "Ranges from which it may be used; null: anywhere.", example: ["203.0.113.0/24"] }),
  created_at: instantSchema,
  created_by: z.string().openapi({
    description: "Who made it: an administrator, another key, or `command_line`.",
    example: "usr_2f8k3mzq0v7w1x9y4t6r5p8n",
  }),
  last_used_at: nullableInstantSchema.openapi({ description: "Its latest request, to the minute; null: none yet." }),
  expires_at: nullableInstantSchema.openapi({ description: "When it ends; null: it does not." }),
  stopped_at: nullableInstantSchema.openapi({ description: "Since when it is stopped; null: it is not." }),
  stopped_by: z.string().nullable().openapi({
    description: "Who stopped it: an administrator, a key, or `worker` where an alarm did; null: nobody.",
    example: null,
  }),
  revoked_at: nullableInstantSchema.openapi({ description: "When it was revoked; null: it was not." }),
};

export const apiKeySchema = z
  .object(keyFields)
  .openapi("ApiKey", { description: "An API key. The key itself is shown once, when it is made." });
export type ApiKeyView = z.infer<typeof apiKeySchema>;

export const apiKeyListSchema = z
  .object({
    data: z.array(apiKeySchema).openapi({ description: "Newest first." }),
    next_cursor: nextCursorSchema,
  })
  .openapi("ApiKeyList", { description: "A page of API keys." });
export type ApiKeyList = z.infer<typeof apiKeyListSchema>;

export const newApiKeySchema = z
  .object({
    ...keyFields,
    key: z.string().openapi({
      description: "The key itself. Nobody can show it again.",
      example: "evg_...",
    }),
  })
  .openapi("NewApiKey", { description: "An API key with itself: the only time." });
export type NewApiKeyView = z.infer<typeof newApiKeySchema>;

const activitySchema = z
  .object({
    openings: z
      .number()
      .int()
      .openapi({ description: "Credentials that it opened within 24 hours: token reads and calls.", example: 12_408 }),
    most_tenants: z
      .number()
      .int()
      .openapi({ description: "Of how many customers within one of those hours, the most.", example: 83 }),
    networks: z
      .array(
        z.object({
          network: z.string().openapi({ description: "A network.", example: "203.0.113.0/24" }),
          last_seen_at: instantSchema.openapi({ description: "When it was used from there last, to the hour." }),
        }),
      )
      .openapi({ description: "Where it was used from within 90 days, the latest first, at most ten." }),
    made_keys: z
      .array(z.string())
      .openapi({ description: "Keys that were made with it and are in force. They stay when it goes.", example: [] }),
  })
  .openapi("ApiKeyActivity", { description: "What a key was used for lately." });

export const apiKeyDetailSchema = z
  .object({ ...keyFields, activity: activitySchema })
  .openapi("ApiKeyDetail", { description: "An API key, and what it was used for lately." });
export type ApiKeyDetail = z.infer<typeof apiKeyDetailSchema>;
