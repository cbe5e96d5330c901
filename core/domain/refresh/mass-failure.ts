import type { RefreshPolicy } from "./refresh-policy.ts";

/** What is known of one client, the environment's or one that accounts brought themselves, when one more of its accounts fails as fatal. */
export interface FailureFacts {
  /** Accounts of the client that left as `needs_reauth` within the window and since the last decision, this one not counted. */
  readonly left: number;
  /** Accounts of the client that are active, this one and the held ones counted. */
  readonly active: number;
  /** A mass failure was declared, and the operator has not decided yet. */
  readonly isDeclared: boolean;
  /** The operator said within the window that the grants are dead indeed. */
  readonly isConfirmed: boolean;
}

/**
 * R26: single failures count at once. When so many accounts, and such a share of a client's active ones, have failed within the
 * window, it is no customer who left: the further ones are held until the operator has looked.
 */
export function judgeMassFailure(policy: RefreshPolicy["massFailure"], facts: FailureFacts): "counts" | "hold" {
  if (facts.isDeclared) return "hold";
  if (facts.isConfirmed) return "counts";
  const isMany = facts.left >= policy.accounts;
  const isShare = facts.left >= policy.share * (facts.active + facts.left);
  return isMany && isShare ? "hold" : "counts";
}

/** Active accounts beyond this number cannot change the verdict, so nobody needs to count further. */
export function activeThatMatter(policy: RefreshPolicy["massFailure"], left: number): number {
  return policy.share === 0 ? 1 : Math.ceil(left / policy.share) + 1;
}

export type MassFailureCause = "customer" | "client" | "provider";

/** Which of the three it most likely is, for the operator's first look; never acted upon. */
export function likelyCause(facts: { readonly tenants: number; readonly hasClientChanged: boolean }): MassFailureCause {
  if (facts.tenants <= 1) return "customer";
  return facts.hasClientChanged ? "client" : "provider";
}
