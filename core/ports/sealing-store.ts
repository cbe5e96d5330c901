import type { AuditRecord } from "../domain/audit/audit-record.ts";
import type { SealedPlace } from "../domain/sealing/sealed-place.ts";
import type { SealingPolicy } from "../domain/sealing/sealing-policy.ts";
import type { ApprovalUse } from "./approval-store.ts";

/** What every process must know before it wraps or unwraps; of all environments at once. */
export interface SealingState {
  /** By environment id. */
  readonly policies: ReadonlyMap<string, SealingPolicy>;
  /** Keys that may not be used: see disabledKey. */
  readonly disabled: ReadonlySet<string>;
  /** Tenant keys that were destroyed in the last minutes: whoever remembers one forgets it. */
  readonly destroyed: readonly string[];
  /** Tenant keys that got a newer version in the last minutes: they open, and seal nothing new. */
  readonly retired: ReadonlySet<string>;
}

/** How a disabled key stands in SealingState.disabled. */
export function disabledKey(environmentId: string, kid: string): string {
  return `${environmentId} ${kid}`;
}

export interface TenantKey {
  /** `tk_…` */
  readonly id: string;
  readonly environmentId: string;
  readonly tenantId: string;
  /** The key of the KMS that wraps it. */
  readonly kid: string;
  /** Null: it was destroyed. */
  readonly wrapped: Uint8Array | null;
}

export type NewTenantKey = Omit<TenantKey, "wrapped"> & { readonly wrapped: Uint8Array };

/** Wraps that were counted in memory. */
export interface CountedWraps {
  readonly environmentId: string;
  /** Of the KMS, or `tk_…`. */
  readonly kid: string;
  readonly wraps: number;
}

/** The database's part of the life of sealing keys. All methods throw DomainError `database_unavailable` while it is away. */
export interface SealingStore {
  readState(): Promise<SealingState>;
  findTenantKey(environmentId: string, id: string): Promise<TenantKey | null>;
  findCurrentTenantKey(environmentId: string, tenantId: string): Promise<TenantKey | null>;
  /** @returns the tenant's current key: the given one, or that of whoever came first */
  addTenantKey(key: NewTenantKey, audit: AuditRecord): Promise<TenantKey>;
  /**
   * Adds to what stands there, and notes keys that were never seen. Tells operators, once for each key, that it nears its bound.
   * @param alarmAt wraps under one key since its newest version (recordVersion), in all environments that name it, at which they are told
   * @returns the keys that they were told of now
   */
  addWraps(counted: readonly CountedWraps[], alarmAt: number): Promise<readonly string[]>;
}

/**
 * What administering keys needs besides. What is done on an approval spends it in the same transaction (`approved`), and throws
 * DomainError `approval_ended` where that is over: nothing is done twice then, whoever crashed in between.
 */
export interface SealingAdministration extends SealingStore {
  setPolicy(environmentId: string, policy: SealingPolicy, audit: AuditRecord, approved?: ApprovalUse): Promise<void>;
  /** Records nothing when it was in that state already. */
  setKeyState(
    environmentId: string,
    kid: string,
    state: "enabled" | "disabled",
    audit: AuditRecord,
    approved?: ApprovalUse,
  ): Promise<void>;
  /**
   * Records that the KMS has a new version of a key, or another key.
   * @param kid whose wraps count towards their bound anew from now on, in all environments: a version is key material of its own. Null:
   *   it has no new version
   */
  recordVersion(kid: string | null, audit: readonly AuditRecord[]): Promise<void>;
  /** What each key seals, by kind, and what is known of it; tenant keys together. */
  readKeys(environmentId: string): Promise<StoredKeys>;
  /**
   * Gives a tenant another key in place of its current one, which opens on.
   * @returns the id of the key that was retired; null: it is not the given one any more, or there is none; nothing was written then
   */
  replaceTenantKey(key: NewTenantKey, retires: string, audit: AuditRecord): Promise<string | null>;
  /**
   * All versions of a tenant's key.
   * @param end.isForced although they seal something. Otherwise it is looked at once more in the same transaction, when nobody can
   *   seal with them any more
   * @returns ids of the keys that were destroyed now
   * @throws DomainError `conflict` where they seal something, or a refresh of the tenant's accounts is under way, and nobody forced it
   */
  destroyTenantKeys(
    environmentId: string,
    tenantId: string,
    end: {
      readonly isForced: boolean;
      readonly audit: (id: string, sealed: number) => AuditRecord;
      readonly approved?: ApprovalUse | undefined;
    },
  ): Promise<readonly string[]>;
  /** Whether a tenant has, or had, an account or a key. */
  knowsTenant(environmentId: string, tenantId: string): Promise<boolean>;
  /** Values that the tenant's key seals, in all its versions. */
  countUnderTenantKey(environmentId: string, tenantId: string): Promise<number>;
}

export type SealedCounts = Readonly<Record<SealedPlace, number>>;

export interface StoredKey {
  readonly kid: string;
  readonly state: "enabled" | "disabled";
  readonly sealed: SealedCounts;
  /** Since its newest version (recordVersion). */
  readonly wraps: number;
  /** Null: it seals something, and no process ever told that it has it. */
  readonly firstSeenAt: Date | null;
  readonly changedAt: Date | null;
  readonly changedBy: string | null;
}

export interface StoredKeys {
  readonly policy: SealingPolicy;
  /** Of the KMS. */
  readonly keys: readonly StoredKey[];
  readonly tenantKeys: {
    readonly current: number;
    /** Earlier versions that open only. */
    readonly retired: number;
    readonly destroyed: number;
    /** Values that they seal, by place; of destroyed ones too. */
    readonly sealed: Omit<SealedCounts, "tenant_key">;
    readonly wraps: number;
  };
}
