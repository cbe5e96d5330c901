/**
 * How many endpoints this process sends to at once, whatever waits: the worker's other places are left to refreshes. Endpoints that
 * have been failing share a few of them, so that those who hang don't keep the others waiting (ADR 0038).
 */
export interface DeliverySlots {
  /** @returns gives the slot back; null: none is free */
  take(isFailing: boolean): (() => void) | null;
}

/** Of the worker's 50 places. */
export const deliverySlots = { all: 12, failing: 4 } as const;

export function createDeliverySlots(
  most: { readonly all: number; readonly failing: number } = deliverySlots,
): DeliverySlots {
  let all = 0;
  let failing = 0;
  return {
    take(isFailing) {
      if (all >= most.all || (isFailing && failing >= most.failing)) return null;
      all += 1;
      if (isFailing) failing += 1;
      let isHeld = true;
      return () => {
        if (!isHeld) return;
        isHeld = false;
        all -= 1;
        if (isFailing) failing -= 1;
      };
    },
  };
}
