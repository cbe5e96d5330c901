import type { Account } from "../../domain/account/account.ts";
import type { Model } from "../../domain/unified/model.ts";
import type { SecretDigests } from "../../ports/secret-digests.ts";
import type { CallPlaces } from "../call-places.ts";
import type { ProxyPorts } from "../proxy-ports.ts";

/** What the unified API needs of the world: all that the proxy needs, and … */
export interface UnifiedPorts extends ProxyPorts {
  readonly digests: SecretDigests;
  /** Of one account: what it reads stands in memory until it is answered. */
  readonly unifiedPlaces: CallPlaces;
  /** Of all accounts together, likewise. */
  readonly unifiedRoom: CallPlaces;
  /** Of one integration of an environment: a provider that hangs does not take all of that room. */
  readonly unifiedShares: CallPlaces;
}

/** Calls of one account that are under way at a time in this process, … */
export const unifiedAtATime = 8;
/** … and of all together: each may hold a page of a megabyte, and what is made of it. */
export const unifiedTogether = 48;
/** Of those, of one integration. */
export const unifiedOfOne = 24;

/** Who asks for what model of which account. */
export interface UnifiedCall {
  readonly environmentId: string;
  readonly actor: string;
  /** Whether the account exists for this caller. */
  readonly isVisible: (account: Account) => boolean;
  readonly accountId: string;
  readonly model: Model;
  /** Whether the provider's own record is wanted besides. */
  readonly wantsRaw: boolean;
  readonly signal: AbortSignal;
  readonly onWait: (what: "provider" | "ourselves") => void;
}
