import type { Task } from "graphile-worker";
import { z } from "zod";
import {
  giveUpProbe,
  hasMovedOn,
  isOpen,
  makeDue,
  postponeProbe,
  probeCandidate,
  reclaimProbe,
  type Candidate,
} from "#adapters/postgres/circuit-jobs";
import { closeDeserted, closeOutdated } from "#adapters/postgres/close-circuits";
import { assertNever } from "#core/domain/problem/domain-error";
import { probePause } from "#core/domain/refresh/circuit";
import type { BlockCause } from "#core/domain/refresh/decide-refresh";
import { refreshAccount, type RefreshOutcome } from "#core/usecases/refresh-account";
import { refreshOrPutOff } from "../refresh-or-put-off.ts";
import type { WorkerPorts } from "../worker-ports.ts";

const payloadSchema = z.strictObject({
  circuit: z.string(),
  /** Accounts that an earlier probe could not ask. */
  tried: z.array(z.string()).default([]),
});

/** So many accounts are tried until one can be asked; the next ones are the next probe's. */
const mostCandidates = 20;
/** So many are remembered over several probes. */
const mostTried = 500;

/** What became of one candidate. */
type Probed =
  /** It was asked, or somebody else is the probe: what follows is written already. */
  | { readonly kind: "done" }
  /** Endpoint or budget are busy until then. */
  | { readonly kind: "busy"; readonly until: Date }
  /** For a reason of its own, which may be over shortly. */
  | { readonly kind: "waits" }
  /** For a reason of its own, and not before somebody acts. */
  | { readonly kind: "cannot" };

/**
 * An open breaker's pause is over: one account goes first, and its outcome says whether the others may follow (R22). One that
 * can't be asked does not keep the others from it: the next one goes.
 */
export function probeCircuitTask(ports: WorkerPorts): Task {
  return async (payload, helpers) => {
    const { circuit, tried: before } = payloadSchema.parse(payload);
    const { pool } = ports;
    const tried = [...before];
    let waits = before.length > 0;
    while (tried.length < before.length + mostCandidates) {
      if (helpers.abortSignal?.aborted || !(await isOpen(pool, circuit))) return;
      const candidate = await probeCandidate(pool, circuit, tried);
      if (candidate === null) {
        // Nobody is left that could ask; those who may be asked later begin anew.
        await (waits ? giveUpProbe(pool, circuit, [], ports.random.fraction()) : closeDeserted(pool, circuit));
        return;
      }
      if (tried.length > before.length) await reclaimProbe(pool, circuit);
      const probed = await probeWith(ports, circuit, candidate, helpers.abortSignal);
      if (await hasMovedOn(pool, candidate.accountId, circuit)) return await closeOutdated(pool, circuit);
      if (probed.kind === "done") return;
      if (probed.kind === "busy") return await postponeProbe(pool, circuit, soonest(ports, probed.until));
      waits ||= probed.kind === "waits";
      tried.push(candidate.accountId);
    }
    await giveUpProbe(pool, circuit, tried.slice(-mostTried), ports.random.fraction());
  };
}

async function probeWith(
  ports: WorkerPorts,
  circuit: string,
  candidate: Candidate,
  signal: AbortSignal | undefined,
): Promise<Probed> {
  await makeDue(ports.pool, candidate.accountId);
  const input = { ...candidate, demand: { reason: "alarm", minTtlSeconds: null }, actor: "worker" } as const;
  const outcome = await refreshOrPutOff(ports, candidate, "alarm", () => refreshAccount(ports, input, signal));
  ports.log.info({ circuit, account: candidate.accountId, outcome: outcome.kind }, "an endpoint was probed");
  return outcome.kind === "put_off" ? { kind: "cannot" } : probedBy(outcome);
}

function probedBy(outcome: RefreshOutcome): Probed {
  switch (outcome.kind) {
    case "refreshed":
    case "failed":
      return { kind: "done" };
    case "deferred":
      return outcome.cause === "budget" ? { kind: "busy", until: outcome.until } : { kind: "waits" };
    case "timed_out":
      return { kind: "waits" };
    case "fresh":
    case "not_found":
      return { kind: "cannot" };
    case "blocked":
      return { kind: probedByBlock(outcome.cause) };
    default:
      return assertNever(outcome);
  }
}

function probedByBlock(cause: BlockCause): "done" | "waits" | "cannot" {
  switch (cause) {
    case "circuit_open":
    case "client_rejected":
    case "slowed_down":
      return "done";
    case "budget":
    case "cooldown":
      return "waits";
    case "not_connected":
    case "needs_reauth":
    case "disconnected":
    case "held":
    case "not_refreshable":
      return "cannot";
    default:
      return assertNever(cause);
  }
}

/** Scheduled work that finds no place may be told to wait for minutes, since so much waits; a probe goes before all of it. */
function soonest(ports: WorkerPorts, until: Date): Date {
  return new Date(Math.min(until.getTime(), ports.clock.now().getTime() + probePause.firstSeconds * 1000));
}
