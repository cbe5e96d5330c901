import type { Account } from "../domain/account/account.ts";
import type { AccountStore } from "../ports/account-store.ts";
import type { AnswerSpool } from "../ports/answer-spool.ts";
import type { AuthorizationServer } from "../ports/authorization-server.ts";
import type { CircuitStore } from "../ports/circuit-store.ts";
import type { Clock } from "../ports/clock.ts";
import type { Expressions } from "../ports/expressions.ts";
import type { IntegrationStore } from "../ports/integration-store.ts";
import type { Log } from "../ports/log.ts";
import type { Metrics } from "../ports/metrics.ts";
import type { ProviderApi } from "../ports/provider-api.ts";
import type { Randomness } from "../ports/randomness.ts";
import type { SecretDigests } from "../ports/secret-digests.ts";
import type { Steadiness } from "../ports/steadiness.ts";
import type { Tally } from "../ports/tally.ts";
import type { AttemptConclusion } from "./attempt-refresh.ts";
import type { Renewal } from "./read-token.ts";
import type { SingleFlight } from "./single-flight.ts";
import type { Vault } from "./vault.ts";

/** What a refresh needs of the world. */
export interface RefreshPorts {
  readonly accounts: AccountStore;
  readonly integrations: IntegrationStore;
  readonly circuits: CircuitStore;
  readonly server: AuthorizationServer;
  /** Declared calls of providers' APIs. */
  readonly provider: ProviderApi;
  readonly expressions: Expressions;
  readonly vault: Vault;
  readonly spool: AnswerSpool;
  readonly digests: SecretDigests;
  readonly clock: Clock;
  readonly random: Randomness;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly tally: Tally;
  readonly steadiness: Steadiness;
  /** Callers of this process that refresh the same account share one attempt, … */
  readonly flights: SingleFlight<AttemptConclusion>;
  /** … and those that wait for another process share one look at the row. */
  readonly watches: SingleFlight<Account | null>;
  /** Readers of this process that need the same account renewed share the look at its outcome. */
  readonly renewals: SingleFlight<Renewal>;
  /** Names this process in leases. */
  readonly owner: string;
}
