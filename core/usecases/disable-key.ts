import type { Caller } from "../domain/access/permission.ts";
import { DomainError } from "../domain/problem/domain-error.ts";
import type { AnswerSpool } from "../ports/answer-spool.ts";
import type { SealingAdministration } from "../ports/sealing-store.ts";
import { approvalDetail, type Doer } from "./approval-actions.ts";
import { readKeys, type KeyRecord, type ReadKeysPorts } from "./read-keys.ts";
import type { SealingKeys } from "./sealing-keys.ts";

export interface DisableKeyPorts extends ReadKeysPorts {
  /** Of this machine: what waits on the disks of others nobody can see from here. */
  readonly spool: Pick<AnswerSpool, "list">;
  readonly sealingKeys: SealingKeys;
  readonly sealing: SealingAdministration;
}

type KeyCaller = Doer & Pick<Caller, "kind" | "environment">;

/**
 * From now on (within seconds, in every process) the key wraps and opens nothing in this environment, until it is enabled again.
 *
 * @param isForced although it still seals something: the command line alone may, since what it seals is out of reach then
 * @throws DomainError `not_found`, `forbidden`, `conflict` when it seals something, here or in an answer that waits on this machine's
 *   disk, or is the current one
 */
export async function disableKey(
  ports: DisableKeyPorts,
  caller: KeyCaller,
  kid: string,
  isForced = false,
): Promise<KeyRecord> {
  if (isForced && caller.kind !== "command_line") {
    throw new DomainError("forbidden", {
      detail: "Only the command line on the server may force a key to be disabled.",
    });
  }
  const key = await findKey(ports, caller, kid);
  if (!isForced) await refuseInUse(ports, caller.environmentId, key);
  return await setState(ports, caller, key, "disabled", { forced: isForced });
}

/** @throws DomainError `not_found` */
export async function enableKey(ports: DisableKeyPorts, caller: KeyCaller, kid: string): Promise<KeyRecord> {
  return await setState(ports, caller, await findKey(ports, caller, kid), "enabled", {});
}

async function setState(
  ports: DisableKeyPorts,
  caller: KeyCaller,
  { kid, sealedTotal }: KeyRecord,
  state: "enabled" | "disabled",
  detail: { readonly forced?: boolean },
): Promise<KeyRecord> {
  const { environmentId } = caller;
  await ports.sealing.setKeyState(
    environmentId,
    kid,
    state,
    {
      environmentId,
      actor: caller.id,
      action: `key.${state}`,
      target: kid,
      keyId: kid,
      detail: { sealed: sealedTotal, ...detail, ...approvalDetail(caller) },
    },
    caller.approved,
  );
  ports.sealingKeys.forgetState();
  return await findKey(ports, caller, kid);
}

/** @throws DomainError `not_found` */
export async function findKey(
  ports: ReadKeysPorts,
  caller: Pick<KeyCaller, "environmentId" | "environment">,
  kid: string,
): Promise<KeyRecord> {
  const { keys } = await readKeys(ports, { id: caller.environmentId, name: caller.environment });
  const found = keys.find((key) => key.kid === kid);
  if (found === undefined) {
    throw new DomainError("not_found", { detail: `There is no key ${kid} in this environment.` });
  }
  return found;
}

/** @throws DomainError `conflict` */
export async function refuseInUse(
  { spool }: Pick<DisableKeyPorts, "spool">,
  environmentId: string,
  { kid, state, sealedTotal }: KeyRecord,
): Promise<void> {
  if (state === "current") {
    throw new DomainError("conflict", {
      detail: `${kid} is the current key: everything new is sealed with it. Put another key first, re-wrap, and disable it then.`,
    });
  }
  if (sealedTotal > 0) {
    throw new DomainError("conflict", {
      detail: `${kid} still seals ${sealedTotal} values, which would not open any more. Re-wrap them first (keys rewrap), then disable it.`,
    });
  }
  const waiting = (await spool.list()).filter(
    ({ change }) =>
      change.environmentId === environmentId && change.credential?.kind === "replace" && change.credential.kid === kid,
  ).length;
  if (waiting > 0) {
    throw new DomainError("conflict", {
      detail: `${waiting === 1 ? "An answer of a provider waits" : `${waiting} answers of providers wait`} on this machine's disk under ${kid}, to be written within a minute once the database is there. Try again then.`,
      retryAfterSeconds: 60,
    });
  }
}
