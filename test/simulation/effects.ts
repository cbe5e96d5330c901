import { DomainError } from "#core/domain/problem/domain-error";
import type { Crossing, Life, Side } from "./life.ts";
import type { Outages } from "./outages.ts";
import type { SimulatedWorld } from "./world.ts";

/** What an effect needs; each can be out of reach. */
export type Reach = "database" | "keys" | "disk";

const causes = {
  database: () => new DomainError("database_unavailable", { detail: "The database does not answer." }),
  keys: () => new DomainError("kms_unavailable", { detail: "The key service does not answer." }),
  disk: () => new Error("ENOSPC: no space left on device"),
} as const;

/** A statement that gets no answer fails after this, as adapters/postgres/pool.ts has it. */
const statementTimeoutMs = 10_000;
/** How often a statement that nobody waits for any more is still carried out when the network is back. */
const zombieShare = 0.3;

/** The promise of a process that is gone. */
export function never<T>(): Promise<T> {
  return new Promise<T>(() => {});
}

/** Resolves when this process may go on: at once, after its pause, or never. */
export async function standing(world: SimulatedWorld, life: Life): Promise<void> {
  for (;;) {
    if (life.diedMs !== null) await never();
    const leftMs = life.frozenUntilMs - world.timeline.nowMs;
    if (leftMs <= 0) return;
    await world.timeline.pause(leftMs);
  }
}

/** Tells the plan of faults where this process is; whatever strikes there has struck when it resolves. */
export async function cross(world: SimulatedWorld, life: Life, method: string, side: Side): Promise<void> {
  await standing(world, life);
  if (world.cross === null) return;
  world.cross({ life, method, side } satisfies Crossing);
  await standing(world, life);
}

/** @param reach what the effect needs; null: nothing that can be out of reach */
export type Effect = <T>(method: string, reach: Reach | null, run: () => Promise<T>) => Promise<T>;

/**
 * Every effect of one life goes through here: a crash leaves its promise open for ever, a pause holds it, an outage fails it before
 * or after it was carried out.
 */
export function createEffect(world: SimulatedWorld, life: Life): Effect {
  const outages: Readonly<Record<Reach, Outages>> = { database: world.database, keys: world.keys, disk: world.disks };

  const carryOut = async <T>(reach: Reach | null, run: () => Promise<T>): Promise<T> => {
    const { timeline, chance } = world;
    const latencyMs = reach === "database" ? world.latencyMs() : 0;
    if (latencyMs > 0) await timeline.pause(latencyMs / 2);
    const outage = reach === null ? null : outages[reach].of(life.process);
    if (reach !== null && outage !== null) {
      if (!outage.hangs) {
        await timeline.pause(5);
        throw causes[reach]();
      }
      const leftMs = outage.untilMs - timeline.nowMs;
      if (leftMs >= statementTimeoutMs) {
        if (chance.happens(zombieShare))
          timeline.after(leftMs + chance.between(0, 500), () => void run().catch(() => {}));
        await timeline.pause(statementTimeoutMs);
        throw causes[reach]();
      }
      await timeline.pause(leftMs + chance.between(0, 200));
    }
    const result = await run();
    if (latencyMs > 0) await timeline.pause(latencyMs / 2);
    return result;
  };

  return async (method, reach, run) => {
    await cross(world, life, method, "before");
    const startedMs = world.timeline.nowMs;
    let result: Awaited<ReturnType<typeof run>>;
    try {
      result = await carryOut(reach, run);
    } catch (error) {
      await cross(world, life, method, "after");
      world.note(() => `${life.process}.${life.number}  ${method} failed`);
      throw error;
    }
    await cross(world, life, method, "after");
    const { nowMs } = world.timeline;
    if (reach === null) return result;
    const isAnswerLost = outages[reach].of(life.process) !== null;
    // After a long pause the statement's timer may ring before its answer is read.
    const isTimedOut =
      reach === "database" &&
      nowMs - startedMs >= statementTimeoutMs &&
      life.freezes.length > 0 &&
      world.chance.happens(0.5);
    if (isAnswerLost || isTimedOut) {
      world.note(() => `${life.process}.${life.number}  ${method} was carried out, its answer lost`);
      throw causes[reach]();
    }
    return result;
  };
}
