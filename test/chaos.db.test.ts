import { afterAll, beforeAll, expect, test } from "vitest";
import { createAccounts, type ChaosAccount } from "./chaos/create-accounts.ts";
import { defaultChaosOptions, runPhase, type PhaseOptions } from "./chaos/run-chaos.ts";
import type { FaultDone } from "./chaos/nemesis.ts";
import { startWorld, type World } from "./chaos/start-world.ts";

// The short form of `npm run chaos`: the same processes, faults and verdict, on fewer accounts for less time. It asserts what
// must hold whatever happens, and no times: the machine may be slow.

const phase: PhaseOptions = {
  ...defaultChaosOptions,
  seconds: 10,
  readsPerSecond: 15,
  longestFaultSeconds: 4,
  gapSeconds: [1, 2],
  longestRecoverySeconds: 2,
  // The forced refresh of every account comes at once: it waits for leases by itself.
  quietSeconds: 1,
};

let world: World;
let accounts: ChaosAccount[];

beforeAll(async () => {
  world = await startWorld({ ...defaultChaosOptions, apis: 2, workers: 2, accessTokenSeconds: 10 });
  accounts = await createAccounts(world, 60);
}, 120_000);

afterAll(async () => await world?.stop());

/** Different each time; a failure prints it. */
const seed = Math.floor(Math.random() * 2 ** 31);

test(`a database that restarts, drops connections and goes silent costs nothing (seed ${seed})`, async () => {
  const { verdict, reads, faults } = await runPhase(world, accounts, { ...phase, faults: "database", seed });
  const story = faults.map(({ text }) => text).join("; ");
  expect(verdict.lost, story).toEqual([]);
  expect(verdict.falseNeedsReauth, story).toEqual([]);
  expect(verdict.reuseDetections, story).toBe(0);
  expect(verdict.spentTwice, story).toEqual([]);
  expect(verdict.inFlightMax, story).toBe(1);
  expect(reads.servedExpired, story).toBe(0);
  expect(verdict.rejected, story).toEqual([]);
  expect(hasStruck(faults), story).toBe(true);
  expect(verdict.refreshesUnderAttack, story).toBeGreaterThan(0);
}, 240_000);

test(`a killed worker costs at most what it had in hand, and every account tells the truth (seed ${seed})`, async () => {
  const { verdict, reads, faults } = await runPhase(world, accounts, {
    ...phase,
    faults: ["kill_worker", "kill_worker", "cut_connections"],
    seed,
  });
  const story = faults.map(({ text }) => text).join("; ");
  expect(verdict.inFlightMax, story).toBe(1);
  expect(verdict.falseNeedsReauth, story).toEqual([]);
  expect(
    verdict.lost.filter(({ fault }) => fault === null),
    story,
  ).toEqual([]);
  expect(reads.servedExpired, story).toBe(0);
  expect(verdict.rejected, story).toEqual([]);
  expect(hasStruck(faults), story).toBe(true);
  expect(verdict.refreshesUnderAttack, story).toBeGreaterThan(0);
}, 240_000);

/** An attack that harmed nobody, or under which nobody worked, would prove nothing. */
function hasStruck(faults: readonly FaultDone[]): boolean {
  return faults.some(({ endedAt }) => endedAt > 0);
}

test("the measure has teeth: answers that the provider loses after spending the token show as lost grants", async () => {
  const { verdict } = await runPhase(world, accounts, { ...phase, seconds: 4, faults: ["lose_answers"], seed });
  expect(verdict.spentTwice.length).toBeGreaterThan(0);
  expect(verdict.lost.length).toBeGreaterThan(0);
  expect(verdict.falseNeedsReauth).toEqual([]);
}, 240_000);
