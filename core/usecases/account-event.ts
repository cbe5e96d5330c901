import type { Transition } from "../domain/account/transition.ts";
import { idRandomBytes, makeId } from "../domain/identifier/identifier.ts";
import type { AccountChange } from "../ports/account-store.ts";
import type { Randomness } from "../ports/randomness.ts";

/** The one event of a transition; none where nothing moved (invariant 5). */
export function eventOf(
  random: Randomness,
  moved: Transition | null,
  lastError: string | null = null,
): AccountChange["event"] {
  if (moved === null) return null;
  return { id: makeId("evt", random.bytes(idRandomBytes)), type: moved.eventType, lastError };
}
