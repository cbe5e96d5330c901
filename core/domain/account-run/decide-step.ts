import type { Account } from "../account/account.ts";
import { assertNever } from "../problem/domain-error.ts";
import type { RunAction } from "./account-run.ts";

/** Why nothing is done to an account: it is in no state for it, or it is done already. */
export type SkipCode = "gone" | "not_connected" | "disconnected" | "not_refreshable" | "not_held";

export type Step =
  | { readonly kind: "act" }
  | { readonly kind: "skip"; readonly code: SkipCode }
  /** This run did it before, and died before it said so: what the provider said to a disconnect is lost. */
  | { readonly kind: "already" };

/**
 * What a run does to an account as it stands.
 *
 * @param account null: there is none any more
 * @param isTyped its credentials were typed by somebody, and have no end
 * @param isBegun this run has begun with it before
 */
export function decideStep(
  action: RunAction,
  account: Pick<Account, "status" | "hold"> | null,
  { isTyped, isBegun }: { readonly isTyped: boolean; readonly isBegun: boolean },
): Step {
  if (account === null) return { kind: "skip", code: "gone" };
  const { status, hold } = account;
  if (status === "disconnected") {
    return action === "disconnect" && isBegun ? { kind: "already" } : { kind: "skip", code: "disconnected" };
  }
  // A link that a customer is at is theirs; disconnecting ends it all the same.
  if (status === "connecting" && action !== "disconnect") return { kind: "skip", code: "not_connected" };
  switch (action) {
    case "refresh":
      return isTyped ? { kind: "skip", code: "not_refreshable" } : { kind: "act" };
    case "release":
      if (hold !== null) return { kind: "act" };
      return isBegun ? { kind: "already" } : { kind: "skip", code: "not_held" };
    case "reauthorization_links":
    case "disconnect":
      return { kind: "act" };
    default:
      return assertNever(action);
  }
}

/** For operators, beside the code. */
export const skipWords: Readonly<Record<SkipCode, string>> = {
  gone: "There is no such account any more.",
  not_connected: "The customer has not finished connecting it yet.",
  disconnected: "It was disconnected before.",
  not_refreshable: "There is nothing to refresh: its credentials were typed by somebody, and have no end.",
  not_held: "It is not held.",
};
