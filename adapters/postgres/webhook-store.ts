import type { WebhookStore } from "#core/ports/webhook-store";
import type { DatabasePool } from "./pool.ts";
import { webhookEndpoints } from "./webhook-endpoints.ts";
import { webhookLog } from "./webhook-log.ts";

export function createWebhookStore(pool: DatabasePool): WebhookStore {
  return { ...webhookEndpoints(pool), ...webhookLog(pool) };
}
