import type { Chance } from "./chance.ts";
import type { Fleet } from "./fleet.ts";
import type { Crossing, Side } from "./life.ts";
import { clearRefusals, type Fate } from "./provider-fates.ts";
import { freeze } from "./simulated-process.ts";
import type { SimulatedWorld } from "./world.ts";

/** What may go wrong in a run. */
export interface Weather {
  readonly crashes: boolean;
  readonly pauses: boolean;
  /** `shared`: the database is away for everybody; `any`: also for one process alone. */
  readonly outages: "none" | "shared" | "any";
  readonly isDatabaseSlow: boolean;
  /** The key service and the disks fail at times. */
  readonly parts: boolean;
  /** Answers and requests get lost. */
  readonly network: boolean;
  /** Providers answer that they are unwell. */
  readonly refusals: boolean;
  /** Customers take their grants back at the provider. */
  readonly revocations: boolean;
  /** How many faults strike a process or the database. */
  readonly faults: number;
}

export interface FaultPlan {
  readonly pauses: number;
  readonly outages: number;
  /** @param onStrike told how long a fault that struck will last */
  begin(durationMs: number, onStrike: (milliseconds: number) => void): void;
  /** From now on all is well. */
  end(): void;
}

type Fault =
  | { readonly kind: "crash"; readonly downMs: number }
  | { readonly kind: "pause"; readonly milliseconds: number }
  | { readonly kind: "keys"; readonly milliseconds: number }
  | { readonly kind: "outage"; readonly isOwn: boolean; readonly milliseconds: number; readonly hangs: boolean };

/** A fault that waits for a process to come to a certain place. */
interface Trap {
  readonly fault: Fault;
  readonly method: string | null;
  readonly side: Side | null;
  /** So many come through before it strikes. */
  skips: number;
}

/** Where a refresh can be hurt most, and how often we look there. */
const places: readonly (readonly [weight: number, place: readonly [method: string | null, side: Side | null]])[] = [
  [4, ["server.refresh", "before"]],
  [6, ["server.refresh", "during"]],
  [8, ["server.refresh", "after"]],
  [3, ["accounts.claim", "before"]],
  [4, ["accounts.claim", "after"]],
  [1, ["accounts.forgetClaim", "before"]],
  [8, ["accounts.apply", "before"]],
  [6, ["accounts.apply", "after"]],
  [2, ["accounts.abandon", "before"]],
  [2, ["accounts.abandon", "after"]],
  [3, ["spool.put", "before"]],
  [3, ["spool.put", "after"]],
  [2, ["spool.remove", "before"]],
  [2, ["spool.remove", "after"]],
  [1, ["spool.list", "after"]],
  [2, ["vault.open", "before"]],
  [2, ["vault.open", "after"]],
  [1, ["circuits.admit", "after"]],
  [1, ["circuits.report", "before"]],
  [1, ["circuits.leave", "before"]],
  [1, ["accounts.find", "after"]],
  [1, ["clock.sleep", "after"]],
  [1, ["server.exchangeCode", "after"]],
  [2, [null, null]],
];

