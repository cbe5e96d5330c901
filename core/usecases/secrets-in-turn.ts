import {
  isAccepted,
  newestPauseSeconds,
  orderClientSecrets,
  type SecretMemory,
} from "../domain/integration/order-client-secrets.ts";
import type { ResolvedIntegration } from "../domain/integration/resolve-integration.ts";
import { isClientRefused } from "../domain/refresh/is-client-refused.ts";
import {
  introspectionSeconds,
  type AuthorizationServer,
  type ClientSecret,
  type ClientSecrets,
  type RequestFailure,
} from "../ports/authorization-server.ts";
import type { Clock } from "../ports/clock.ts";
import type { IntegrationStore } from "../ports/integration-store.ts";
import type { Log } from "../ports/log.ts";

/** With less than this left until the deadline no further secret is tried, seconds. */
export const leastTrySeconds = 2;

/** As long as several environment integrations are likely to be in use at a time. */
const mostOwners = 1_000;

interface Memory extends SecretMemory {
  /** What was written down last, and when. */
  readonly noted: { readonly version: number; readonly at: Date } | null;
}

const nothing: Memory = { worked: null, triedFirst: null, noted: null };

/**
 * Tries the secrets of a client one after the other, for every kind of request alike (R65): another one only when the provider
 * refused the client itself, so that nothing is spent meanwhile, and all of them within the one deadline of the request.
 *
 * Which secret works is remembered in this process alone: another one finds out by one more request. It is written down for people
 * to see, at most once a minute unless it changes, and nothing waits for that.
 */
export function createSecretsInTurn(ports: {
  readonly server: AuthorizationServer<ClientSecret>;
  readonly integrations: Pick<IntegrationStore, "secretWorked">;
  readonly clock: Clock;
  readonly log: Log;
}): AuthorizationServer {
  const { server, clock } = ports;
  const memories = new Map<string, Memory>();

  const remember = (owner: string | null, change: Partial<Memory>): void => {
    if (owner === null) return;
    const memory = { ...(memories.get(owner) ?? nothing), ...change };
    if (memories.size >= mostOwners && !memories.has(owner)) memories.clear();
    memories.set(owner, memory);
  };

  const noteWorked = (owner: string | null, version: number): void => {
    if (owner === null) return;
    const at = clock.now();
    const noted = memories.get(owner)?.noted ?? null;
    const isNoted = noted?.version === version && at.getTime() - noted.at.getTime() < newestPauseSeconds * 1000;
    remember(owner, { worked: version, ...(isNoted ? {} : { noted: { version, at } }) });
    if (isNoted) return;
    ports.integrations.secretWorked(owner, version, at).catch((error: unknown) => {
      ports.log.warn({ owner, version, error }, "the client secret that worked could not be written down");
    });
  };

  /** One that worked and does no more has no right to go first. */
  const noteRefused = (owner: string | null, version: number): void => {
    if (owner !== null && memories.get(owner)?.worked === version) remember(owner, { worked: null });
  };

  const inTurn = async <Answer extends { readonly kind: string }>(
    integration: ResolvedIntegration,
    { owner, newestFirst }: ClientSecrets,
    deadlineSeconds: number,
    ask: (integration: ResolvedIntegration, secret: ClientSecret) => Promise<Answer | RequestFailure>,
  ): Promise<Answer | RequestFailure> => {
    // A public client shows no secret, so there is none to choose.
    if (integration.clientAuthentication === "none") return await ask(integration, newestFirst[0]?.secret ?? null);
    const memory = owner === null ? null : (memories.get(owner) ?? null);
    const order = orderClientSecrets(newestFirst, memory, clock.now());
    const newest = newestFirst[0];
    const [first] = order;
    if (first === undefined || newest === undefined) return await ask(integration, null);
    // Before the request: whoever comes while it runs need not try the newest too.
    if (first === newest) remember(owner, { triedFirst: { version: newest.version, at: clock.now() } });

    const spentSeconds = stopwatch(clock);
    let used = first;
    let answer = await ask(integration, first.secret);
    // What is said of the newest is what the operator must know.
    let toldOfNewest = answer;
    for (const one of order.slice(1)) {
      if (!isRefusal(answer, integration)) break;
      noteRefused(owner, used.version);
      const leftSeconds = deadlineSeconds - spentSeconds();
      if (leftSeconds < leastTrySeconds || !isAccepted(one, clock.now())) return toldOfNewest;
      used = one;
      answer = await ask(within(integration, leftSeconds), one.secret);
      if (one === newest) toldOfNewest = answer;
    }
    if (isRefusal(answer, integration)) {
      return order.length === 1 ? answer : { ...toldOfNewest, secretUse: "all_refused" };
    }
    if (answer.kind === "tokens") noteWorked(owner, used.version);
    return used === newest ? answer : { ...answer, secretUse: "previous" };
  };

  return {
    exchangeCode: (integration, secrets, exchange) =>
      inTurn(integration, secrets, integration.refreshPolicy.timeoutSeconds, (asked, secret) =>
        server.exchangeCode(asked, secret, exchange),
      ),
    refresh: (integration, secrets, refreshToken) =>
      inTurn(integration, secrets, integration.refreshPolicy.timeoutSeconds, (asked, secret) =>
        server.refresh(asked, secret, refreshToken),
      ),
    clientCredentials: (integration, secrets) =>
      inTurn(integration, secrets, integration.refreshPolicy.timeoutSeconds, (asked, secret) =>
        server.clientCredentials(asked, secret),
      ),
    introspect: (integration, secrets, accessToken) =>
      inTurn(
        integration,
        secrets,
        Math.min(introspectionSeconds, integration.refreshPolicy.timeoutSeconds),
        (asked, secret) => server.introspect(asked, secret, accessToken),
      ),
    revoke: (integration, secrets, token, hint) =>
      inTurn(integration, secrets, integration.refreshPolicy.timeoutSeconds, (asked, secret) =>
        server.revoke(asked, secret, token, hint),
      ),
  };
}

function isRefusal(
  answer: { readonly kind: string } | RequestFailure,
  { refreshPolicy }: ResolvedIntegration,
): answer is RequestFailure {
  return answer.kind === "failure" && "failure" in answer && isClientRefused(answer.failure, refreshPolicy);
}

/** The same request with what is left of its deadline. */
function within(integration: ResolvedIntegration, seconds: number): ResolvedIntegration {
  return { ...integration, refreshPolicy: { ...integration.refreshPolicy, timeoutSeconds: seconds } };
}

/** Seconds since now by the clock that says more: one stands still while a machine is suspended, the other one may be set. */
function stopwatch(clock: Clock): () => number {
  const startedMs = clock.monotonicMs();
  const startedAt = clock.now().getTime();
  return () => Math.max(clock.monotonicMs() - startedMs, clock.now().getTime() - startedAt) / 1000;
}
