import { describe, expect, it } from "vitest";
import { createSingleFlight } from "./single-flight.ts";

describe("a single flight (R10)", () => {
  it("knows how many wait", async () => {
    const flights = createSingleFlight<number>();
    const { promise, resolve } = Promise.withResolvers<number>();
    const runs = ["a", "a", "b"].map((key) => flights.run(key, () => promise));
    expect(flights.callers()).toBe(3);
    resolve(1);
    await Promise.all(runs);
    expect(flights.callers()).toBe(0);
  });

  it("runs the work once and gives its result to all who asked meanwhile", async () => {
    const flights = createSingleFlight<number>();
    const gate = Promise.withResolvers<number>();
    let runs = 0;
    const ask = () =>
      flights.run("a", () => {
        runs += 1;
        return gate.promise;
      });
    const all = Array.from({ length: 50 }, ask);
    gate.resolve(7);
    expect(await Promise.all(all)).toEqual(Array.from({ length: 50 }, () => 7));
    expect(runs).toBe(1);
  });

  it("tells the work how many joined it so far", async () => {
    const flights = createSingleFlight<number>();
    const gate = Promise.withResolvers<void>();
    const first = flights.run("a", async (joined) => {
      await gate.promise;
      return joined();
    });
    const others = [1, 2, 3].map(() => flights.run("a", async () => -1));
    gate.resolve();
    expect(await Promise.all([first, ...others])).toEqual([3, 3, 3, 3]);
  });

  it("keeps keys apart", async () => {
    const flights = createSingleFlight<string>();
    expect(await Promise.all(["a", "b"].map((key) => flights.run(key, async () => key)))).toEqual(["a", "b"]);
  });

  it("starts anew for who asks after the result, also at the very moment of the result", async () => {
    const flights = createSingleFlight<number>();
    let runs = 0;
    const work = async () => (runs += 1);
    const next = flights.run("a", work).then(() => flights.run("a", work));
    expect(await next).toBe(2);
    expect(await flights.run("a", work)).toBe(3);
  });

  it("lets a failure reach everybody who joined, and forgets it", async () => {
    const flights = createSingleFlight<number>();
    const failing = () =>
      flights.run("a", () => {
        throw new Error("broken");
      });
    const results = await Promise.allSettled([failing(), failing(), failing()]);
    expect(results.map((one) => one.status)).toEqual(["rejected", "rejected", "rejected"]);
    expect(await flights.run("a", async () => 1)).toBe(1);
  });

  it("lets callers follow the first instead, who count as joined and hear when it is over, however it ended", async () => {
    const flights = createSingleFlight<number>();
    const answered = Promise.withResolvers<void>();
    const gate = Promise.withResolvers<void>();
    expect(flights.follow("a", () => answered.promise)).toBeNull();
    const followers = [1, 2].map(() => flights.follow("a", () => Promise.reject(new Error("is not the first"))));
    expect(flights.follow("b", () => answered.promise)).toBeNull();
    expect(flights.callers()).toBe(2);
    const first = flights.run("a", async (joined) => {
      await gate.promise;
      return joined();
    });
    expect(flights.callers()).toBe(3);
    gate.resolve();
    expect(await first).toBe(2);
    answered.resolve();
    for (const follower of followers) await follower?.over;
    expect(flights.callers()).toBe(0);
    expect(flights.follow("a", () => answered.promise)).toBeNull();
  });

  it("gives its followers the result that they waited for, and nobody once they have left", async () => {
    const flights = createSingleFlight<number>();
    const answered = Promise.withResolvers<void>();
    let runs = 0;
    const work = async (): Promise<number> => {
      runs += 1;
      throw new Error(`failure ${runs}`);
    };
    flights.follow("a", () => answered.promise);
    const followers = [1, 2].map(() => flights.follow("a", () => answered.promise));
    await expect(flights.run("a", work)).rejects.toThrow("failure 1");
    answered.resolve();
    await followers[0]?.over;
    for (const follower of followers) {
      await expect(flights.run("a", work)).rejects.toThrow("failure 1");
      follower?.leave();
    }
    await expect(flights.run("a", work)).rejects.toThrow("failure 2");
  });

  it("keeps no result for followers that left before it was there", async () => {
    const flights = createSingleFlight<number>();
    const answered = Promise.withResolvers<void>();
    flights.follow("a", () => answered.promise);
    flights.follow("a", () => answered.promise)?.leave();
    let runs = 0;
    const work = async (): Promise<number> => (runs += 1);
    expect(await flights.run("a", work)).toBe(1);
    expect(await flights.run("a", work)).toBe(2);
  });
});
