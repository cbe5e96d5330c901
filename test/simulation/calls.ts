import { DomainError, type ProblemCode } from "#core/domain/problem/domain-error";
import { nameOf, type Life } from "./life.ts";
import type { SimulatedWorld } from "./world.ts";

/** What somebody asked a process for. */
interface Call {
  readonly life: Life;
  readonly what: string;
  readonly fromMs: number;
}

export interface Calls {
  /** Runs a use case for somebody. What it throws must be a problem that callers are told of. */
  call(life: Life, what: string, run: () => Promise<void>): void;
  /** Calls of processes that live, and that have not ended. */
  pending(): readonly Call[];
}

const unexpected = new Set<ProblemCode>(["internal_error", "sealed_value_invalid"]);

export function createCalls(world: SimulatedWorld): Calls {
  const open = new Set<Call>();
  return {
    call(life, what, run) {
      const call: Call = { life, what, fromMs: world.timeline.nowMs };
      open.add(call);
      run().then(
        () => open.delete(call),
        (error: unknown) => {
          open.delete(call);
          world.note(
            () => `${nameOf(life)}  ${what} ends: ${error instanceof DomainError ? error.code : String(error)}`,
          );
          const isExpected = error instanceof DomainError && !unexpected.has(error.code);
          if (!isExpected && !(error instanceof Error && error.message.startsWith("ENOSPC"))) {
            world.report(
              "error",
              `${what} in ${nameOf(life)}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
            );
          }
        },
      );
    },
    pending: () => [...open].filter((one) => one.life.diedMs === null),
  };
}
