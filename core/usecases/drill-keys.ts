import type { Caller } from "../domain/access/permission.ts";
import { openValue, parseSealed } from "../domain/sealing/envelope.ts";
import { isTenantKeyId } from "../domain/sealing/sealing-policy.ts";
import { unwrapUnderTenantKey } from "../domain/sealing/tenant-wrap.ts";
import type { AuditLog } from "../ports/audit-log.ts";
import type { EnvironmentStore } from "../ports/environment-store.ts";
import type { Kms } from "../ports/kms.ts";
import type { RewrapStore, StoredValue } from "../ports/rewrap-store.ts";
import type { SealingStore } from "../ports/sealing-store.ts";
import { canOpen, locationOf } from "./can-open.ts";
import { mapAtMost } from "./map-at-most.ts";
import type { Vault } from "./vault.ts";

export interface DrillPorts {
  readonly kms: Kms;
  readonly strangerKms: (kids: readonly string[]) => Kms;
  readonly sealing: Pick<SealingStore, "findTenantKey">;
  readonly rewraps: Pick<RewrapStore, "sample">;
  readonly environments: Pick<EnvironmentStore, "list">;
  readonly vault: Pick<Vault, "open">;
  readonly audit: AuditLog;
}

export interface Drill {
  /** Values that were tried. */
  readonly sample: number;
  /** With the real keys: without these the drill would show nothing. */
  readonly opened: number;
  /** With random keys of the same names. */
  readonly openedByStranger: number;
  /** With the keys of each other environment, by its name. */
  readonly openedByOthers: Readonly<Record<string, number>>;
  /** Whether everything opens with the real keys, and nothing without; false where there was nothing to try. */
  readonly isProven: boolean;
}

const sampleSize = 200;
const callsAtOnce = 8;

/**
 * Tries whether a copy of the database opens without its keys (checklist H7): each value of a sample is tried with random keys of the
 * same names in place of the real ones, in the name of every other environment with the keys that this process has for it, and, as the
 * proof that the trial is one, with the real keys in its own name. Openings with the real keys are audited like every other.
 *
 * What it proves with the local keyring: the wrapped key of no tried value gives way to another key of its name, nor to another
 * environment's. With keys in a service or an HSM the random ones are keys of ours all the same: nothing but the service can unwrap what
 * it wrapped, so that this part shows only that nothing stands there unwrapped or wrapped by us; the part of the other environments asks
 * the service itself, with its contexts. Who besides this process may use its keys is a matter of the service's permissions, which no
 * drill from inside can see.
 */
export async function drillKeys(
  ports: DrillPorts,
  caller: Pick<Caller, "id" | "environmentId" | "environment">,
): Promise<Drill> {
  const { environmentId } = caller;
  const sample = await ports.rewraps.sample(environmentId, sampleSize);
  const kids = [...new Set(sample.map(({ kid }) => kid).filter((kid) => !isTenantKeyId(kid)))];
  const stranger = ports.strangerKms(kids);
  const others = (await ports.environments.list()).filter(({ id }) => id !== environmentId);
  const count = async (tries: (value: StoredValue) => Promise<boolean>): Promise<number> =>
    (await mapAtMost(callsAtOnce, sample, tries)).filter(Boolean).length;

  const opened = await count((value) =>
    canOpen(ports.vault, environmentId, value, { actor: caller.id, purpose: "drill" }),
  );
  const openedByStranger = await count((value) => opensWith(ports, stranger, environmentId, environmentId, value));
  const openedByOthers: Record<string, number> = {};
  for (const { id, name } of others) {
    openedByOthers[name] = await count((value) => opensWith(ports, ports.kms, id, environmentId, value));
  }
  const isProven =
    sample.length > 0 &&
    opened === sample.length &&
    openedByStranger === 0 &&
    Object.values(openedByOthers).every((one) => one === 0);
  await ports.audit.append([
    {
      environmentId,
      actor: caller.id,
      action: "key.drilled",
      target: environmentId,
      detail: { sample: sample.length, opened, opened_by_stranger: openedByStranger, proven: isProven },
    },
  ]);
  return { sample: sample.length, opened, openedByStranger, openedByOthers, isProven };
}

/** @param asEnvironment in whose name the KMS is asked; the value itself is tried where it belongs */
async function opensWith(
  { sealing }: DrillPorts,
  kms: Kms,
  asEnvironment: string,
  environmentId: string,
  value: StoredValue,
): Promise<boolean> {
  const parts = parseSealed(value.sealed);
  if (parts === null) return false;
  let dataKey: Uint8Array | null;
  if (isTenantKeyId(parts.kid)) {
    const row = await sealing.findTenantKey(environmentId, parts.kid);
    if (row === null || row.wrapped === null) return false;
    const context = { environmentId: asEnvironment, purpose: "tenant_key", owner: row.id } as const;
    const tenantKey = await kms.unwrap(context, { kid: row.kid, wrapped: row.wrapped });
    if (tenantKey === null) return false;
    dataKey = unwrapUnderTenantKey(tenantKey, { tenantKeyId: row.id, environmentId: asEnvironment }, parts.wrapped);
    tenantKey.fill(0);
  } else {
    const context = { environmentId: asEnvironment, purpose: "data_key" } as const;
    dataKey = await kms.unwrap(context, { kid: parts.kid, wrapped: parts.wrapped });
  }
  const plaintext = dataKey === null ? null : openValue(parts, dataKey, locationOf(environmentId, value));
  plaintext?.fill(0);
  // A key that was handed out is a finding in itself, whether the value opened or not.
  return dataKey !== null;
}
