import type { Caller } from "../domain/access/permission.ts";
import { idRandomBytes, makeId } from "../domain/identifier/identifier.ts";
import { DomainError } from "../domain/problem/domain-error.ts";
import { commandRun, type RewrapCommand, type RewrapRun } from "../domain/sealing/rewrap-run.ts";
import type { Randomness } from "../ports/randomness.ts";
import type { RewrapScope, RewrapStore, StaleCount } from "../ports/rewrap-store.ts";
import { approvalDetail, type Doer } from "./approval-actions.ts";
import type { SealingKeys } from "./sealing-keys.ts";

export interface StartRewrapPorts {
  readonly rewraps: RewrapStore;
  readonly sealingKeys: SealingKeys;
  readonly random: Randomness;
}

/** How a run goes. */
export interface RewrapWish {
  /** Values a second at most; null: as fast as it goes. */
  readonly pace: number | null;
  /** What is under the current key already, too, since it has a newer version inside; absent: only what is not. */
  readonly everything?: boolean;
}

/**
 * Begins to re-wrap what is not under the current key, or everything (R42); a worker does it, unless `heldBy` does.
 *
 * @throws DomainError `conflict` while another run is not over, or when the current key is disabled; `kms_unavailable`
 */
export async function startRewrap(
  ports: StartRewrapPorts,
  caller: Doer,
  { pace, everything = false }: RewrapWish,
  heldBy: string | null = null,
): Promise<RewrapRun> {
  const { environmentId } = caller;
  const { scope, stale } = await planRewrap(ports, environmentId, everything);
  const { toKid } = scope;
  const { total } = stale;
  const fromKids = Object.keys(stale.byKid).filter((kid) => !everything || kid !== toKid);
  const started = await ports.rewraps.start(
    {
      id: makeId("rwp", ports.random.bytes(idRandomBytes)),
      environmentId,
      toKid,
      everything,
      fromKids,
      pace,
      total,
      startedBy: caller.id,
    },
    heldBy,
    {
      environmentId,
      actor: caller.id,
      action: "rewrap.started",
      target: toKid,
      keyId: toKid,
      detail: {
        total,
        pace,
        ...(everything ? { everything } : {}),
        from: fromKids.slice(0, 20),
        ...approvalDetail(caller),
      },
    },
    caller.approved,
  );
  if (started !== null) return started;
  const running = await ports.rewraps.findUnfinished(environmentId);
  throw new DomainError("conflict", {
    detail: `A re-wrap is ${running?.state ?? "running"} already${running === null ? "" : ` (${running.id})`}: resume or stop it.`,
  });
}

/**
 * Where a run that began now would bring everything, and what.
 * @param everything whether it wraps anew what is under the current key, too
 * @throws DomainError `conflict` when the current key is disabled; `kms_unavailable`
 */
export async function planRewrap(
  { sealingKeys, rewraps }: Pick<StartRewrapPorts, "sealingKeys" | "rewraps">,
  environmentId: string,
  everything: boolean,
): Promise<{ readonly scope: RewrapScope; readonly stale: StaleCount }> {
  const toKid = await sealingKeys.currentKid(environmentId);
  if (await sealingKeys.isDisabled(environmentId, toKid)) {
    throw new DomainError("conflict", {
      detail: `The current key ${toKid} is disabled, so nothing can be re-wrapped under it. Enable it, or put another key first.`,
    });
  }
  const scope = { environmentId, toKid, policy: await rewraps.policyOf(environmentId), everything };
  return { scope, stale: await rewraps.countStale(scope) };
}

/** @throws DomainError `not_found` */
export async function findRewrap(
  { rewraps }: Pick<StartRewrapPorts, "rewraps">,
  { environmentId }: Pick<Caller, "environmentId">,
  id: string,
): Promise<RewrapRun> {
  const found = await rewraps.find(environmentId, id);
  if (found === null) throw new DomainError("not_found", { detail: "There is no such run in this environment." });
  return found;
}

/** @throws DomainError `not_found`, `conflict` when the run is not in a state for it */
export async function changeRewrap(
  ports: Pick<StartRewrapPorts, "rewraps">,
  caller: Pick<Caller, "id" | "environmentId">,
  id: string,
  { command, pace }: { readonly command?: RewrapCommand; readonly pace?: number | null },
): Promise<RewrapRun> {
  const { environmentId } = caller;
  const found = await findRewrap(ports, caller, id);
  const isOver = found.state === "done" || found.state === "stopped";
  const state = command === undefined ? found.state : commandRun(found.state, command);
  if (state === null || isOver) throw notNow(found, command ?? "change the pace of");
  const changed = await ports.rewraps.change(
    environmentId,
    id,
    { ...(command === undefined ? {} : { state }), ...(pace === undefined ? {} : { pace }) },
    [found.state],
    {
      environmentId,
      actor: caller.id,
      action: "rewrap.changed",
      target: id,
      detail: { ...(command === undefined ? {} : { command }), ...(pace === undefined ? {} : { pace }) },
    },
  );
  if (changed === null) throw notNow(found, command ?? "change the pace of");
  return changed;
}

function notNow({ state }: RewrapRun, what: string): DomainError {
  return new DomainError("conflict", {
    detail: `This run is ${state}, so nobody can ${what} it. Look at it again: somebody else may have been first.`,
  });
}
