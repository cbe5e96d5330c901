import type { DeliveryView } from "#api/schemas/delivery";
import type { Look } from "../../../_components/status.ts";

/** A delivery that waits for its first attempt is another thing than one that failed and is tried again. */
export type DeliveryCondition = DeliveryView["status"] | "retrying";

export const deliveryConditions: Record<DeliveryCondition, Look> = {
  pending: { tone: "info", icon: "dashed", label: "Pending" },
  retrying: { tone: "warn", icon: "half", label: "Retrying" },
  delivered: { tone: "good", icon: "filled", label: "Delivered" },
  failed: { tone: "bad", icon: "alert", label: "Failed" },
};

/** The API's statuses, for filters. */
export const deliveryStatuses = ["pending", "delivered", "failed"] as const satisfies DeliveryView["status"][];

export function isDeliveryStatus(text: string | undefined): text is DeliveryView["status"] {
  return (deliveryStatuses as readonly (string | undefined)[]).includes(text);
}

export function deliveryConditionOf({
  status,
  attempts,
}: Pick<DeliveryView, "status" | "attempts">): DeliveryCondition {
  return status === "pending" && attempts.length > 0 ? "retrying" : status;
}
