import { readApiConfig, readOrExit } from "#adapters/config/read-config";
import { createContainer } from "#adapters/container";
import { createProcessMetrics } from "#adapters/metrics/process-metrics";
import { readPool, readSpool } from "#adapters/metrics/read-gauges";
import { createAccessStore } from "#adapters/postgres/access-store";
import { anyAddress } from "#adapters/egress/address-guard";
import { createEgressClient } from "#adapters/egress/egress-client";
import { createIdentityProvider } from "#adapters/sign-in/identity-provider";
import { createAuditLog } from "#adapters/postgres/audit-log";
import { createCallerNetworks } from "#adapters/postgres/caller-networks";
import { createEventTail } from "#adapters/postgres/event-tail";
import { createIdempotencyStore } from "#adapters/postgres/idempotency-store";
import { createPrisma } from "#adapters/postgres/prisma";
import { schemaProblem } from "#adapters/postgres/schema-ready";
import { createTokenGlances } from "#adapters/postgres/token-glances";
import { closeServer } from "#adapters/system/close-server";
import { deriveKey } from "#adapters/system/secret-digests";
import { listenOrExit } from "#adapters/system/listen";
import { reportReady, stopWithParent } from "#adapters/system/stop-with-parent";
import { pagesAtATime } from "#core/usecases/collect-pages";
import { unifiedAtATime, unifiedOfOne, unifiedTogether } from "#core/usecases/unified/unified-ports";
import { createByteBudget } from "#core/usecases/byte-budget";
import { createCallPlaces } from "#core/usecases/call-places";
import { settlePins } from "#core/usecases/pin-definition";
import { createPolicyMemory } from "#core/usecases/policy-memory";
import { replaySpool } from "#core/usecases/commit-answer";
import { createAdminSignIn } from "./auth/admin-sign-in.ts";
import { addressSet, clientAddress } from "./auth/client-address.ts";
import { createPagePass } from "./auth/page-pass.ts";
import { createSessionCookie } from "./auth/session-cookie.ts";
import { createSignInLimits } from "./auth/sign-in-limits.ts";
import { createTripCookie, ssoCallbackPath } from "./auth/sso-routes.ts";
import { createAdmission } from "./auth/admission.ts";
import { createConnectAdmission } from "./connect/connect-admission.ts";
import { createAuthenticator } from "./auth/authenticate.ts";
import { createConnectHosts } from "./connect/connect-hosts.ts";
import { createDoor } from "./create-door.ts";
import { createEventStreams } from "./event-streams.ts";

const config = readOrExit(readApiConfig);
const poolSize = 20;
/** From where keys are used reaches the database within this time, milliseconds. */
const networkFlushMs = 1_000;
const { metrics, registry, answer } = createProcessMetrics("api");
const container = await createContainer(config, { name: "api", poolSize, metrics });
const { log, pool } = container;
const problem = await schemaProblem(pool);
if (problem !== null) {
  process.stderr.write(`${problem}\n`);
  process.exit(1);
}

const access = createAccessStore(pool);
const audit = createAuditLog(pool, metrics);
const production = await container.environments.findByName("production");
const auditEnvironmentId = production?.id ?? "";
const authSecret = Buffer.from(deriveKey(config.secret, "admin-session")).toString("base64url");
const sessionCookie = createSessionCookie({
  publicUrl: config.publicUrl,
  secret: authSecret,
  lifetimeSeconds: config.sessions.absoluteSeconds,
});
const pagePass = createPagePass(Buffer.from(deriveKey(config.secret, "page-pass")).toString("base64url"));
const signInLimits = createSignInLimits();
const isTrusted = addressSet(config.trustedProxies);
const signIn = createAdminSignIn({
  ...container,
  auditEnvironmentId,
  cookie: sessionCookie,
  limits: signInLimits,
  authSecret,
});
const identityProviders = createEgressClient(anyAddress);
const sso =
  config.sso === null
    ? null
    : {
        provider: createIdentityProvider(config.sso, {
          egress: identityProviders,
          clock: container.clock,
          redirectUri: `${config.publicUrl}${ssoCallbackPath}`,
        }),
        roles: config.sso.roles,
        trip: createTripCookie(config.publicUrl, authSecret),
      };
registry.read(() => ({ evergrant_token_reads_waiting: [[[], container.renewals.callers()]] }));
registry.read(readPool(pool, poolSize));
registry.read(readSpool(config.spoolDirectory));
const prisma = createPrisma(pool);
let isStopping = false;
const networks = createCallerNetworks(pool);
const noting = setInterval(() => {
  networks.flush().catch((error: unknown) => log.warn({ error }, "networks of API keys could not be noted yet"));
}, networkFlushMs);
noting.unref();
const tail = createEventTail(container);

const server = createDoor(
  {
    ...container,
    access,
    prisma,
    glances: createTokenGlances(pool),
    policies: createPolicyMemory(container.integrations),
    idempotency: createIdempotencyStore(pool),
    connectHosts: createConnectHosts({ ...container, publicUrl: config.publicUrl }),
    callPlaces: createCallPlaces(config.proxy.concurrency),
    pagePlaces: createCallPlaces(pagesAtATime),
    heldBytes: createByteBudget(),
    unifiedPlaces: createCallPlaces(unifiedAtATime),
    unifiedRoom: createCallPlaces(unifiedTogether),
    unifiedShares: createCallPlaces(unifiedOfOne),
    proxyLimits: config.proxy,
    auditEnvironmentId,
    addressOf: (request) => clientAddress(request, isTrusted),
    signInLimits,
    sessionCookie,
    pagePass,
    sso,
    eventStreams: createEventStreams(tail),
    connectAdmission: createConnectAdmission(config.trustedProxies, log),
    authenticator: createAuthenticator({
      access,
      environments: container.environments,
      digests: container.digests,
      signIn,
      pagePass,
      admission: createAdmission({
        rateLimit: config.rateLimit,
        trustedProxies: config.trustedProxies,
        audit,
        log,
        noteAddress: (caller, address) => networks.note(caller.environmentId, caller.id, address),
      }),
      publicUrl: config.publicUrl,
      log,
      metrics,
    }),
  },
  {
    signIn,
    webOrigin: config.webOrigin,
    readiness: {
      metricsToken: config.metricsToken,
      metrics: answer,
      check: async () => (isStopping ? "stopping" : await schemaProblem(pool)),
    },
  },
);

process.on("unhandledRejection", (error) => {
  // A promise that nobody watches is a bug; going on with unknown state is worse than a restart.
  log.error({ error }, "unhandled rejection");
  process.exit(1);
});

// An answer that a crash left on disk is written before anything asks the provider again.
await settlePins(container).catch((error: unknown) =>
  log.error({ error }, "the hosts of integrations could not be compared"),
);
await replaySpool(container).catch((error: unknown) => log.error({ error }, "the spool could not be replayed"));

stopWithParent(async () => {
  isStopping = true;
  log.info({}, "stopping: finishing requests in hand");
  // Streams end at once, and their readers find another process; what is asked for is answered.
  tail.stop();
  await closeServer(server, 35_000);
  clearInterval(noting);
  await networks.flush().catch((error: unknown) => log.warn({ error }, "the last networks were not noted"));
  await identityProviders.close();
  await prisma.$disconnect();
  await container.close();
});

listenOrExit(server, { variable: "PORT", port: config.port }, () => {
  log.info({ port: config.port, url: config.publicUrl }, "api listens");
  reportReady();
});
