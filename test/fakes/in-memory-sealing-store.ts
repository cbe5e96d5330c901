import type { AuditRecord } from "#core/domain/audit/audit-record";
import { DomainError } from "#core/domain/problem/domain-error";
import type { SealingPolicy } from "#core/domain/sealing/sealing-policy";
import type { SealingStore, TenantKey } from "#core/ports/sealing-store";

export interface InMemorySealingStore extends SealingStore {
  readonly policies: Map<string, SealingPolicy>;
  /** `<environment> <kid>` */
  readonly disabled: Set<string>;
  readonly tenantKeys: Map<string, TenantKey>;
  /** `<environment> <kid>` → wraps */
  readonly wraps: Map<string, number>;
  readonly retired: ReadonlySet<string>;
  readonly audit: AuditRecord[];
  isAway: boolean;
  destroy(id: string): void;
  /** The tenant's next key is another one; this one opens on. */
  retire(id: string): void;
}

/** The life of keys without a database. */
export function createInMemorySealingStore(): InMemorySealingStore {
  const policies = new Map<string, SealingPolicy>();
  const disabled = new Set<string>();
  const destroyed: string[] = [];
  const retired = new Set<string>();
  const tenantKeys = new Map<string, TenantKey>();
  const wraps = new Map<string, number>();
  const audit: AuditRecord[] = [];
  const answer = async <T>(work: () => T): Promise<T> => {
    await Promise.resolve();
    if (store.isAway) throw new DomainError("database_unavailable", { detail: "The database does not answer." });
    return work();
  };
  const current = (environmentId: string, tenantId: string): TenantKey | null =>
    [...tenantKeys.values()].find(
      (key) =>
        key.environmentId === environmentId &&
        key.tenantId === tenantId &&
        key.wrapped !== null &&
        !retired.has(key.id),
    ) ?? null;
  const store: InMemorySealingStore = {
    policies,
    disabled,
    tenantKeys,
    wraps,
    retired,
    audit,
    isAway: false,
    destroy(id) {
      const key = tenantKeys.get(id);
      if (key !== undefined) tenantKeys.set(id, { ...key, wrapped: null });
      destroyed.push(id);
    },
    retire: (id) => void retired.add(id),
    readState: () =>
      answer(() => ({
        policies: new Map(policies),
        disabled: new Set(disabled),
        destroyed: [...destroyed],
        retired: new Set(retired),
      })),
    findTenantKey: (environmentId, id) =>
      answer(() => {
        const key = tenantKeys.get(id);
        return key?.environmentId === environmentId ? key : null;
      }),
    findCurrentTenantKey: (environmentId, tenantId) => answer(() => current(environmentId, tenantId)),
    addTenantKey: (key, record) =>
      answer(() => {
        const there = current(key.environmentId, key.tenantId);
        if (there !== null) return there;
        tenantKeys.set(key.id, key);
        audit.push(record);
        return key;
      }),
    addWraps: (counted) =>
      answer(() => {
        for (const one of counted) {
          const name = `${one.environmentId} ${one.kid}`;
          wraps.set(name, (wraps.get(name) ?? 0) + one.wraps);
        }
        return [];
      }),
  };
  return store;
}
