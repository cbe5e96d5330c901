import { Webhook } from "standardwebhooks";
import { beforeEach, describe, expect, it } from "vitest";
import { createDeliveryWorld, refused, taken, webhookSecret as secret } from "#test/fakes/delivery-world";
import { createSteppedClock, type SteppedClock } from "#test/fakes/stepped-clock";
import { deliverWebhooks } from "./deliver-webhooks.ts";

let clock: SteppedClock;
let world: ReturnType<typeof createDeliveryWorld>;
beforeEach(async () => {
  clock = createSteppedClock();
  world = createDeliveryWorld(clock);
  await world.seal();
});

const run = () => deliverWebhooks(world.ports, "whe_a");

describe("sending what is due", () => {
  it("sends each once, and opens the secret once for all, on the record", async () => {
    world.queue(500);
    expect(await run()).toBe("done");
    expect(world.recorded).toHaveLength(500);
    expect(new Set(world.recorded.map(({ id }) => id)).size).toBe(500);
    expect(new Set(world.recorded.map(({ status }) => status))).toEqual(new Set(["delivered"]));
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
    world.fail(5);
    expect(await run()).toBe("busy");
    expect(world.calls).toEqual(["wakeAfter a moment", "wakeAfter seconds failing"]);
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

  it("a lost claim: it begins no more, and says nothing of the endpoint", async () => {
    world.queue(2_000);
    world.state.isOurs = false;
    expect(await run()).toBe("lost");
    expect(world.posts.length).toBeLessThan(300);
    // What was sent is written down all the same.
    expect(world.recorded).toHaveLength(world.posts.length);
    expect(world.calls).toEqual(["wakeAfter a moment"]);
  });

  it("the end of its process: it begins no more, and the rest is left for others", async () => {
    world.queue(500);
    const controller = new AbortController();
    world.state.answer = async () => {
      if (world.posts.length === 40) controller.abort();
      return await Promise.resolve(taken);
    };
    expect(await deliverWebhooks(world.ports, "whe_a", controller.signal)).toBe("done");
    expect(world.posts.length).toBeLessThan(40 + 64);
    expect(world.recorded).toHaveLength(world.posts.length);
    expect(world.calls.at(-1)).toBe("wakeAfter a moment");
  });

  it("a turn of this process: that one looks once more, and at the end before it gives the endpoint back", async () => {
    world.queue(1);
    const answer = Promise.withResolvers<typeof taken>();
    world.state.answer = () => answer.promise;
    const first = run();
    while (world.posts.length === 0) await Promise.resolve();
    expect(await run()).toBe("busy");
    expect(world.calls).toEqual([]);
    world.queue(2);
    answer.resolve(taken);
    expect(await first).toBe("done");
    expect(world.posts.map(({ headers }) => headers["webhook-id"])).toEqual(["evt_0", "evt_1"]);
    expect(world.ports.inTurn.size).toBe(0);
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
    expect(world.calls).toEqual(["release", "wakeAfter seconds"]);
    expect(world.ports.inTurn.size).toBe(0);
  });
});
