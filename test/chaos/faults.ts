import type { RestartMode } from "./chaos-database.ts";
import type { SwallowedDirection } from "./database-proxy.ts";
import type { SeededRandom } from "./seeded-random.ts";

export const databaseFaults = ["database_restart", "cut_connections", "swallow"] as const;
export const processFaults = ["kill_worker", "kill_api", "pause_worker", "pause_api"] as const;
/** The provider's own: an answer that is lost after its refresh token was spent costs the grant, whoever asks. Left out by default. */
export const providerFaults = ["lose_answers"] as const;

export const faultKinds = [...databaseFaults, ...processFaults, ...providerFaults] as const;
export type FaultKind = (typeof faultKinds)[number];

/** What the nemesis does, before it is known when. `target`: the index of a process, or all of them. */
export type Fault =
  | { kind: "kill_worker" | "kill_api"; target: number; backAfterSeconds: number }
  | { kind: "pause_worker" | "pause_api"; target: number; seconds: number }
  | { kind: "database_restart"; mode: RestartMode; awaySeconds: number }
  | { kind: "cut_connections"; target: number | "all"; times: number }
  | {
      kind: "swallow";
      target: number | "all";
      direction: SwallowedDirection;
      ending: "late" | "reset";
      seconds: number;
    }
  | { kind: "lose_answers"; count: number };

export type FaultPlan = {
  kinds: readonly FaultKind[];
  /** Indexes into the world's members. */
  apis: readonly number[];
  workers: readonly number[];
  /** No fault lasts longer. */
  longestSeconds: number;
};

/** The leases last 30 s: a database that is away for longer lets them all run out. */
const beyondLease = [32, 40] as const;

export function chooseFault(random: SeededRandom, plan: FaultPlan): Fault {
  const seconds = (least: number, most: number): number => Math.min(plan.longestSeconds, random.between(least, most));
  const anybody = (): number | "all" =>
    random.fraction() < 0.5 ? "all" : random.pick([...plan.apis, ...plan.workers]);
  const kind = random.pick(plan.kinds);
  switch (kind) {
    case "kill_worker":
      return { kind, target: random.pick(plan.workers), backAfterSeconds: seconds(1, 5) };
    case "kill_api":
      return { kind, target: random.pick(plan.apis), backAfterSeconds: seconds(1, 5) };
    case "pause_worker":
      return { kind, target: random.pick(plan.workers), seconds: seconds(5, 45) };
    case "pause_api":
      return { kind, target: random.pick(plan.apis), seconds: seconds(5, 45) };
    case "database_restart": {
      const isLong = random.fraction() < 0.2;
      const awaySeconds = isLong ? seconds(...beyondLease) : seconds(0, 10);
      return { kind, mode: random.pick(["crash", "fast"]), awaySeconds };
    }
    case "cut_connections":
      return { kind, target: anybody(), times: random.between(1, 4) };
    case "swallow":
      return {
        kind,
        target: anybody(),
        direction: random.pick(["both", "answers"]),
        ending: random.pick(["late", "reset"]),
        seconds: seconds(3, 15),
      };
    case "lose_answers":
      return { kind, count: random.between(1, 10) };
  }
}

export function describeFault(fault: Fault, nameOf: (index: number) => string): string {
  const at = (target: number | "all"): string => (target === "all" ? "all processes" : nameOf(target));
  switch (fault.kind) {
    case "kill_worker":
    case "kill_api":
      return `kill -9 ${nameOf(fault.target)}, back after ${fault.backAfterSeconds} s`;
    case "pause_worker":
    case "pause_api":
      return `pause ${nameOf(fault.target)} for ${fault.seconds} s`;
    case "database_restart":
      return `${fault.mode} restart of the database, away for ${fault.awaySeconds} s`;
    case "cut_connections":
      return `cut the connections of ${at(fault.target)}${fault.times === 1 ? "" : `, ${fault.times} times`}`;
    case "swallow":
      return (
        `swallow ${fault.direction === "both" ? "all packets" : "the database's answers"} of ${at(fault.target)} ` +
        `for ${fault.seconds} s, then ${fault.ending === "late" ? "deliver them late" : "reset"}`
      );
    case "lose_answers":
      return `the provider loses ${fault.count} answers`;
  }
}
