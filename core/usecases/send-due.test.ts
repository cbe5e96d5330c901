import { beforeEach, describe, expect, it } from "vitest";
import { signWith } from "#adapters/webhook/sign-with";
import { createDeliveryWorld, refused, taken, webhookSecret } from "#test/fakes/delivery-world";
import { createSteppedClock, type SteppedClock } from "#test/fakes/stepped-clock";
import type { SendResult } from "../domain/webhook/judge-answer.ts";
import { scrubSentOf } from "../domain/webhook/scrub-sent.ts";
import type { OpenedEndpoint } from "./open-endpoint.ts";
import { sendDue } from "./send-due.ts";

let clock: SteppedClock;
let world: ReturnType<typeof createDeliveryWorld>;
let lookAgain: () => void;
beforeEach(() => {
  clock = createSteppedClock();
  world = createDeliveryWorld(clock);
});

const openedEndpoint = (): OpenedEndpoint => ({
  endpoint: world.endpoint(),
  sign: signWith([webhookSecret]),
  scrub: scrubSentOf([webhookSecret]),
});

const run = (endMs = 10_000) =>
  sendDue(world.ports, openedEndpoint(), {
    health: world.endpoint().health,
    sinceMs: clock.monotonicMs(),
    endMs,
    signal: undefined,
    onBegin: (again) => (lookAgain = again),
  });

/** Everything that can go on without an answer has. */
const settled = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

/** Answers wait until the test gives them. */
function holdAnswers() {
  const waiting: ((answer: SendResult) => void)[] = [];
  world.state.answer = () => new Promise((resolve) => void waiting.push(resolve));
  return {
    async give(answer: SendResult, count = waiting.length): Promise<void> {
      for (const one of waiting.splice(0, count)) one(answer);
      await settled();
    },
  };
}

describe("how many are under way", () => {
  it("sixteen before anything is known, twice as many after each row of prompt answers, and 64 at most", async () => {
    world.queue(2_000);
    const answers = holdAnswers();
    const sending = run();
    await settled();
    const seen: number[] = [];
    while (world.sending() > 0) {
      seen.push(world.sending());
      await answers.give(taken);
    }
    await sending;
    expect(seen[0]).toBe(16);
    expect(Math.max(...seen)).toBe(64);
    expect(new Set(world.recorded.map(({ id }) => id)).size).toBe(2_000);
    expect(world.posts).toHaveLength(2_000);
  });

  it("no more than sixteen of a receiver that takes its time", async () => {
    world.queue(200);
    const answers = holdAnswers();
    const sending = run(600_000);
    await settled();
    while (world.sending() > 0) {
      clock.advance(1_500);
      await answers.give(taken);
    }
    await sending;
    expect(world.state.most).toBe(16);
    expect(world.recorded).toHaveLength(200);
  });

  it("one slow answer keeps nobody else waiting", async () => {
    world.queue(300);
    const slow = Promise.withResolvers<SendResult>();
    let isFirst = true;
    world.state.answer = async () => {
      if (!isFirst) return await Promise.resolve(taken);
      isFirst = false;
      return await slow.promise;
    };
    const sending = run();
    await settled();
    expect(world.recorded).toHaveLength(299);
    slow.resolve(taken);
    expect(await sending).toMatchObject({ kind: "drained" });
    expect(world.recorded).toHaveLength(300);
  });
});

it("what comes due while one answer is awaited is sent at once, when it is told", async () => {
  world.queue(1);
  const answers = holdAnswers();
  const sending = run();
  await settled();
  expect(world.posts).toHaveLength(1);
  const [first] = world.state.due;
  if (first?.event == null) throw new Error("nothing is due");
  const later = new Date(first.dueAt.getTime() + 5);
  world.state.due.push({ ...first, id: "dlv_later", dueAt: later, event: { ...first.event, id: "evt_later" } });
  lookAgain();
  await settled();
  expect(world.posts.map(({ headers }) => headers["webhook-id"])).toEqual(["evt_0", "evt_later"]);
  await answers.give(taken);
  expect(await sending).toMatchObject({ kind: "drained" });
  expect(world.recorded).toHaveLength(2);
  // It has ended: nobody looks any more.
  lookAgain();
});

describe("what is written down", () => {
  it("waits for nobody: while the database takes its time, sending goes on, up to 768 that are not written down", async () => {
    world.queue(3_000);
    const writing = Promise.withResolvers<void>();
    world.state.writing = () => writing.promise;
    const sending = run();
    await settled();
    expect(world.recorded).toEqual([]);
    expect(world.posts.length).toBeGreaterThanOrEqual(768);
    expect(world.posts.length).toBeLessThan(768 + 64);
    writing.resolve();
    await sending;
    expect(new Set(world.recorded.map(({ id }) => id)).size).toBe(3_000);
    expect(world.posts).toHaveLength(3_000);
  });

  it("begins none once the claim was not extended for ten seconds: it must end before the claim does", async () => {
    world.queue(200);
    const writing = Promise.withResolvers<void>();
    world.state.writing = () => writing.promise;
    const answers = holdAnswers();
    const sending = run(600_000);
    await settled();
    clock.advance(10_000);
    await answers.give(taken);
    expect(world.posts).toHaveLength(16);
    expect(world.sending()).toBe(0);
    world.state.answer = async () => await Promise.resolve(taken);
    writing.resolve();
    // The record extended the claim as of when it began, so they go on.
    await sending;
    expect(world.recorded).toHaveLength(200);
  });

  it("when it fails, what is under way comes back before the failure is told", async () => {
    world.queue(100);
    world.state.writing = async () => await Promise.reject(new Error("the database is away"));
    const answers = holdAnswers();
    const sending = run();
    let isTold = false;
    sending.catch(() => {
      isTold = true;
    });
    await settled();
    await answers.give(taken, 1);
    clock.advance(300);
    await answers.give(taken, 1);
    expect(world.sending()).toBeGreaterThan(0);
    expect(isTold).toBe(false);
    await answers.give(taken);
    await expect(sending).rejects.toThrow("the database is away");
    expect(world.sending()).toBe(0);
  });
});

describe("what its answers say of the endpoint", () => {
  it("410 ends it once everything that was under way is written down", async () => {
    world.queue(100);
    const answers = holdAnswers();
    const sending = run();
    await settled();
    await answers.give({ ...taken, status: 410 }, 1);
    expect(world.calls).toEqual([]);
    await answers.give(taken);
    expect(await sending).toMatchObject({ kind: "disabled", reason: "gone" });
    expect(world.recorded).toHaveLength(16);
    expect(world.calls).toEqual(["conclude disable"]);
  });

  it("a success among those under way takes back what five days of failures said", async () => {
    world.failSince(new Date(clock.now().getTime() - 6 * 86_400_000), 2);
    world.queue(16);
    const answers = holdAnswers();
    const sending = run();
    await settled();
    await answers.give(refused, 1);
    await answers.give(taken);
    expect(await sending).toMatchObject({ health: { failures: 0, failingSince: null } });
    expect(world.calls).toEqual([]);
  });

  it("what comes due earlier than what is in hand is left for the next look", async () => {
    world.queue(3);
    const answers = holdAnswers();
    const sending = run();
    await settled();
    const [first] = world.state.due;
    if (first === undefined) throw new Error("nothing is due");
    world.state.due = [{ ...first, id: "dlv_earlier", dueAt: new Date(0) }, ...world.state.due];
    await answers.give(taken);
    expect(await sending).toMatchObject({ kind: "drained" });
    expect(world.state.due.map(({ id }) => id)).toEqual(["dlv_earlier"]);
  });
});
