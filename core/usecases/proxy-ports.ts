import type { PossessionProofs } from "../ports/possession-proofs.ts";
import type { ProviderStreams } from "../ports/provider-streams.ts";
import type { RenewalHistory } from "../ports/renewal-history.ts";
import type { ByteBudget } from "./byte-budget.ts";
import type { CallPlaces } from "./call-places.ts";
import type { ProbePorts } from "./probe-account.ts";
import type { RefreshPorts } from "./refresh-ports.ts";

/** What calls through the proxy need of the world. */
export interface ProxyPorts extends RefreshPorts, ProbePorts {
  readonly streams: ProviderStreams;
  readonly proofs: PossessionProofs;
  readonly renewalHistory: RenewalHistory;
  readonly callPlaces: CallPlaces;
  /** For those that read page after page: what they have read stands in memory until the last. */
  readonly pagePlaces: CallPlaces;
  readonly heldBytes: ByteBudget;
  /** The text of a body as it was before it was encoded for its way (RFC 9110 §8.4); null: it can't be told. */
  readonly decodeBody: (bytes: Uint8Array, encoding: string | undefined) => Promise<string | null>;
}
