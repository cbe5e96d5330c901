import type { Task } from "graphile-worker";
import { z } from "zod";
import { signWith } from "#adapters/webhook/sign-with";
import { createDeliverySlots } from "#core/usecases/delivery-slots";
import { deliverWebhooks } from "#core/usecases/deliver-webhooks";
import type { WorkerPorts } from "../worker-ports.ts";

const payloadSchema = z.strictObject({ endpoint: z.string() });

/** What is due at one endpoint is sent. */
export function deliverWebhooksTask(ports: WorkerPorts): Task {
  const slots = createDeliverySlots();
  const inTurn = new Map<string, () => void>();
  return async (payload, helpers) => {
    const { endpoint } = payloadSchema.parse(payload);
    await deliverWebhooks({ ...ports, slots, inTurn, signWith }, endpoint, helpers.abortSignal);
  };
}
