import { hostname } from "node:os";
import { createSecretKey, randomBytes } from "node:crypto";
import type { Renewal } from "#core/usecases/read-token";
import { createSecretsInTurn } from "#core/usecases/secrets-in-turn";
import { createSingleFlight } from "#core/usecases/single-flight";
import { keyApprovalActions } from "#core/usecases/key-approval-actions";
import { createVault } from "#core/usecases/vault";
import { createSealingKeys, type SealingKeys } from "#core/usecases/sealing-keys";
import { createWrapCounter } from "#core/usecases/wrap-counter";
import type { ProbePorts, Verdict } from "#core/usecases/probe-account";
import { createProbeMemory } from "#core/usecases/probe-memory";
import type { ProxyPorts } from "#core/usecases/proxy-ports";
import type { CompletePorts } from "#core/usecases/complete-authorization";
import type { StartPorts } from "#core/usecases/start-authorization";
import type { AttemptConclusion } from "#core/usecases/attempt-refresh";
import type { ConnectEmbeds } from "#core/ports/connect-embeds";
import type { IntegrationAdministration } from "#core/ports/integration-store";
import type { Expressions } from "#core/ports/expressions";
import type { AuditLog } from "#core/ports/audit-log";
import type { AnchorSigning, AuditChains } from "#core/ports/audit-chain";
import type { AuditReading } from "#core/ports/audit-reading";
import type { KeyPairs } from "#core/ports/key-pairs";
import type { Kms } from "#core/ports/kms";
import type { KmsRotation } from "#core/ports/kms-rotation";
import type { RewrapStore } from "#core/ports/rewrap-store";
import type { RotationGate } from "#core/ports/rotation-gate";
import type { SealingAdministration } from "#core/ports/sealing-store";
import type { AccountRunStore } from "#core/ports/account-run-store";
import type { MassFailureStore } from "#core/ports/mass-failure-store";
import type { Metrics } from "#core/ports/metrics";
import type { DeliveryQueue } from "#core/ports/delivery-queue";
import type { WebhookReceivers } from "#core/ports/webhook-receivers";
import type { WebhookStore } from "#core/ports/webhook-store";
import type { AnomalyStore, KeyStops } from "#core/ports/anomaly-store";
import type { ApiKeyStore } from "#core/ports/api-key-store";
import type { CallerWatch } from "#core/ports/caller-watch";
import type { ApprovalTimes } from "#core/domain/approval/approval";
import type { ApprovalStore } from "#core/ports/approval-store";
import { defineAction, type ApprovalActions } from "#core/usecases/approval-actions";
import { hostsChangeAction } from "#core/usecases/hosts-change-action";
import type { Account } from "#core/domain/account/account";
import type { CheckRunner } from "#core/ports/check-runner";
import type { CheckStore } from "#core/ports/check-store";
import { createChildCheckRunner } from "./check/child-check-runner.ts";
import { createCheckStore } from "./postgres/check-store.ts";
import { loadCatalogue } from "./catalogue/load-catalogue.ts";
import type { EngineConfig } from "./config/read-config.ts";
import { createAddressGuard, type AddressGuard } from "./egress/address-guard.ts";
import { decodeBody } from "./egress/decode-body.ts";
import { createEgressClient } from "./egress/egress-client.ts";
import { originRefusal } from "./egress/origin-refusal.ts";
import { createProviderStreams } from "./egress/provider-streams.ts";
import { createWebhookPoster } from "./egress/webhook-poster.ts";
import { createExpressions } from "./expressions/expressions.ts";
import { createKms } from "./kms/create-kms.ts";
import type { EnvironmentName } from "./kms/keyed-kms.ts";
import { createStrangerKms } from "./kms/stranger-kms.ts";
import { createLog } from "./log/log.ts";
import { countRefusals, countStreamRefusals } from "./metrics/count-refusals.ts";
import { measureAuthorizationServer } from "./metrics/measure-authorization-server.ts";
import { measureKms } from "./metrics/measure-kms.ts";
import { noMetrics } from "./metrics/no-metrics.ts";
import { createAuthorizationServer } from "./oauth/authorization-server.ts";
import { generateKeyPair } from "./oauth/generate-key-pair.ts";
import { createPossessionProofs } from "./oauth/possession-proofs.ts";
import { createAnomalyStore } from "./postgres/anomaly-store.ts";
import type { SessionTimes } from "#core/domain/access/admin-session";
import type { AdminPorts } from "#core/usecases/admin-ports";
import { createAdminStore } from "./postgres/admin-store.ts";
import { createAccountRunStore } from "./postgres/account-runs/account-run-store.ts";
import { createAccountStore } from "./postgres/account-store.ts";
import { createCallerWatch } from "./postgres/caller-watch.ts";
import { createCircuitStore } from "./postgres/circuit-store.ts";
import { startHeart } from "./postgres/heartbeat.ts";
import { createApiKeyStore } from "./postgres/api-key-store.ts";
import { createKeyStops } from "./postgres/key-stops.ts";
import { createMassFailureStore } from "./postgres/mass-failure-store.ts";
import { createApprovalStore } from "./postgres/approval-store.ts";
import type { DeleteTenantPorts } from "#core/usecases/delete-tenant";
import { connectedAccountsOf } from "./postgres/tenant-accounts.ts";
import { createAuditChains } from "./postgres/audit-chains.ts";
import { createAuditLog } from "./postgres/audit-log.ts";
import { createAuditReading } from "./postgres/audit-reading.ts";
import { proveRecordsOf } from "./postgres/audit-proofs.ts";
import { createConnectEmbeds } from "./postgres/connect-embeds.ts";
import { createConnectStore } from "./postgres/connect-store.ts";
import { createEnvironmentStore, type EnvironmentAdministration } from "./postgres/environment-store.ts";
import { createIntegrationStore } from "./postgres/integration-store.ts";
import { createPool, type DatabasePool } from "./postgres/pool.ts";
import { createRewrapStore } from "./postgres/rewrap-store.ts";
import { createRotationGate } from "./postgres/rotation-gate.ts";
import { createSealingStore } from "./postgres/sealing-store.ts";
import { createTally } from "./postgres/tally.ts";
import { createRenewalHistory } from "./postgres/renewal-history.ts";
import { createDeliveryQueue } from "./postgres/delivery-queue.ts";
import { createWebhookStore } from "./postgres/webhook-store.ts";
import { createProviderApi } from "./provider/provider-api.ts";
import { passwords } from "./sign-in/passwords.ts";
import { createFileSpool } from "./spool/file-spool.ts";
import { createAnchorSigning } from "./system/anchor-signing.ts";
import { createSecretDigests, deriveKey } from "./system/secret-digests.ts";
import { systemClock } from "./system/system-clock.ts";
import { systemRandomness } from "./system/system-randomness.ts";
import { createMailSender } from "./webhook/mail-sender.ts";

