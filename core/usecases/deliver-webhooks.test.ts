import { Webhook } from "standardwebhooks";
import { beforeEach, describe, expect, it } from "vitest";
import { signWith } from "#adapters/webhook/sign-with";
import { createInMemoryAuditLog } from "#test/fakes/in-memory-audit-log";
import { createRecordingLog } from "#test/fakes/recording-log";
import { createRecordingMetrics } from "#test/fakes/recording-metrics";
import { createSeededRandomness } from "#test/fakes/seeded-randomness";
import { createSteppedClock, type SteppedClock } from "#test/fakes/stepped-clock";
import { createSwitchableKeys } from "#test/fakes/switchable-keys";
import { unknownHealth } from "../domain/webhook/endpoint-health.ts";
import type { SendResult } from "../domain/webhook/judge-answer.ts";
import type { ClaimedEndpoint, DeliveryQueue, DeliveryResult, DueDelivery } from "../ports/delivery-queue.ts";
import { createDeliverySlots } from "./delivery-slots.ts";
import { deliverWebhooks, type DeliverPorts } from "./deliver-webhooks.ts";
import { createVault } from "./vault.ts";

const secret = `whsec_${Buffer.alloc(32, 5).toString("base64")}`;
const taken: SendResult = { status: 204, error: null, retryAfterSeconds: null, response: null };
const refused: SendResult = { ...taken, status: 500 };

let clock: SteppedClock;
let world: ReturnType<typeof createWorld>;
beforeEach(async () => {
  clock = createSteppedClock();
  world = createWorld();
  await world.seal();
});

