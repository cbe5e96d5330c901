import { resolveIntegration } from "#core/domain/integration/resolve-integration";
import { withOverrides } from "#core/usecases/of-account";
import type { AccountStore } from "#core/ports/account-store";
import type { AnswerSpool } from "#core/ports/answer-spool";
import type { ConfiguredIntegration } from "#core/ports/integration-store";
import type { SecretDigests } from "#core/ports/secret-digests";
import type { Steadiness } from "#core/ports/steadiness";
import { circuitOf } from "#core/usecases/circuit-of";
import type { Vault } from "#core/usecases/vault";
import { createInMemoryAccountStore, type InMemoryAccountStore } from "#test/fakes/in-memory-account-store";
import { createInMemoryCircuitStore, type InMemoryCircuitStore } from "#test/fakes/in-memory-circuit-store";
import {
  createInMemoryIntegrationStore,
  exampleDocument,
  type InMemoryIntegrationStore,
} from "#test/fakes/in-memory-integration-store";
import { createInMemorySpool } from "#test/fakes/in-memory-spool";
import type { Chance } from "./chance.ts";
import type { Crossing, Life, Trouble } from "./life.ts";
import { createOutages, type Outages } from "./outages.ts";
import type { Fate } from "./provider-fates.ts";
import { createRequestBook, type RequestBook } from "./request-book.ts";
import { createSimulatedProvider, type ProviderRotation, type SimulatedProvider } from "./simulated-provider.ts";
import { createSimulatedVault } from "./simulated-vault.ts";
import { createTimeline, type Timeline } from "./timeline.ts";
import type { Report, Rule, Violation } from "./violation.ts";

export const environmentId = "env_simulated";

/** Everybody is the same person, so that who comes back is known, and nobody is asked who it was. */
export const simulatedPerson = { id: "person", label: null } as const;

/** One integration, its provider, and how fast it is. */
export interface ProviderOptions {
  readonly rotation: ProviderRotation;
  readonly lifeSeconds: number;
  readonly timeoutSeconds: number;
  readonly retry: { readonly initialSeconds: number; readonly capSeconds: number };
  readonly concurrency: number | null;
  readonly endsOldGrant: boolean;
}

export interface Integration {
  readonly provider: SimulatedProvider;
  readonly options: ProviderOptions;
}

/** Parts that a test breaks, to see that the checks notice. */
export interface Sabotage {
  readonly store?: (store: InMemoryAccountStore) => AccountStore;
  readonly spool?: (spool: AnswerSpool) => AnswerSpool;
  readonly steadiness?: Steadiness;
  /** Laid over the OAuth part of every integration. */
  readonly refresh?: Readonly<Record<string, unknown>>;
}

/** What all processes of a run share, and what only the simulation sees. */
export interface SimulatedWorld {
  readonly timeline: Timeline;
  readonly startMs: number;
  readonly chance: Chance;
  readonly database: Outages;
  readonly keys: Outages;
  readonly disks: Outages;
  readonly store: InMemoryAccountStore;
  /** The store as processes see it. */
  readonly accounts: AccountStore;
  readonly circuits: InMemoryCircuitStore;
  readonly configured: InMemoryIntegrationStore;
  readonly integrations: ReadonlyMap<string, Integration>;
  readonly spools: Map<string, AnswerSpool & { readonly entries: ReadonlyMap<string, unknown> }>;
  readonly sabotage: Sabotage;
  readonly vault: Vault;
  readonly digests: SecretDigests;
  readonly book: RequestBook;
  readonly troubles: Trouble[];
  readonly violations: Violation[];
  readonly report: Report;
  readonly lives: Life[];
  /** Accounts and their integrations. */
  readonly accountIds: Map<string, Integration>;
  /** Whose account a refresh token was sealed for. */
  readonly owners: Map<string, string>;
  /** When each account was claimed last. */
  readonly claimedMs: Map<string, number>;
  /** Connect sessions whose credentials were stored. */
  readonly connectedSessions: Set<string>;
  /** Rows that were written since they were last looked at. */
  readonly touched: Set<string>;
  /** Accounts that an open breaker's probe or its end calls earlier than their pace. */
  readonly recalled: Set<string>;
  /** The circuit of each integration. */
  readonly circuitKeys: Map<string, string>;
  onReport: ((key: string) => void) | null;
  /** Set by the plan of faults. */
  cross: ((crossing: Crossing) => void) | null;
  fate: (integration: Integration) => Fate;
  latencyMs: () => number;
  /** So long an answer may be on its way inside a process. */
  slackMs: number;
  now(): Date;
  touch(accountId: string, integrationName?: string): void;
  /** A line of the history; made only when somebody reads it. */
  note(line: () => string): void;
  readonly history: readonly string[];
  addProvider(name: string, options: ProviderOptions): Integration;
  spoolOf(machine: string): AnswerSpool;
}

