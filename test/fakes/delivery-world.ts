import { signWith } from "#adapters/webhook/sign-with";
import { unknownHealth } from "#core/domain/webhook/endpoint-health";
import type { SendResult } from "#core/domain/webhook/judge-answer";
import type { ClaimedEndpoint, DeliveryQueue, DeliveryResult, DueDelivery } from "#core/ports/delivery-queue";
import type { DeliverPorts } from "#core/usecases/deliver-webhooks";
import { createDeliverySlots } from "#core/usecases/delivery-slots";
import { createVault } from "#core/usecases/vault";
import { createInMemoryAuditLog } from "./in-memory-audit-log.ts";
import { createRecordingLog } from "./recording-log.ts";
import { createRecordingMetrics } from "./recording-metrics.ts";
import { createRecordingTally } from "./recording-tally.ts";
import { createSeededRandomness } from "./seeded-randomness.ts";
import type { SteppedClock } from "./stepped-clock.ts";
import { createSwitchableKeys } from "./switchable-keys.ts";

export const webhookSecret = `whsec_${Buffer.alloc(32, 5).toString("base64")}`;
export const taken: SendResult = { status: 204, error: null, retryAfterSeconds: null, response: null };
export const refused: SendResult = { ...taken, status: 500 };

/** A queue in memory, of one endpoint with what is due; what was called stands in `calls`. */
export function createDeliveryWorld(clock: SteppedClock) {
  const random = createSeededRandomness();
  const keys = createSwitchableKeys(random);
  const audit = createInMemoryAuditLog();
  const vault = createVault({ keys, audit, random });
  const log = createRecordingLog();
  const calls: string[] = [];
  const recorded: DeliveryResult[] = [];
  const posts: { headers: Readonly<Record<string, string>>; body: string }[] = [];
  let endpoint: ClaimedEndpoint = {
    id: "whe_a",
    environmentId: "env_a",
    environment: "production",
    reauthLinksInEvents: false,
    url: "https://app.example.com/hooks",
    format: "standard",
    address: null,
    health: unknownHealth,
    claim: 1,
    secrets: [],
  };
  const state = {
    due: [] as DueDelivery[],
    isOurs: true,
    isBusy: false,
    most: 0,
    answer: async (): Promise<SendResult> => await Promise.resolve(taken),
    writing: async (): Promise<void> => await Promise.resolve(),
  };
  const told = (name: string) => async (): Promise<void> => void (await Promise.resolve(calls.push(name)));
  const deliveries: DeliveryQueue = {
    dispatch: async () => await Promise.resolve({ events: 0, deliveries: 0 }),
    claim: async () =>
      await Promise.resolve(state.isBusy ? { kind: "busy", health: endpoint.health } : { kind: "claimed", endpoint }),
    due: async (_endpoint, most, since) =>
      await Promise.resolve(state.due.filter(({ dueAt }) => since === null || dueAt >= since).slice(0, most)),
    async record(_endpoint, results, health) {
      await state.writing();
      const done = new Set(results.map(({ id }) => id));
      state.due = state.due.filter(({ id }) => !done.has(id));
      recorded.push(...results);
      endpoint = { ...endpoint, health };
      return state.isOurs;
    },
    sealAddress: async (_endpoint, masked) => await told(`sealAddress ${masked}`)(),
    conclude: async (_endpoint, _health, { kind }) => await told(`conclude ${kind}`)(),
    wakeWhenDue: told("wakeWhenDue"),
    wakeAfter: async (_id, pause, isFailing) => {
      await told(
        `wakeAfter ${Math.round(pause * 10) / 10 >= 1 ? "seconds" : "a moment"}${isFailing ? " failing" : ""}`,
      )();
    },
    async release(_endpoint, unlessDue) {
      const isKept = unlessDue && state.due.length > 0;
      await told(isKept ? "release kept" : "release")();
      return !isKept;
    },
    wakeForgotten: async () => await Promise.resolve(0),
  };
  let sending = 0;
  const ports = {
    deliveries,
    vault,
    clock,
    random,
    log,
    metrics: createRecordingMetrics(),
    tally: createRecordingTally(),
    slots: createDeliverySlots(),
    inTurn: new Map<string, () => void>(),
    signWith,
    owner: "worker@here",
    publicUrl: "https://connect.example.com",
    receivers: {
      async post(_url: string, headers: Readonly<Record<string, string>>, body: string) {
        posts.push({ headers, body });
        state.most = Math.max(state.most, (sending += 1));
        try {
          return await state.answer();
        } finally {
          sending -= 1;
        }
      },
      mail: async () => await Promise.resolve(taken),
    },
  } as unknown as DeliverPorts;
  return {
    ports,
    state,
    sending: () => sending,
    endpoint: () => endpoint,
    calls,
    recorded,
    posts,
    keys,
    audit,
    log,
    fail: (failures: number) =>
      (endpoint = { ...endpoint, health: { ...unknownHealth, failures, failingSince: clock.now() } }),
    failSince: (failingSince: Date, failures: number) =>
      (endpoint = { ...endpoint, health: { ...unknownHealth, failures, failingSince, warnedAt: failingSince } }),
    async seal() {
      const location = { environmentId: "env_a", owner: "whe_a", field: "webhook_secret", version: 1 } as const;
      const { sealed } = vault.seal(await vault.prepare("env_a"), location, Buffer.from(webhookSecret));
      endpoint = { ...endpoint, secrets: [{ version: 1, sealed }] };
    },
    queue(count: number) {
      state.due = Array.from({ length: count }, (_, n) => ({
        id: `dlv_${n}`,
        place: null,
        // A few at each millisecond, as they are written.
        dueAt: new Date(clock.now().getTime() - count + Math.floor(n / 3)),
        attempts: 0,
        tries: 0,
        event: {
          id: `evt_${n}`,
          createdAt: clock.now(),
          environmentId: "env_a",
          accountId: null,
          sequence: null,
          eventType: "integration:recovered",
          payload: { integration_name: "acme-crm" },
        },
      }));
    },
  };
}
