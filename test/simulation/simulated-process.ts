import { replaySpool } from "#core/usecases/commit-answer";
import type { CompletePorts } from "#core/usecases/complete-authorization";
import { standing } from "./effects.ts";
import { nameOf, type Life } from "./life.ts";
import type { Place } from "./run-plan.ts";
import { createSimulatedPorts } from "./simulated-ports.ts";
import type { SimulatedWorld } from "./world.ts";

/** Begins a life: every port an effect that faults can strike, over what all processes share. */
export function beginLife(world: SimulatedWorld, where: Place): Life {
  const number = world.lives.filter((one) => one.process === where.process).length + 1;
  const life: Life = {
    ...where,
    number,
    bornMs: world.timeline.nowMs,
    diedMs: null,
    downtime: null,
    frozenUntilMs: 0,
    freezes: [],
    claims: new Map(),
    // Set below: the ports tell of this very life.
    ports: undefined as unknown as CompletePorts,
  };
  Object.assign(life, { ports: createSimulatedPorts(world, life) });
  endDowntime(world, life);
  world.lives.push(life);
  world.note(() => `${nameOf(life)}  begins`);
  return life;
}

/** A process that came back is of full use when it is steady. */
function endDowntime(world: SimulatedWorld, life: Life): void {
  const before = world.lives.findLast((one) => one.process === life.process);
  if (before?.downtime == null) return;
  before.downtime.untilMs = Math.max(life.bornMs + steadyMs, before.downtime.fromMs + heldUpMs);
}

/** After this much time a process that was started may replay what others left, milliseconds; and a little. */
const steadyMs = 15_000;
/** So long an account is held up when its holder goes, milliseconds: the lease, and the takeover. */
export const heldUpMs = 40_000;

/** What worker and api do first: an answer that a crash left on disk is newer than what the rows say. */
export async function startUp(world: SimulatedWorld, life: Life): Promise<void> {
  await replaySpool(life.ports).catch((error: unknown) =>
    life.ports.log.error({ error }, "the spool could not be replayed"),
  );
  await standing(world, life);
}

/** SIGKILL: nothing of this life goes on. */
export function crash(world: SimulatedWorld, life: Life): void {
  if (life.diedMs !== null) return;
  world.note(() => `${nameOf(life)}  CRASHES`);
  life.diedMs = world.timeline.nowMs;
  life.downtime = { fromMs: life.diedMs, untilMs: Number.POSITIVE_INFINITY };
  world.troubles.push(life.downtime);
}

/** SIGSTOP, and SIGCONT after a while. */
export function freeze(world: SimulatedWorld, life: Life, milliseconds: number): void {
  const fromMs = world.timeline.nowMs;
  if (life.diedMs !== null || life.frozenUntilMs > fromMs) return;
  world.note(() => `${nameOf(life)}  IS PAUSED for ${Math.round(milliseconds / 1000)} s`);
  life.frozenUntilMs = fromMs + milliseconds;
  life.freezes.push({ fromMs, untilMs: life.frozenUntilMs });
  world.troubles.push({ fromMs, untilMs: life.frozenUntilMs });
}