const startMs = Date.parse("2026-11-20T10:00:00.000Z");
const digests: SecretDigests = { digest: (purpose, secret) => Buffer.from(`${purpose}/${secret}`) };

export function createSimulatedWorld(options: {
  readonly chance: Chance;
  readonly isTraced: boolean;
  /** Rules that are not checked: to see what else a seed finds beside a defect that is known. */
  readonly ignores: readonly Rule[];
  readonly sabotage?: Sabotage;
}): SimulatedWorld {
  const { chance, isTraced, sabotage = {} } = options;
  const timeline = createTimeline();
  const clock = {
    now: () => new Date(startMs + timeline.nowMs),
    monotonicMs: () => timeline.nowMs,
    sleep: (milliseconds: number) => timeline.pause(milliseconds),
  };
  const connectedSessions = new Set<string>();
  const store = createInMemoryAccountStore(clock, ({ sessionId }) => {
    connectedSessions.add(sessionId);
    return true;
  });
  const configured = createInMemoryIntegrationStore(clock);
  const integrations = new Map<string, Integration>();
  const accountIds = new Map<string, Integration>();
  const touched = new Set<string>();
  const circuitKeys = new Map<string, string>();
  const violations: Violation[] = [];
  const history: string[] = [];
  const spools: SimulatedWorld["spools"] = new Map();
  const note: SimulatedWorld["note"] = (line) => {
    if (isTraced) history.push(`${(timeline.nowMs / 1000).toFixed(3).padStart(10)}  ${line()}`);
  };
  const report: Report = (rule, text) => {
    if (options.ignores.includes(rule)) return;
    note(() => `VIOLATION ${rule}: ${text}`);
    violations.push({ rule, text, atMs: timeline.nowMs });
  };

  return {
    timeline,
    startMs,
    chance,
    database: createOutages(timeline),
    keys: createOutages(timeline),
    disks: createOutages(timeline),
    store,
    accounts: sabotage.store?.(store) ?? store,
    circuits: createInMemoryCircuitStore(clock),
    configured,
    integrations,
    spools,
    sabotage,
    vault: createSimulatedVault(),
    digests,
    book: createRequestBook(() => timeline.nowMs, report),
    troubles: [],
    violations,
    report,
    lives: [],
    accountIds,
    owners: new Map(),
    claimedMs: new Map(),
    connectedSessions,
    touched,
    recalled: new Set(),
    circuitKeys,
    onReport: null,
    cross: null,
    fate: () => ({ kind: "answers", thereMs: 20, backMs: 20 }),
    latencyMs: () => 0,
    slackMs: 200,
    now: clock.now,
    touch(accountId, integrationName) {
      touched.add(accountId);
      const integration = integrationName === undefined ? undefined : integrations.get(integrationName);
      if (integration !== undefined) accountIds.set(accountId, integration);
    },
    note,
    history,
    addProvider(name, wanted) {
      const provider = createSimulatedProvider({ name, ...wanted });
      const integration: Integration = { provider, options: wanted };
      integrations.set(name, integration);
      const layer = configuration(name, wanted, sabotage.refresh);
      configured.set(layer);
      const resolved = resolveIntegration(layer.document, layer.client?.layer ?? { clientId: null }, {});
      circuitKeys.set(name, circuitOf(environmentId, resolved).key);
      return integration;
    },
    spoolOf(machine) {
      let spool = spools.get(machine);
      if (spool === undefined) {
        spool = createInMemorySpool();
        spools.set(machine, spool);
      }
      return sabotage.spool?.(spool) ?? spool;
    },
  };
}

const documents = new Map<string, ConfiguredIntegration["document"]>();

function configuration(
  name: string,
  { rotation, timeoutSeconds, retry, concurrency }: ProviderOptions,
  sabotaged: Readonly<Record<string, unknown>> = {},
): ConfiguredIntegration {
  const graceSeconds = rotation.rule === "grace" ? rotation.graceSeconds : 0;
  const refresh = {
    timeoutSeconds,
    concurrency,
    rotation: { rule: rotation.rule, graceSeconds },
    retry: { ...retry, factor: 2 },
    ...sabotaged,
  };
  const key = JSON.stringify([name, refresh]);
  let document = documents.get(key);
  if (document === undefined) {
    const host = `https://${name}.example`;
    const auth = { tokenHost: host, tokenPath: "/token", authorizePath: "/authorize", revokePath: "/revoke" };
    document = exampleDocument({ name, config: { auth, refresh, pkce: { method: "none" } } });
    documents.set(key, document);
  }
  return withOverrides({
    environmentId,
    name,
    origin: "environment",
    definition: document,
    overrides: {},
    pin: null,
    client: { id: `ei_${name}`, callbackId: name, layer: { clientId: `client-${name}` }, secrets: [] },
  });
}
