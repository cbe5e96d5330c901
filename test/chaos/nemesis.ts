import { setTimeout as sleep } from "node:timers/promises";
import { chooseFault, describeFault, type Fault, type FaultPlan } from "./faults.ts";
import { leasesOf } from "./leases-of.ts";
import type { SeededRandom } from "./seeded-random.ts";
import type { Member, World } from "./start-world.ts";
import type { Watch } from "./watch-accounts.ts";

/** A fault that happened. Instants in milliseconds since the epoch. */
export type FaultDone = {
  number: number;
  fault: Fault;
  text: string;
  startedAt: number;
  /** When what was harmed could work again: the process runs, the database answers, packets pass. */
  endedAt: number;
  /** Accounts that the harmed process was refreshing when it happened. */
  inHand: string[];
};

/** Now and then two at once. */
const companionChance = 0.2;

export type Pace = {
  /** No fault begins after this instant. */
  deadline: number;
  /** Between two faults. Harm shows late: tokens live on for a while after the process that would have refreshed them is gone. */
  gapSeconds: readonly [least: number, most: number];
  /** After the gap, how long the next fault waits for the system to recover from the last one. */
  longestRecoverySeconds: number;
};

/** Harms one thing after another until the deadline, and lets the system recover in between, for a while. */
export async function runNemesis(
  world: World,
  watch: Watch,
  random: SeededRandom,
  plan: FaultPlan,
  pace: Pace,
  done: FaultDone[],
): Promise<void> {
  const one = async (fault: Fault): Promise<void> => {
    const text = describeFault(fault, (index) => world.members[index]?.process.name ?? "?");
    const entry: FaultDone = { number: done.length + 1, fault, text, startedAt: Date.now(), endedAt: 0, inHand: [] };
    done.push(entry);
    await harm(world, fault, entry);
    entry.endedAt = Date.now();
  };
  const { deadline, gapSeconds, longestRecoverySeconds } = pace;
  if (plan.kinds.length === 0) await sleep(deadline - Date.now());
  while (Date.now() < deadline) {
    const first = chooseFault(random, plan);
    const second = random.fraction() < companionChance ? chooseFault(random, plan) : null;
    const pauseMs = random.between(...gapSeconds) * 1000;
    await Promise.all([one(first), ...(second === null || touches(second, first) ? [] : [one(second)])]);
    await sleep(Math.min(pauseMs, Math.max(0, deadline - Date.now())));
    await recovery(watch, Math.min(deadline, Date.now() + longestRecoverySeconds * 1000));
  }
}

function touches(one: Fault, other: Fault): boolean {
  const parts = (fault: Fault): unknown => ("target" in fault ? fault.target : fault.kind);
  return one.kind === other.kind || parts(one) === parts(other);
}

/** Until no token is expired, so that one fault's harm is not counted as the next one's. */
async function recovery(watch: Watch, deadline: number): Promise<void> {
  while (Date.now() < deadline && (watch.latest()?.expired ?? 1) > 0) await sleep(250);
}

async function harm(world: World, fault: Fault, entry: FaultDone): Promise<void> {
  const member = (index: number): Member => world.members[index] as Member;
  const chosen = (target: number | "all"): Member[] => (target === "all" ? world.members : [member(target)]);
  switch (fault.kind) {
    case "kill_worker":
    case "kill_api": {
      const { process } = member(fault.target);
      await process.waitUntilServing();
      const pid = process.pid();
      await process.kill(fault.backAfterSeconds);
      entry.inHand = await leasesOf(world.pool, pid);
      await process.waitUntilServing();
      return;
    }
    case "pause_worker":
    case "pause_api": {
      const { process } = member(fault.target);
      await process.waitUntilServing();
      process.pause(fault.seconds);
      const leases = leasesOf(world.pool, process.pid());
      await sleep(fault.seconds * 1000);
      process.resume();
      entry.inHand = await leases;
      return;
    }
    case "database_restart":
      return await world.database.restart(fault.mode, fault.awaySeconds);
    case "cut_connections":
      for (let time = 1; time <= fault.times; time += 1) {
        for (const { proxy } of chosen(fault.target)) proxy.cut();
        if (time < fault.times) await sleep(300);
      }
      return;
    case "swallow":
      for (const { proxy } of chosen(fault.target)) proxy.swallow(fault.direction);
      await sleep(fault.seconds * 1000);
      for (const { proxy } of chosen(fault.target)) proxy.heal(fault.ending);
      return;
    case "lose_answers":
      return world.lab.loseAnswers(fault.count);
  }
}
