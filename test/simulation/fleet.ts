import type { Calls } from "./calls.ts";
import type { Chance } from "./chance.ts";
import type { Life } from "./life.ts";
import { beginLife, crash, startUp } from "./simulated-process.ts";
import type { SimulatedWorld } from "./world.ts";

/** The processes of a run, each with its present life. */
export interface Fleet {
  readonly crashes: number;
  /** One that can be asked; null: none is up. */
  pick(): Life | null;
  /** Ends a life; the process comes back after a while. */
  kill(life: Life, downMs: number): void;
  /** Whoever is down comes back now. */
  reviveAll(): void;
}

export function createFleet(
  world: SimulatedWorld,
  calls: Calls,
  chance: Chance,
  places: readonly { readonly process: string; readonly machine: string }[],
): Fleet {
  const lives = new Map<string, Life>();
  let crashes = 0;

  const begin = (place: (typeof places)[number]): void => {
    const life = beginLife(world, place);
    lives.set(place.process, life);
    calls.call(life, "start", () => startUp(world, life));
  };
  for (const place of places) begin(place);

  const revive = ({ process, machine, diedMs }: Life): void => {
    if (diedMs !== null && lives.get(process)?.diedMs === diedMs) begin({ process, machine });
  };

  return {
    get crashes() {
      return crashes;
    },
    pick() {
      const up = [...lives.values()].filter((one) => one.diedMs === null && one.frozenUntilMs <= world.timeline.nowMs);
      return up.length === 0 ? null : chance.pick(up);
    },
    kill(life, downMs) {
      if (life.diedMs !== null) return;
      crashes += 1;
      crash(world, life);
      world.timeline.after(downMs, () => revive(life));
    },
    reviveAll() {
      for (const life of lives.values()) revive(life);
    },
  };
}
