import type { Caller } from "../domain/access/permission.ts";
import { idRandomBytes, makeId } from "../domain/identifier/identifier.ts";
import { DomainError } from "../domain/problem/domain-error.ts";
import { commandRun, type RewrapCommand, type RewrapRun } from "../domain/sealing/rewrap-run.ts";
import type { Randomness } from "../ports/randomness.ts";
import type { RewrapStore } from "../ports/rewrap-store.ts";
import type { SealingKeys } from "./sealing-keys.ts";

export interface StartRewrapPorts {
  readonly rewraps: RewrapStore;
  readonly sealingKeys: SealingKeys;
  readonly random: Randomness;
}

type RewrapCaller = Pick<Caller, "id" | "environmentId">;

/**
 * Begins to re-wrap everything that is not under the current key (R42); a worker does it, unless `heldBy` does.
 *
 * @param pace values a second at most; null: as fast as it goes
 * @param id of the run; by default a new one
 * @throws DomainError `conflict` while another run is not over, or when the current key is disabled; `kms_unavailable`
 */
export async function startRewrap(
  ports: StartRewrapPorts,
  caller: RewrapCaller,
  { pace, id }: { readonly pace: number | null; readonly id?: string },
  heldBy: { readonly owner: string; readonly leaseSeconds: number } | null = null,
): Promise<RewrapRun> {
  const { environmentId } = caller;
  const toKid = await ports.sealingKeys.currentKid(environmentId);
  if (await ports.sealingKeys.isDisabled(environmentId, toKid)) {
    throw new DomainError("conflict", {
      detail: `The current key ${toKid} is disabled, so nothing can be re-wrapped under it. Enable it, or put another key first.`,
    });
  }
  const scope = { environmentId, toKid, policy: await ports.rewraps.policyOf(environmentId) };
  const stale = await ports.rewraps.staleKids(scope);
  const total = await ports.rewraps.countStale(scope);
  const fromKids = Object.keys(stale);
  const started = await ports.rewraps.start(
    {
      id: id ?? makeId("rwp", ports.random.bytes(idRandomBytes)),
      environmentId,
      toKid,
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
      detail: { total, pace, from: fromKids.slice(0, 20) },
    },
  );
  if (started !== null) return started;
  const running = await ports.rewraps.findUnfinished(environmentId);
  throw new DomainError("conflict", {
    detail: `A re-wrap is ${running?.state ?? "running"} already${running === null ? "" : ` (${running.id})`}: resume or stop it.`,
  });
}

/** @throws DomainError `not_found`, `conflict` when the run is not in a state for it */
export async function changeRewrap(
  ports: Pick<StartRewrapPorts, "rewraps">,
  caller: RewrapCaller,
  id: string,
  { command, pace }: { readonly command?: RewrapCommand; readonly pace?: number | null },
): Promise<RewrapRun> {
  const { environmentId } = caller;
  const found = await ports.rewraps.find(environmentId, id);
  if (found === null) throw new DomainError("not_found", { detail: "There is no such run in this environment." });
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
