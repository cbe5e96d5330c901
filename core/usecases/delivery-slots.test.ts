import { describe, expect, it } from "vitest";
import { createDeliverySlots, deliverySlots } from "./delivery-slots.ts";

describe("the slots of deliveries", () => {
  it("leave most of the worker's places to refreshes, whatever waits", () => {
    const slots = createDeliverySlots();
    const taken = Array.from({ length: 100 }, () => slots.take(false)).filter((one) => one !== null);
    expect(taken).toHaveLength(deliverySlots.all);
    expect(deliverySlots.all).toBeLessThanOrEqual(12);
  });

  it("keep forty endpoints that hang to a few, so that one that works finds a slot", () => {
    const slots = createDeliverySlots();
    const hanging = Array.from({ length: 40 }, () => slots.take(true)).filter((one) => one !== null);
    expect(hanging).toHaveLength(deliverySlots.failing);
    const working = Array.from({ length: 40 }, () => slots.take(false)).filter((one) => one !== null);
    expect(working).toHaveLength(deliverySlots.all - deliverySlots.failing);
  });

  it("are given back once, however often that is said", () => {
    const slots = createDeliverySlots({ all: 2, failing: 1 });
    const leave = slots.take(true);
    expect(slots.take(true)).toBeNull();
    leave?.();
    leave?.();
    const again = [slots.take(true), slots.take(false), slots.take(false)];
    expect(again.map((one) => one !== null)).toEqual([true, true, false]);
  });
});
