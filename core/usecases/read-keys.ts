import type { RewrapRun } from "../domain/sealing/rewrap-run.ts";
import type { Kms } from "../ports/kms.ts";
import type { RewrapStore } from "../ports/rewrap-store.ts";
import type { SealedCounts, SealingAdministration, StoredKeys } from "../ports/sealing-store.ts";

export interface KeyRecord {
  /** Of the KMS. */
  readonly kid: string;
  /** Current seals, `opens` only opens; disabled: operators said so, or this process does not have it. */
  readonly state: "current" | "opens" | "disabled";
  /** False: what it seals opens nowhere, as far as this process can tell. */
  readonly isConfigured: boolean;
  readonly sealed: SealedCounts;
  readonly sealedTotal: number;
  readonly wraps: number;
  readonly firstSeenAt: Date | null;
  readonly changedAt: Date | null;
  readonly changedBy: string | null;
}

export interface EnvironmentKeys extends Pick<StoredKeys, "policy" | "tenantKeys"> {
  readonly keys: readonly KeyRecord[];
  /** Newest first, ten at most. */
  readonly runs: readonly RewrapRun[];
}

export interface ReadKeysPorts {
  readonly kms: Pick<Kms, "describe">;
  readonly sealing: Pick<SealingAdministration, "readKeys">;
  readonly rewraps: Pick<RewrapStore, "list">;
}

const nothingSealed: SealedCounts = { tenant_key: 0, credential: 0, secret: 0, answer: 0 };

/** The keys of an environment: those that this process has, and those that still seal something there. Never key material. */
export async function readKeys(
  ports: ReadKeysPorts,
  environment: { readonly id: string; readonly name: string },
): Promise<EnvironmentKeys> {
  const described = await ports.kms.describe();
  const stored = await ports.sealing.readKeys(environment.id);
  // An environment with a keyring of its own is served by that alone; every other one by the shared keyring.
  const own = described.filter((key) => key.environment === environment.name);
  const configured = own.length > 0 ? own : described.filter((key) => key.environment === null);
  const configuredIds = configured.map(({ id }) => id);
  const others = stored.keys.map(({ kid }) => kid).filter((kid) => !configuredIds.includes(kid));
  const records = [...configuredIds, ...others].map((kid): KeyRecord => {
    const key = stored.keys.find((one) => one.kid === kid);
    const description = configured.find((one) => one.id === kid);
    const sealed = key?.sealed ?? nothingSealed;
    return {
      kid,
      state: key?.state === "disabled" ? "disabled" : (description?.state ?? "disabled"),
      isConfigured: description !== undefined,
      sealed,
      sealedTotal: Object.values(sealed).reduce((sum, count) => sum + count, 0),
      wraps: key?.wraps ?? 0,
      firstSeenAt: key?.firstSeenAt ?? null,
      changedAt: key?.changedAt ?? null,
      changedBy: key?.changedBy ?? null,
    };
  });
  const { policy, tenantKeys } = stored;
  return {
    policy,
    tenantKeys,
    // What left the configuration and seals nothing is history.
    keys: records.filter((one) => one.isConfigured || one.sealedTotal > 0),
    runs: await ports.rewraps.list(environment.id, 10),
  };
}
