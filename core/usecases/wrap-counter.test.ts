import { describe, expect, it } from "vitest";
import { createRecordingLog } from "#test/fakes/recording-log";
import type { CountedWraps } from "../ports/sealing-store.ts";
import { createWrapCounter } from "./wrap-counter.ts";

function counterOf(alarmed: readonly string[] = []) {
  const groups: (readonly CountedWraps[])[] = [];
  let isAway = false;
  const log = createRecordingLog();
  const counter = createWrapCounter({
    log,
    store: {
      async addWraps(counted) {
        await Promise.resolve();
        if (isAway) throw new Error("away");
        groups.push(counted);
        return alarmed;
      },
    },
  });
  return { counter, groups, log, setAway: (away: boolean) => void (isAway = away) };
}

const total = (groups: readonly (readonly CountedWraps[])[]): number =>
  groups.flat().reduce((sum, { wraps }) => sum + wraps, 0);

describe("wraps", () => {
  it("are added by environment and key, in one group", async () => {
    const { counter, groups } = counterOf();
    for (const kid of ["k1", "k1", "tk_a"]) counter.count("env_a", kid);
    counter.count("env_b", "k1");
    await counter.flush();
    expect(groups).toEqual([
      [
        { environmentId: "env_a", kid: "k1", wraps: 2 },
        { environmentId: "env_a", kid: "tk_a", wraps: 1 },
        { environmentId: "env_b", kid: "k1", wraps: 1 },
      ],
    ]);
    await counter.flush();
    expect(groups).toHaveLength(1);
  });

  it("stay in hand while the database is away, and none is counted twice or lost", async () => {
    const { counter, groups, setAway } = counterOf();
    setAway(true);
    counter.count("env_a", "k1");
    const flushing = counter.flush();
    counter.count("env_a", "k1");
    await expect(flushing).rejects.toThrow("away");
    setAway(false);
    await counter.flush();
    expect(groups).toEqual([[{ environmentId: "env_a", kid: "k1", wraps: 2 }]]);
  });

  it("are added by themselves when many came, and not with every one of them while that fails", async () => {
    const { counter, groups, log, setAway } = counterOf();
    setAway(true);
    for (let n = 0; n < 15_000; n += 1) {
      counter.count("env_a", "k1");
      if (n % 100 === 0) await Promise.resolve();
    }
    await new Promise(setImmediate);
    expect(log.lines.length).toBeLessThanOrEqual(2);
    setAway(false);
    for (let n = 0; n < 20_000; n += 1) counter.count("env_a", "k1");
    await new Promise(setImmediate);
    await counter.flush();
    expect(total(groups)).toBe(35_000);
  });

  it("alarm whoever reads the log", async () => {
    const { counter, log } = counterOf(["k1"]);
    counter.count("env_a", "k1");
    await counter.flush();
    expect(log.lines).toMatchObject([{ level: "error", fields: { key: "k1" } }]);
  });
});
