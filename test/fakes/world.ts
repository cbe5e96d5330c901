import { Secret, secretOrNull } from "#core/domain/secret/secret";
import { createSecretDigests } from "#adapters/system/secret-digests";
import type { Caller } from "#core/domain/access/permission";
import { permissions } from "#core/domain/access/permission";
import { hostPinOf } from "#core/domain/integration/host-pin";
import type { Overrides } from "#core/domain/integration/overrides";
import type { Account, ExternalAccount } from "#core/domain/account/account";
import type { IntegrationDocument } from "#core/domain/integration/integration-document";
import { refreshPolicyOf } from "#core/domain/integration/resolve-integration";
import { decodeTokenSet, type TokenSet } from "#core/domain/token/token-set";
import type { AuthorizationServer } from "#core/ports/authorization-server";
import type { EnvironmentRecord, EnvironmentStore } from "#core/ports/environment-store";
import { tokenSetLocation } from "#core/usecases/attempt-changes";
import type { AttemptConclusion } from "#core/usecases/attempt-refresh";
import type { CompletePorts } from "#core/usecases/complete-authorization";
import type { Renewal } from "#core/usecases/read-token";
import { createSecretsInTurn } from "#core/usecases/secrets-in-turn";
import { createSingleFlight } from "#core/usecases/single-flight";
import type { StartPorts } from "#core/usecases/start-authorization";
import { newCredentialsChange } from "#core/usecases/store-credentials";
import type { ProbePorts, Verdict } from "#core/usecases/probe-account";
import { createProbeMemory } from "#core/usecases/probe-memory";
import { createVault } from "#core/usecases/vault";
import { createInMemoryAccountStore } from "./in-memory-account-store.ts";
import { createInMemoryAuditLog } from "./in-memory-audit-log.ts";
import { createInMemoryCircuitStore } from "./in-memory-circuit-store.ts";
import { createInMemoryConnectStore } from "./in-memory-connect-store.ts";
import { createInMemoryIntegrationStore, exampleDocument } from "./in-memory-integration-store.ts";
import { directExpressions } from "./direct-expressions.ts";
import { createInMemorySpool } from "./in-memory-spool.ts";
import { createRecordingLog } from "./recording-log.ts";
import { createRecordingMetrics } from "./recording-metrics.ts";
import { createRecordingTally } from "./recording-tally.ts";
import { createScriptedAuthorizationServer, type Script } from "./scripted-authorization-server.ts";
import { createScriptedProviderApi } from "./scripted-provider-api.ts";
import { createSeededRandomness } from "./seeded-randomness.ts";
import { createSteppedClock } from "./stepped-clock.ts";
import { createSwitchableKeys } from "./switchable-keys.ts";

export const environmentId = "env_production";
/** Whatever belongs to an account of the world's integration, for those who look its definition up. */
export const ofAcme = {
  environmentId,
  integrationName: "acme-crm",
  inputs: {},
  fields: {},
  clientId: null,
  overrides: {},
} as const;
export const callbackId = "callback-of-acme";
export const clientSecret = "client-secret-of-acme";

const production: EnvironmentRecord = {
  id: environmentId,
  name: "production",
  returnUrls: ["https://product.example/done"],
  allowedOrigins: [],
  branding: {},
  reauthLinksInEvents: false,
  connectUrl: null,
};

export const caller: Caller = {
  kind: "api_key",
  id: "key_test",
  environmentId,
  environment: "production",
  permissions: new Set(permissions),
  tenantIds: null,
  integrationNames: null,
};

export interface AccountOptions {
  readonly id?: string;
  readonly refreshToken?: string | null;
  /** Seconds from now; null: the provider named no end. */
  readonly expiresInSeconds?: number | null;
  /** Seconds since the token was obtained. */
  readonly ageSeconds?: number;
  readonly externalAccount?: ExternalAccount;
  /** The OAuth client that the account brought itself. */
  readonly ownClient?: { readonly id: string; readonly secret: string | null };
  readonly overrides?: Overrides;
  readonly inputs?: Readonly<Record<string, string>>;
}

export type World = Awaited<ReturnType<typeof createWorld>>;