/** Everything wired, for api, worker and the command line. */
export interface Container
  extends CompletePorts, StartPorts, ProbePorts, Omit<ProxyPorts, "callPlaces" | "pagePlaces" | "heldBytes"> {
  readonly pool: DatabasePool;
  readonly integrations: IntegrationAdministration;
  readonly isInCatalogue: (name: string) => boolean;
  readonly checks: CheckStore;
  readonly checkRunner: CheckRunner;
  readonly offersChecks: boolean;
  readonly environments: EnvironmentAdministration;
  readonly embeds: ConnectEmbeds;
  /** What wraps and unwraps, past tenant keys and the states of keys. */
  readonly kms: Kms;
  readonly kmsRotation: KmsRotation;
  readonly rotationGate: RotationGate;
  readonly sealingKeys: SealingKeys;
  readonly sealing: SealingAdministration;
  readonly rewraps: RewrapStore;
  readonly audit: AuditLog;
  readonly connectedAccountsOf: DeleteTenantPorts["connectedAccountsOf"];
  readonly strangerKms: (kids: readonly string[]) => Kms;
  readonly massFailures: MassFailureStore;
  readonly accountRuns: AccountRunStore;
  readonly approvals: ApprovalStore;
  readonly approvalActions: ApprovalActions;
  readonly approvalTimes: ApprovalTimes;
  readonly anomalies: AnomalyStore;
  readonly keyStops: KeyStops;
  readonly apiKeys: ApiKeyStore;
  readonly watch: CallerWatch;
  readonly admins: AdminPorts["admins"];
  readonly passwords: AdminPorts["passwords"];
  readonly sessionTimes: SessionTimes;
  readonly webhooks: WebhookStore;
  readonly deliveries: DeliveryQueue;
  readonly receivers: WebhookReceivers;
  readonly chains: AuditChains;
  readonly signing: AnchorSigning;
  readonly auditReading: AuditReading;
  readonly publicUrl: string;
  /** Whether a mail server is configured. */
  readonly sendsMail: boolean;
  readonly expressions: Expressions;
  readonly keyPairs: KeyPairs;
  /** Where the public keys of an environment integration can be read by anybody. */
  readonly jwksUri: (callbackId: string) => string;
  /** Why calls to an origin are certain to be refused. */
  readonly hostRefusal: (origin: string) => string | null;
  readonly logger: ReturnType<typeof createLog>;
  /** Writes this process's heartbeat now, with the pools of its queue. */
  beat(): Promise<void>;
  close(): Promise<void>;
}

