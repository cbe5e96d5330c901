import type { Chance } from "./chance.ts";
import type { Weather } from "./fault-plan.ts";
import type { ProviderRotation } from "./simulated-provider.ts";
import type { ProviderOptions } from "./world.ts";

/** What a seed decides before anything happens. */
export interface RunPlan {
  readonly providers: readonly ProviderOptions[];
  readonly places: readonly Place[];
  readonly weather: Weather;
  /** Trouble ends then. */
  readonly durationMs: number;
  readonly readEveryMs: number;
}

export interface Place {
  readonly process: string;
  readonly machine: string;
}

const minuteMs = 60_000;

export function drawPlan(chance: Chance): RunPlan {
  // Most runs have short lives and short retries, so that much happens in little time; some have those of real providers.
  const isSlow = chance.happens(0.12);
  const processes = chance.whole(2, 3);
  const isOneMachine = chance.happens(0.4);
  const weather = drawWeather(chance, isOneMachine);
  return {
    providers: Array.from(
      {
        length: chance.weighted([
          [5, 1],
          [3, 2],
          [1, 3],
        ]),
      },
      () => drawProvider(chance, isSlow),
    ),
    places: Array.from({ length: processes }, (_, index) => ({
      process: "abc"[index] as string,
      machine: isOneMachine ? "one" : `machine-${"abc"[index]}`,
    })),
    weather,
    durationMs: isSlow
      ? chance.between(60, 150) * minuteMs
      : chance.between(3, chance.happens(0.05) ? 40 : 9) * minuteMs,
    readEveryMs: isSlow ? 5 * minuteMs : chance.between(15, 60) * 1000,
  };
}

function drawWeather(chance: Chance, isOneMachine: boolean): Weather {
  const fair: Weather = {
    crashes: false,
    pauses: false,
    outages: "none",
    isDatabaseSlow: false,
    parts: false,
    network: false,
    refusals: false,
    revocations: chance.happens(0.2),
    faults: chance.whole(1, 5),
  };
  return chance.weighted<() => Weather>([
    [1, () => fair],
    // Nothing but the database: then nothing may be lost.
    [
      4,
      () => ({
        ...fair,
        outages: isOneMachine ? "any" : "shared",
        isDatabaseSlow: chance.happens(0.5),
        refusals: chance.happens(0.3),
      }),
    ],
    [4, () => ({ ...fair, crashes: true, refusals: chance.happens(0.3) })],
    [3, () => ({ ...fair, pauses: true })],
    [3, () => ({ ...fair, network: true, refusals: chance.happens(0.5) })],
    [
      8,
      () => ({
        crashes: chance.happens(0.7),
        pauses: chance.happens(0.6),
        outages: chance.pick(["none", "shared", "any", "any"] as const),
        isDatabaseSlow: chance.happens(0.3),
        parts: chance.happens(0.25),
        network: chance.happens(0.5),
        refusals: chance.happens(0.4),
        revocations: chance.happens(0.3),
        faults: chance.whole(2, 8),
      }),
    ],
  ])();
}

function drawProvider(chance: Chance, isSlow: boolean): ProviderOptions {
  return {
    rotation: chance.weighted<() => ProviderRotation>([
      [2, () => ({ rule: "none" })],
      [
        4,
        () => ({
          rule: "grace",
          graceSeconds: chance.pick([10, 40, 120, 300, 1800, 7200]),
          successor: chance.pick(["same", "another"] as const),
        }),
      ],
      [4, () => ({ rule: "single_use" })],
      [5, () => ({ rule: "family_revocation" })],
    ])(),
    lifeSeconds: isSlow ? 3600 : chance.pick([60, 90, 180, 300, 600]),
    timeoutSeconds: chance.pick([5, 10, 20, 25]),
    retry: isSlow
      ? { initialSeconds: 10_800, capSeconds: 86_400 }
      : { initialSeconds: chance.pick([30, 60, 180]), capSeconds: chance.pick([300, 600]) },
    concurrency: chance.happens(0.2) ? 1 : null,
    endsOldGrant: chance.happens(0.5),
  };
}