/** A queue in memory, of one endpoint with what is due; what was called stands in `calls`. */
function createWorld() {
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
  };
  const told = (name: string) => async (): Promise<void> => void (await Promise.resolve(calls.push(name)));
  const deliveries: DeliveryQueue = {
    dispatch: async () => await Promise.resolve({ events: 0, deliveries: 0 }),
    claim: async () =>
      await Promise.resolve(state.isBusy ? { kind: "busy", health: endpoint.health } : { kind: "claimed", endpoint }),
    due: async (_endpoint, most) => await Promise.resolve(state.due.slice(0, most)),
    async record(_endpoint, results, health) {
      await Promise.resolve();
      const done = new Set(results.map(({ id }) => id));
      state.due = state.due.filter(({ id }) => !done.has(id));
      recorded.push(...results);
      endpoint = { ...endpoint, health };
      return state.isOurs;
    },
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
    slots: createDeliverySlots(),
    signWith,
    owner: "worker@here",
    publicUrl: "https://connect.example.com",
    receivers: {
      async post(_url: string, headers: Readonly<Record<string, string>>, body: string) {
        posts.push({ headers, body });
        state.most = Math.max(state.most, (sending += 1));
        const answer = await state.answer();
        sending -= 1;
        return answer;
      },
      mail: async () => await Promise.resolve(taken),
    },
  } as unknown as DeliverPorts;
  return {
    ports,
    state,
    calls,
    recorded,
    posts,
    keys,
    audit,
    log,
    fail: (failures: number) =>
      (endpoint = { ...endpoint, health: { ...unknownHealth, failures, failingSince: clock.now() } }),
    async seal() {
      const location = { environmentId: "env_a", owner: "whe_a", field: "webhook_secret", version: 1 } as const;
      const { sealed } = vault.seal(await vault.prepare("env_a"), location, Buffer.from(secret));
      endpoint = { ...endpoint, secrets: [{ version: 1, sealed }] };
    },
    queue(count: number) {
      state.due = Array.from({ length: count }, (_, n) => ({
        id: `dlv_${n}`,
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

const run = () => deliverWebhooks(world.ports, "whe_a");

describe("sending what is due", () => {
  it("sends each once, at most sixteen at a time, and opens the secret once for all, on the record", async () => {
    world.queue(500);
    expect(await run()).toBe("done");
    expect(world.recorded).toHaveLength(500);
    expect(new Set(world.recorded.map(({ id }) => id)).size).toBe(500);
    expect(new Set(world.recorded.map(({ status }) => status))).toEqual(new Set(["delivered"]));
    expect(world.state.most).toBe(16);
    expect(world.audit.records.map(({ action, detail }) => [action, detail?.["purpose"]])).toEqual([
      ["secret.opened", "webhook_signature"],
    ]);
    expect(world.calls.slice(-2)).toEqual(["wakeWhenDue", "release"]);
  });

  it("signs so that the reference library takes it", async () => {
    world.queue(1);
    await run();
    const [post] = world.posts;
    // The library looks at the real clock.
    const at = new Date(Number(post?.headers["webhook-timestamp"]) * 1000);
    expect(at).toEqual(clock.now());
    expect(post?.headers["webhook-signature"]).toBe(new Webhook(secret).sign("evt_0", at, post?.body ?? ""));
    expect(post?.headers["webhook-id"]).toBe("evt_0");
  });

  it("begins no more after three failures in a row, and leaves the rest as it was", async () => {
    world.queue(64);
    world.state.answer = async () => await Promise.resolve(refused);
    expect(await run()).toBe("done");
    expect(world.recorded.length).toBeLessThanOrEqual(18);
    expect(world.recorded.length).toBeGreaterThanOrEqual(3);
    expect(world.state.due).toHaveLength(64 - world.recorded.length);
    expect(world.recorded.every(({ status, nextAttemptAt }) => status === "pending" && nextAttemptAt !== null)).toBe(
      true,
    );
    expect(world.calls.at(-1)).toBe("wakeAfter seconds failing");
  });

  it("asks an endpoint that has been failing for one thing, and then lets others go first", async () => {
    world.fail(5);
    world.queue(10);
    world.state.answer = async () => await Promise.resolve(refused);
    await run();
    expect(world.recorded).toHaveLength(1);
  });

  it("goes on with all of it once that one works", async () => {
    world.fail(5);
    world.queue(10);
    await run();
    expect(world.recorded).toHaveLength(10);
  });

  it("fails what has no event any more, without asking anybody", async () => {
    world.queue(1);
    world.state.due = world.state.due.map((one) => ({ ...one, event: null }));
    await run();
    expect(world.posts).toEqual([]);
    expect(world.recorded).toMatchObject([{ status: "failed", error: "the event is not kept any more" }]);
  });
});

describe("what keeps it from sending", () => {
  it("somebody else's claim: it is looked at again in a moment", async () => {
    world.state.isBusy = true;
    expect(await run()).toBe("busy");
    expect(world.calls).toEqual(["wakeAfter seconds"]);
  });

  it("no free slot: the claim is given back", async () => {
    world.queue(1);
    while (world.ports.slots.take(false) !== null);
    expect(await run()).toBe("deferred");
    expect(world.posts).toEqual([]);
    expect(world.calls).toEqual(["release", "wakeAfter a moment"]);
  });

  it.each(["kms", "audit"])("a secret that can't be opened (%s): nothing is sent unsigned", async (what) => {
    world.queue(1);
    if (what === "kms") world.keys.setDown("unwrap");
    else world.audit.setDown(true);
    expect(await run()).toBe("deferred");
    expect(world.posts).toEqual([]);
    expect(world.calls).toEqual(["release", "wakeAfter seconds failing"]);
    expect(world.log.lines[0]).toMatchObject({ level: "error" });
  });

  it("a lost claim: it stops after the batch in hand, and says nothing of the endpoint", async () => {
    world.queue(500);
    world.state.isOurs = false;
    expect(await run()).toBe("lost");
    // The next one was on its way when the first was refused.
    expect(world.posts).toHaveLength(256);
    expect(world.calls).toEqual([]);
  });

  it("the end of its process: the batch in hand is finished and recorded", async () => {
    world.queue(500);
    const controller = new AbortController();
    controller.abort();
    expect(await deliverWebhooks(world.ports, "whe_a", controller.signal)).toBe("done");
    expect(world.recorded).toHaveLength(128);
    expect(world.calls.at(-1)).toBe("wakeAfter a moment");
  });
});

describe("what comes of it for the endpoint", () => {
  it("410 disables it, and nothing more is sent", async () => {
    world.queue(200);
    world.state.answer = async () => await Promise.resolve({ ...taken, status: 410 });
    expect(await run()).toBe("done");
    expect(world.recorded.length).toBeLessThan(64);
    expect(world.calls).toEqual(["conclude disable"]);
  });

  it("slots are given back whatever happens", async () => {
    world.queue(1);
    world.state.answer = async () => await Promise.reject(new Error("a bug"));
    await expect(run()).rejects.toThrow("a bug");
    const free = Array.from({ length: 20 }, () => world.ports.slots.take(false)).filter((one) => one !== null);
    expect(free).toHaveLength(12);
    expect(world.calls).toEqual(["release"]);
  });
});
