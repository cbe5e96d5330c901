import type { Steadiness } from "#core/ports/steadiness";
import type { Life } from "./life.ts";
import type { SimulatedWorld } from "./world.ts";

const beatMs = 3_000;
const steadyMs = 10_000;

/**
 * Steadiness as adapters/postgres/heartbeat.ts finds it: a beat every 3 s, steady 10 s after the first of an unbroken row. The
 * beats are counted when somebody asks, so that they cost no events.
 */
export function createHeart(world: SimulatedWorld, life: Life): Steadiness {
  let nextMs = life.bornMs;
  let lastMs = life.bornMs;
  let steadySinceMs: number | null = null;
  return {
    isSteady() {
      const { nowMs } = world.timeline;
      while (nextMs <= nowMs) {
        const atMs = nextMs;
        const freeze = life.freezes.find((one) => one.fromMs <= atMs && atMs < one.untilMs);
        if (freeze !== undefined) {
          // The timer rings when the process goes on.
          nextMs = freeze.untilMs;
          continue;
        }
        if (atMs - lastMs > 3 * beatMs) steadySinceMs = null;
        if (world.database.of(life.process, atMs) === null) steadySinceMs ??= atMs;
        else steadySinceMs = null;
        lastMs = atMs;
        nextMs = atMs + beatMs;
      }
      return steadySinceMs !== null && nowMs - steadySinceMs >= steadyMs;
    },
  };
}