export function createFaultPlan(world: SimulatedWorld, fleet: Fleet, chance: Chance, weather: Weather): FaultPlan {
  const { timeline } = world;
  const traps: Trap[] = [];
  let pauses = 0;
  let outages = 0;
  let isOver = false;
  let onStrike: (milliseconds: number) => void = () => {};

  const kinds: readonly (readonly [number, Fault["kind"]])[] = [
    [weather.crashes ? 4 : 0, "crash"],
    [weather.pauses ? 3 : 0, "pause"],
    [weather.outages === "none" ? 0 : 3, "outage"],
    [weather.parts ? 2 : 0, "keys"],
  ];
  const canStrike = kinds.some(([weight]) => weight > 0);

  const drawFault = (): Fault => {
    switch (chance.weighted(kinds)) {
      case "crash":
        return {
          kind: "crash",
          downMs:
            chance.weighted([
              [2, 500],
              [2, 8_000],
              [1, 50_000],
            ]) * chance.between(0.2, 2),
        };
      case "pause":
        return {
          kind: "pause",
          milliseconds:
            chance.weighted([
              [2, 2_000],
              [2, 12_000],
              [4, 45_000],
              [1, 120_000],
            ]) * chance.between(0.5, 1.5),
        };
      case "keys":
        return { kind: "keys", milliseconds: chance.between(500, 30_000) };
      case "outage":
        return {
          kind: "outage",
          isOwn: weather.outages === "any" && chance.happens(0.4),
          milliseconds:
            chance.weighted([
              [2, 1_500],
              [3, 12_000],
              [3, 45_000],
              [1, 120_000],
            ]) * chance.between(0.5, 1.5),
          hangs: chance.happens(0.3),
        };
    }
  };

  const lay = (): void => {
    const [method, side] = chance.weighted(places);
    traps.push({
      fault: drawFault(),
      method,
      side,
      skips: chance.weighted([
        [6, 0],
        [2, 1],
        [1, 4],
      ]),
    });
  };

  const strike = ({ life }: Crossing, fault: Fault): void => {
    switch (fault.kind) {
      case "crash":
        fleet.kill(life, fault.downMs);
        break;
      case "pause":
        pauses += 1;
        freeze(world, life, fault.milliseconds);
        break;
      case "keys":
        world.note(() => `THE KEYS ARE AWAY for ${Math.round(fault.milliseconds / 1000)} s`);
        world.keys.begin({ process: null, milliseconds: fault.milliseconds, hangs: false });
        break;
      case "outage": {
        outages += 1;
        const { hangs, milliseconds } = fault;
        const process = fault.isOwn ? life.process : null;
        world.note(
          () =>
            `THE DATABASE IS AWAY for ${process ?? "all"}, ${Math.round(milliseconds / 1000)} s${hangs ? ", hanging" : ""}`,
        );
        world.database.begin({ process, milliseconds, hangs });
        break;
      }
    }
    onStrike("milliseconds" in fault ? fault.milliseconds : fault.downMs);
    // Misfortunes never come singly: what recovers from one is where the next one hurts.
    if (chance.happens(0.35)) lay();
  };

  const drawFate = (): Fate => {
    const thereMs = chance.between(10, 400);
    const backMs = chance.between(10, 400);
    const isAway = weather.network || weather.refusals;
    if (!isAway || chance.happens(0.7)) {
      return chance.happens(0.1)
        ? { kind: "answers", thereMs: thereMs * 20, backMs: backMs * 10 }
        : { kind: "answers", thereMs, backMs };
    }
    return chance.weighted<Fate>([
      [weather.network ? 2 : 0, { kind: "loses_answer", thereMs, backMs: null }],
      [weather.network ? 2 : 0, { kind: "loses_answer", thereMs, backMs }],
      [weather.network ? 1 : 0, { kind: "works_late", thereMs: thereMs * 50 }],
      [weather.network ? 2 : 0, { kind: "loses_request" }],
      [weather.network ? 1 : 0, { kind: "answers_unreadably", thereMs, backMs }],
      [weather.refusals ? 4 : 0, { kind: "refuses", backMs, failure: chance.pick(clearRefusals) }],
    ]);
  };

  const drawLatencyMs = (): number => {
    if (!weather.isDatabaseSlow) return chance.happens(0.5) ? 0 : chance.between(1, 12);
    const latencyMs = chance.weighted([
      [10, 0],
      [10, chance.between(1, 30)],
      [2, chance.between(100, 2_500)],
      [0.3, chance.between(2_500, 9_000)],
    ]);
    if (latencyMs > 1_000) world.troubles.push({ fromMs: timeline.nowMs, untilMs: timeline.nowMs + latencyMs });
    return latencyMs;
  };

  return {
    get pauses() {
      return pauses;
    },
    get outages() {
      return outages;
    },
    begin(durationMs, tell) {
      onStrike = tell;
      world.fate = drawFate;
      world.latencyMs = drawLatencyMs;
      if (weather.isDatabaseSlow) world.slackMs = 30_000;
      world.cross = (crossing) => {
        for (const trap of traps) {
          if (trap.method !== null && trap.method !== crossing.method) continue;
          if (trap.side !== null && trap.side !== crossing.side) continue;
          if (trap.skips > 0) {
            trap.skips -= 1;
            continue;
          }
          traps.splice(traps.indexOf(trap), 1);
          strike(crossing, trap.fault);
          return;
        }
      };
      for (let left = canStrike ? weather.faults : 0; left > 0; left -= 1) {
        timeline.after(chance.between(0, durationMs), () => {
          if (!isOver) lay();
        });
      }
      if (weather.parts) {
        timeline.after(chance.between(0, durationMs), () => {
          if (isOver) return;
          world.note(() => "THE DISKS ARE FULL");
          world.disks.begin({ process: null, milliseconds: chance.between(1_000, 60_000), hangs: false });
        });
      }
      if (weather.revocations) {
        for (const { provider } of world.integrations.values()) {
          if (!chance.happens(0.4)) continue;
          timeline.after(chance.between(0, durationMs), () => {
            world.note(() => `provider  the customer of ${provider.name} takes every grant back`);
            provider.endAll("user");
          });
        }
      }
    },
    end() {
      isOver = true;
      world.note(() => "ALL IS WELL from now on");
      world.cross = null;
      world.fate = () => ({ kind: "answers", thereMs: 30, backMs: 30 });
      world.latencyMs = () => 0;
      for (const outages of [world.database, world.keys, world.disks]) outages.end();
      fleet.reviveAll();
    },
  };
}
