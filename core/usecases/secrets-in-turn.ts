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

type SecretsOf = Pick<ClientSecrets, "owner" | "field">;

/** A client that changes how it proves itself begins anew. */
function keyOf({ owner, field }: SecretsOf): string {
  return `${owner} ${field}`;
}

/** A certificate has none before it. */
const secretUses = {
  client_secret: { previous: "previous", allRefused: "all_refused" },
  client_key: { previous: "previous_key", allRefused: "all_keys_refused" },
  client_certificate: { previous: "previous", allRefused: "all_refused" },
} as const;

const nothing: Memory = { worked: null, triedFirst: null, noted: null };

/**
 * Tries the secrets of a client, or its keys, one after the other, for every kind of request alike (R65): another one only when
 * the provider refused the client itself, so that nothing is spent meanwhile, and all of them within the one deadline of the
 * request.
 *
 * Which one works is remembered in this process alone: another one finds out by one more request. Of a secret it is written down
 * for people to see, at most once a minute unless it changes, and nothing waits for that.
 */
export function createSecretsInTurn(ports: {
  readonly server: AuthorizationServer<ClientSecret>;
  readonly integrations: Pick<IntegrationStore, "secretWorked">;
  readonly clock: Clock;
  readonly log: Log;
}): AuthorizationServer {
  const { server, clock } = ports;
  const memories = new Map<string, Memory>();

  const recall = (of: SecretsOf): Memory | null => (of.owner === null ? null : (memories.get(keyOf(of)) ?? null));

  const remember = (of: SecretsOf, change: Partial<Memory>): void => {
    if (of.owner === null) return;
    const key = keyOf(of);
    const memory = { ...(memories.get(key) ?? nothing), ...change };
    if (memories.size >= mostOwners && !memories.has(key)) memories.clear();
    memories.set(key, memory);
  };

  const noteWorked = (of: SecretsOf, version: number): void => {
    const { owner } = of;
    if (owner === null) return;
    const at = clock.now();
    const noted = recall(of)?.noted ?? null;
    const isNoted = noted?.version === version && at.getTime() - noted.at.getTime() < newestPauseSeconds * 1000;
    remember(of, { worked: version, ...(isNoted ? {} : { noted: { version, at } }) });
    if (isNoted || of.field !== "client_secret") return;
    ports.integrations.secretWorked(owner, version, at).catch((error: unknown) => {
      ports.log.warn({ owner, version, error }, "the client secret that worked could not be written down");
    });
  };

  /** One that worked and does no more has no right to go first. */
  const noteRefused = (of: SecretsOf, version: number): void => {
    if (recall(of)?.worked === version) remember(of, { worked: null });
  };

  const inTurn = async <Answer extends { readonly kind: string }>(
    integration: ResolvedIntegration,
    secrets: ClientSecrets,
    deadlineSeconds: number,
    ask: (integration: ResolvedIntegration, secret: ClientSecret) => Promise<Answer | RequestFailure>,
  ): Promise<Answer | RequestFailure> => {
    const { newestFirst } = secrets;
    // A public client that signs nothing either shows no secret, so there is none to choose.
    if (integration.clientAuthentication === "none" && integration.assertion === null) {
      return await ask(integration, newestFirst[0]?.secret.reveal() ?? null);
    }
    const order = orderClientSecrets(newestFirst, recall(secrets), clock.now());
    const newest = newestFirst[0];
    const [first] = order;
    if (first === undefined || newest === undefined) return await ask(integration, null);
    // Before the request: whoever comes while it runs need not try the newest too.
    if (first === newest) remember(secrets, { triedFirst: { version: newest.version, at: clock.now() } });

    const spentSeconds = stopwatch(clock);
    let used = first;
    let answer = await ask(integration, first.secret.reveal());
    // What is said of the newest is what the operator must know.
    let toldOfNewest = answer;
    for (const one of order.slice(1)) {
      if (!isRefusal(answer, integration)) break;
      noteRefused(secrets, used.version);
      const leftSeconds = deadlineSeconds - spentSeconds();
      if (leftSeconds < leastTrySeconds || !isAccepted(one, clock.now())) return toldOfNewest;
      used = one;
      answer = await ask(within(integration, leftSeconds), one.secret.reveal());
      if (one === newest) toldOfNewest = answer;
    }
    if (isRefusal(answer, integration)) {
      return order.length === 1 ? answer : { ...toldOfNewest, secretUse: secretUses[secrets.field].allRefused };
    }
    if (answer.kind === "tokens") noteWorked(secrets, used.version);
    return used === newest ? answer : { ...answer, secretUse: secretUses[secrets.field].previous };
  };

  return {
    pushAuthorization: (integration, secrets, request) =>
      inTurn(integration, secrets, integration.refreshPolicy.timeoutSeconds, (asked, secret) =>
        server.pushAuthorization(asked, secret, request),
      ),
    exchangeCode: (integration, secrets, exchange) =>
      inTurn(integration, secrets, integration.refreshPolicy.timeoutSeconds, (asked, secret) =>
        server.exchangeCode(asked, secret, exchange),
      ),
    refresh: (integration, secrets, refreshToken, dpopKey) =>
      inTurn(integration, secrets, integration.refreshPolicy.timeoutSeconds, (asked, secret) =>
        server.refresh(asked, secret, refreshToken, dpopKey),
      ),
    clientCredentials: (integration, secrets, dpopKey) =>
      inTurn(integration, secrets, integration.refreshPolicy.timeoutSeconds, (asked, secret) =>
        server.clientCredentials(asked, secret, dpopKey),
      ),
    exchangeToken: (integration, secrets, accessToken, deadlineSeconds) =>
      inTurn(
        integration,
        secrets,
        Math.min(deadlineSeconds, integration.refreshPolicy.timeoutSeconds),
        (asked, secret) => server.exchangeToken(asked, secret, accessToken, deadlineSeconds),
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
  { assertion, refreshPolicy }: ResolvedIntegration,
): answer is RequestFailure {
  if (answer.kind !== "failure" || !("failure" in answer)) return false;
  const { failure } = answer;
  // RFC 7523 §3.1: a signature that is not accepted is an invalid grant. No customer's grant is spent by it.
  if (assertion !== null && failure.kind === "oauth_error" && failure.error === "invalid_grant") return true;
  return isClientRefused(failure, refreshPolicy);
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