/** What is counted in memory reaches the database within this time; a process that is killed loses what it had in hand. */
const countFlushMs = 5_000;

/** The one place that wires. */
export async function createContainer(
  config: EngineConfig,
  process: {
    readonly name: "api" | "worker" | "cli";
    readonly poolSize: number;
    readonly logDescriptor?: number;
    /** Of graphile-worker's pools in this process; their jobs are taken over when it dies. */
    readonly workerIds?: () => readonly string[];
    /** In place of the one that EVERGRANT_EGRESS_ALLOW makes: for a check that must reach nobody outside. */
    readonly guard?: AddressGuard;
    /** Told what happens; by default nobody is. */
    readonly metrics?: Metrics;
  },
): Promise<Container> {
  const logger = createLog({
    process: process.name,
    level: config.logLevel,
    ...(process.logDescriptor === undefined ? {} : { descriptor: process.logDescriptor }),
  });
  const pool = createPool({
    connectionString: config.databaseUrl,
    max: process.poolSize,
    applicationName: `evergrant-${process.name}`,
    onError: (error) => logger.warn({ error }, "a database connection broke"),
  });
  proveRecordsOf(pool, createSecretKey(deriveKey(config.secret, "audit-record")));
  const metrics = process.metrics ?? noMetrics;
  const clock = systemClock;
  const random = systemRandomness;
  const environments = createEnvironmentStore(pool);
  const environmentName = environmentNames(environments);
  const audit = createAuditLog(pool, metrics);
  const chosenKms = await createKms(config.kms, { environmentName, random });
  const kms = measureKms(chosenKms, metrics);
  const sealing = createSealingStore(pool);
  const rewraps = createRewrapStore(pool);
  const wraps = createWrapCounter({ store: sealing, log: logger });
  const sealingKeys = createSealingKeys({ kms, store: sealing, clock, random, wraps });
  const spool = createFileSpool(config.spoolDirectory);
  const tally = createTally(pool);
  const flushing = setInterval(() => {
    tally.flush().catch((error: unknown) => logger.warn({ error }, "what happened could not be added up yet"));
    wraps.flush().catch((error: unknown) => logger.warn({ error }, "wraps could not be added yet"));
    sealingKeys.wipeOver();
  }, countFlushMs);
  flushing.unref();
  const guard = process.guard ?? createAddressGuard(config.egressAllow);
  const route = { proxy: config.egressProxy };
  const egress = countRefusals(createEgressClient(guard, route), metrics);
  const streams = countStreamRefusals(createProviderStreams(guard, route), metrics);
  const poster = createWebhookPoster(guard, { clock, metrics }, route);
  const mails = createMailSender(config.smtp);
  const catalogue = await loadCatalogue();
  const integrations = createIntegrationStore(pool, catalogue, logger);
  const expressions = createExpressions();
  const keyPairs = { generate: generateKeyPair };
  const vault = createVault({ keys: sealingKeys, audit, random });
  const redirectUri = (callbackId: string): string => `${config.publicUrl}/oauth/callback/${callbackId}`;
  const server = createAuthorizationServer({ egress, clock, redirectUri, expressions, log: logger });
  const owner = `${process.name}@${hostname()}:${globalThis.process.pid}:${randomBytes(4).toString("hex")}`;
  // The command line refreshes nothing, and is gone before a beat would tell anybody.
  const heart = process.name === "cli" ? null : startHeart(pool, { owner, workerIds: process.workerIds ?? (() => []) });
  return {
    pool,
    clock,
    random,
    kms,
    kmsRotation: chosenKms,
    rotationGate: createRotationGate(pool),
    sealingKeys,
    sealing,
    rewraps,
    audit,
    connectedAccountsOf: (environmentId, tenantId, limit) => connectedAccountsOf(pool, environmentId, tenantId, limit),
    strangerKms: (kids) => createStrangerKms(kids, random),
    environments,
    expressions,
    logger,
    log: logger,
    metrics,
    tally,
    accounts: createAccountStore(pool),
    accountRuns: createAccountRunStore(pool),
    connect: createConnectStore(pool),
    embeds: createConnectEmbeds(pool),
    integrations,
    isInCatalogue: (name) => catalogue.has(name),
    checks: createCheckStore(pool),
    checkRunner: createChildCheckRunner(),
    offersChecks: config.labChecks,
    server: createSecretsInTurn({
      // Inside: each secret that is tried is a request.
      server: measureAuthorizationServer(server, metrics, clock),
      integrations,
      clock,
      log: logger,
    }),
    keyPairs,
    provider: createProviderApi({ egress, clock }),
    streams,
    proofs: createPossessionProofs(clock),
    renewalHistory: createRenewalHistory(pool),
    decodeBody,
    vault,
    spool,
    digests: createSecretDigests(config.secret),
    circuits: createCircuitStore(pool, random),
    massFailures: createMassFailureStore(pool),
    approvals: createApprovalStore(pool),
    approvalActions: {
      ...keyApprovalActions({ kms, sealing, sealingKeys, rewraps, random, environments, spool }),
      "integration.hosts_change": defineAction(hostsChangeAction({ integrations, vault, clock, keyPairs })),
    },
    approvalTimes: config.approvals,
    anomalies: createAnomalyStore(pool),
    keyStops: createKeyStops(pool),
    apiKeys: createApiKeyStore(pool),
    watch: createCallerWatch(pool),
    admins: createAdminStore(pool),
    passwords,
    sessionTimes: config.sessions,
    webhooks: createWebhookStore(pool),
    deliveries: createDeliveryQueue(pool),
    receivers: { post: poster.post, mail: mails.mail },
    chains: createAuditChains(pool),
    auditReading: createAuditReading(pool),
    signing: createAnchorSigning(config.secret, config.earlierAuditKeys),
    publicUrl: config.publicUrl,
    sendsMail: config.smtp !== null,
    steadiness: heart ?? { isSteady: () => false },
    flights: createSingleFlight<AttemptConclusion>(),
    watches: createSingleFlight<Account | null>(),
    renewals: createSingleFlight<Renewal>(),
    probes: createProbeMemory<Verdict>(clock),
    owner,
    redirectUri,
    hostRefusal: process.guard === undefined ? originRefusal(config.egressAllow) : () => null,
    jwksUri: (callbackId) => `${config.publicUrl}/oauth/jwks/${callbackId}`,
    beat: async () => await heart?.beat(),
    async close() {
      await heart?.stop();
      clearInterval(flushing);
      await tally.flush().catch((error: unknown) => logger.warn({ error }, "the last counts could not be added"));
      await wraps.flush().catch((error: unknown) => logger.warn({ error }, "the last wraps could not be added"));
      sealingKeys.close();
      await Promise.all([egress.close(), streams.close(), poster.close()]);
      mails.close();
      await expressions.close();
      await chosenKms.close();
      await pool.end();
    },
  };
}

/** Names of environments never change, so one look at each is enough. */
function environmentNames(environments: EnvironmentAdministration): EnvironmentName {
  const names = new Map<string, string>();
  const find = async (id: string): Promise<string | null> => {
    const name = (await environments.findById(id))?.name ?? null;
    if (name !== null) names.set(id, name);
    return name;
  };
  return (id) => names.get(id) ?? find(id);
}