/** Every port as a fake over one clock, with one configured integration, `acme-crm`. */
export async function createWorld(
  options: {
    readonly config?: Readonly<Record<string, unknown>>;
    readonly inputs?: unknown;
    readonly format?: string;
    /** In place of the document that the others describe. */
    readonly document?: IntegrationDocument;
  } = {},
) {
  const clock = createSteppedClock();
  const random = createSeededRandomness(20_261_120);
  const connect = createInMemoryConnectStore(clock);
  const accounts = createInMemoryAccountStore(clock, (done) => connect.complete(done));
  const integrations = createInMemoryIntegrationStore(clock);
  const keys = createSwitchableKeys(random);
  const auditLog = createInMemoryAuditLog();
  const vault = createVault({ keys, audit: auditLog, random });
  const digests = createSecretDigests(new Uint8Array(32).fill(9));
  const log = createRecordingLog();
  const script = createScriptedAuthorizationServer(clock);
  /** What one process makes of it. */
  const serverOf = (): AuthorizationServer & Script => ({
    ...script,
    ...createSecretsInTurn({ server: script, integrations, clock, log }),
  });
  const environments: EnvironmentStore = {
    list: async () => [production],
    findById: async (id) => (id === production.id ? production : null),
    findByName: async (name) => (name === production.name ? production : null),
  };
  const document = options.document ?? exampleDocument(options);
  const secretLocation = { environmentId, owner: "ei_acme", field: "client_secret", version: 1 } as const;
  const secret = vault.seal(await vault.prepare(environmentId), secretLocation, Buffer.from(clientSecret));
  integrations.set({
    environmentId,
    name: document.name,
    origin: "environment",
    document,
    pin: null,
    client: {
      id: "ei_acme",
      callbackId,
      layer: { clientId: "client-of-acme" },
      secrets: [
        {
          version: 1,
          sealed: secret.sealed,
          createdAt: clock.now(),
          setBy: null,
          acceptedUntil: null,
          lastWorkedAt: null,
        },
      ],
    },
  });

  const ports = {
    accounts,
    integrations,
    environments,
    connect,
    server: serverOf(),
    provider: createScriptedProviderApi(),
    expressions: directExpressions,
    vault,
    spool: createInMemorySpool(),
    digests,
    clock,
    random,
    log,
    metrics: createRecordingMetrics(),
    tally: createRecordingTally(),
    circuits: createInMemoryCircuitStore(clock),
    steadiness: { isSteady: () => true },
    flights: createSingleFlight<AttemptConclusion>(),
    watches: createSingleFlight<Account | null>(),
    renewals: createSingleFlight<Renewal>(),
    probes: createProbeMemory<Verdict>(clock),
    owner: "first",
    redirectUri: (id: string) => `https://evergrant.example/oauth/callback/${id}`,
  } satisfies CompletePorts & StartPorts & ProbePorts;

  /** The change that gives an account new credentials, as a re-authorization makes it. */
  const credentialsChange = async (
    account: Account,
    tokenSet: TokenSet,
    externalAccount: ExternalAccount | null = null,
  ) =>
    newCredentialsChange(ports, account, {
      tokenSet,
      externalAccount,
      scopesRequested: tokenSet.scopes,
      policy: refreshPolicyOf(document),
      circuitKey: "ckt_of_acme",
      spreadSeconds: 0,
      dataKey: await vault.prepare(environmentId),
      actor: "test",
      reason: "reauthorized",
      completes: null,
      asked: null,
    });

  return {
    ...ports,
    keys,
    auditLog,
    document,
    credentialsChange,

    /** Another process on the same database: its own single flight, its own memory, its own name. */
    otherProcess: () => ({
      ...ports,
      server: serverOf(),
      flights: createSingleFlight<AttemptConclusion>(),
      watches: createSingleFlight<Account | null>(),
      renewals: createSingleFlight<Renewal>(),
      owner: "second",
    }),

    /** An active account; by default its token has 10 s left of an hour, so that whoever needs it refreshes it. */
    async addAccount(wanted: AccountOptions = {}): Promise<Account> {
      const id = wanted.id ?? "ia_one";
      const created = await accounts.create(
        {
          id,
          environmentId,
          tenantId: "tenant-one",
          integrationName: document.name,
          userReference: null,
          scopesRequested: [],
          metadata: {},
          inputs: wanted.inputs ?? {},
          clientId: wanted.ownClient?.id ?? null,
          overrides: wanted.overrides ?? {},
          pin: hostPinOf(document),
        },
        [],
      );
      const left = wanted.expiresInSeconds === undefined ? 10 : wanted.expiresInSeconds;
      const nowMs = clock.now().getTime();
      const tokenSet: TokenSet = {
        accessToken: new Secret("access-0"),
        refreshToken: secretOrNull(wanted.refreshToken === undefined ? "refresh-0" : wanted.refreshToken),
        tokenType: "Bearer",
        expiresAt: left === null ? null : new Date(nowMs + left * 1000),
        issuedAt: new Date(nowMs - (wanted.ageSeconds ?? 3590) * 1000),
        scopes: ["contacts.read", "openid"],
        clientSecret: secretOrNull(wanted.ownClient?.secret ?? null),
      };
      const stored = await accounts.apply(await credentialsChange(created, tokenSet, wanted.externalAccount ?? null));
      if (stored === null) throw new Error("the account was not stored");
      return stored;
    },

    /** What is sealed in the account's row, opened past the audit log; null when erased. */
    async storedTokens(id = "ia_one"): Promise<TokenSet | null> {
      const found = await accounts.findWithCredential(environmentId, id);
      if (found === null || found.credential === null) return null;
      const { account, credential } = found;
      const silent = createVault({ keys, audit: createInMemoryAuditLog(), random });
      const location = tokenSetLocation(account, credential.version);
      return decodeTokenSet(await silent.open(location, credential.sealed, { actor: "test", purpose: "token_read" }));
    },

    async account(id = "ia_one"): Promise<Account> {
      const account = await accounts.find(environmentId, id);
      if (account === null) throw new Error(`no account ${id}`);
      return account;
    },
  };
}
