import type { IntegrationDocument } from "./integration-document.ts";
import { leavesOf, overlay, type Overrides } from "./overrides.ts";

/** Where a value comes from, the most specific last. */
export type Origin = "platform" | "environment" | "account";

export interface EffectiveValue<O extends Origin = Origin> {
  readonly value: unknown;
  readonly origin: O;
}

export interface Level<O extends Origin = Origin> {
  readonly origin: O;
  readonly overrides: Overrides;
}

/**
 * Every value in force by its JSON Pointer, with the level that it comes from (R64): the most specific one that says it. What
 * follows from an override, such as the default of a part that was not there, is of its level. A level whose overrides don't fit
 * what lies below is left out, as it is where requests are made.
 *
 * @param levels the less specific one first
 */
export function effectiveValues<O extends Origin>(
  definition: { readonly document: IntegrationDocument; readonly origin: O },
  levels: readonly Level<O>[],
): Record<string, EffectiveValue<O>> {
  let { document } = definition;
  let values = new Map<string, EffectiveValue<O>>(
    leavesOf(document).map(([pointer, value]) => [pointer, { value, origin: definition.origin }]),
  );
  for (const { origin, overrides } of levels) {
    const own = new Set(leavesOf(overrides).map(([pointer]) => pointer));
    const laid = overlay(document, overrides);
    if (laid.errors.length > 0) continue;
    ({ document } = laid);
    const below = values;
    values = new Map(
      leavesOf(document).map(([pointer, value]) => {
        const from = own.has(pointer) ? origin : (below.get(pointer)?.origin ?? origin);
        return [pointer, { value, origin: from }];
      }),
    );
  }
  return Object.fromEntries(values);
}
