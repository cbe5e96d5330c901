import { idRandomBytes, makeId } from "../domain/identifier/identifier.ts";
import { DomainError } from "../domain/problem/domain-error.ts";
import { keyBytes } from "../domain/sealing/aead.ts";
import { isTenantKeyId } from "../domain/sealing/sealing-policy.ts";
import { tenantWrapRandomBytes, unwrapUnderTenantKey, wrapUnderTenantKey } from "../domain/sealing/tenant-wrap.ts";
import type { Clock } from "../ports/clock.ts";
import type { KeyManagement } from "../ports/key-management.ts";
import type { Kms, WrappedKey } from "../ports/kms.ts";
import type { Randomness } from "../ports/randomness.ts";
import {
  disabledKey,
  type NewTenantKey,
  type SealingState,
  type SealingStore,
  type TenantKey,
} from "../ports/sealing-store.ts";
import { createKeyMemory } from "./key-memory.ts";
import type { WrapCounter } from "./wrap-counter.ts";

/** A change of policy, a disabled or a destroyed key shows in every process within this time. */
const stateMs = 5_000;
/** A tenant's key stays in memory this long; then the KMS is asked again. */
const tenantKeyMs = 5 * 60_000;
/** Tenant keys in memory at a time; the one that came first goes first. */
const tenantKeysMost = 20_000;

export interface SealingKeyPorts {
  readonly kms: Kms;
  readonly store: SealingStore;
  readonly clock: Clock;
  readonly random: Randomness;
  readonly wraps: WrapCounter;
}

export interface SealingKeys extends KeyManagement {
  /** The key of the KMS that wraps now in this environment, as the KMS itself says. */
  currentKid(environmentId: string): Promise<string>;
  /** The same tenant key under the current key of the KMS. Null as for unwrap. */
  rewrapTenantKey(environmentId: string, id: string, wrapped: WrappedKey): Promise<WrappedKey | null>;
  /** Another key for a tenant, wrapped by the KMS; it is in use once it is stored. */
  newTenantKey(environmentId: string, tenantId: string): Promise<NewTenantKey>;
  isDisabled(environmentId: string, kid: string): Promise<boolean>;
  /** Policies and states of keys are read again before the next use: somebody changed them here. */
  forgetState(): void;
  /** Wipes what was in memory for its time: while nothing is sealed or opened, nothing else does. */
  wipeOver(): void;
  /** Wipes what is in memory. */
  close(): void;
}

/**
 * Where data keys come from: by the environment's policy from the KMS itself, or from the tenant's key, which is unwrapped by the KMS
 * once in minutes and wiped when it leaves the memory. Keys that operators disabled wrap and open nothing.
 */
export function createSealingKeys(ports: SealingKeyPorts): SealingKeys {
  const { kms, store, clock, random, wraps } = ports;
  const memory = createKeyMemory(clock, { lifeMs: tenantKeyMs, most: tenantKeysMost });
  /** Environment and tenant → the id of the current key, as long as it is in memory. */
  const currentIds = new Map<string, string>();
  /** Tenant key in memory → the key of the KMS that it was unwrapped by. */
  const rootOf = new Map<string, string>();
  const readState = createStateReader(store, clock, (destroyed) => {
    for (const id of destroyed) memory.forget(id);
  });

  const forgetGone = (): void => {
    if (currentIds.size > 2 * tenantKeysMost) {
      for (const [name, id] of currentIds) if (!memory.has(id)) currentIds.delete(name);
    }
    if (rootOf.size > 2 * tenantKeysMost) for (const id of rootOf.keys()) if (!memory.has(id)) rootOf.delete(id);
  };

  const isDisabled = async (environmentId: string, kid: string): Promise<boolean> =>
    (await readState()).disabled.has(disabledKey(environmentId, kid));

  const refuseDisabled = async (environmentId: string, ...kids: readonly string[]): Promise<void> => {
    const state = await readState();
    for (const kid of kids) if (state.disabled.has(disabledKey(environmentId, kid))) throw disabled(kid);
  };

  const load = async (key: TenantKey): Promise<Uint8Array | null> => {
    if (key.wrapped === null) return null;
    await refuseDisabled(key.environmentId, key.id, key.kid);
    const { environmentId, id, kid, wrapped } = key;
    rootOf.set(id, kid);
    return await kms.unwrap({ environmentId, purpose: "tenant_key", owner: id }, { kid, wrapped });
  };

  /** A new one, which stands nowhere yet. */
  const newTenantKey = async (environmentId: string, tenantId: string): Promise<NewTenantKey> => {
    const id = makeId("tk", random.bytes(idRandomBytes));
    const key = random.bytes(keyBytes);
    try {
      const { kid, wrapped } = await kms.wrap({ environmentId, purpose: "tenant_key", owner: id }, key);
      await refuseDisabled(environmentId, kid);
      wraps.count(environmentId, kid);
      return { id, environmentId, tenantId, kid, wrapped };
    } finally {
      key.fill(0);
    }
  };

  const makeTenantKey = async (environmentId: string, tenantId: string): Promise<TenantKey> => {
    const made = await newTenantKey(environmentId, tenantId);
    return await store.addTenantKey(made, {
      environmentId,
      actor: "system",
      action: "tenant_key.created",
      target: made.id,
      keyId: made.kid,
      detail: { tenant_id: tenantId },
    });
  };

  const currentId = async (environmentId: string, tenantId: string): Promise<string> => {
    const name = `${environmentId} ${tenantId}`;
    const known = currentIds.get(name);
    // One that got a newer version stays in memory, for what it sealed.
    if (known !== undefined && memory.has(known) && !(await readState()).retired.has(known)) return known;
    const found =
      (await store.findCurrentTenantKey(environmentId, tenantId)) ?? (await makeTenantKey(environmentId, tenantId));
    currentIds.set(name, found.id);
    forgetGone();
    // Unwrapped from the row that was just read; a key that is used next is in memory by then.
    await memory.use(
      found.id,
      () => load(found),
      () => null,
    );
    return found.id;
  };

  /** @returns null when there is no such key, it was destroyed, or does not open */
  const useTenantKey = async <T>(
    environmentId: string,
    id: string,
    work: (key: Uint8Array) => T,
  ): Promise<T | null> => {
    const root = rootOf.get(id);
    // Disabled since it was unwrapped, unless it was re-wrapped meanwhile: the row tells.
    if (root !== undefined && (await isDisabled(environmentId, root))) memory.forget(id);
    const result = await memory.use(
      id,
      async () => {
        const found = await store.findTenantKey(environmentId, id);
        return found === null ? null : await load(found);
      },
      work,
    );
    // Another caller may have had it forgotten as it was loaded, since its key was disabled: nothing is wrong with what it sealed.
    const loadedBy = rootOf.get(id);
    if (result === null && loadedBy !== undefined) await refuseDisabled(environmentId, loadedBy);
    return result;
  };

  const wrapForTenant = async (environmentId: string, tenantId: string, dataKey: Uint8Array) => {
    const id = await currentId(environmentId, tenantId);
    await refuseDisabled(environmentId, id);
    const context = { tenantKeyId: id, environmentId };
    const wrapped = await useTenantKey(environmentId, id, (key) =>
      wrapUnderTenantKey(key, context, dataKey, random.bytes(tenantWrapRandomBytes)),
    );
    if (wrapped === null) {
      // A destroyed key has left the row by then, and the next call makes another; what stays is a key that the KMS can't open.
      currentIds.delete(`${environmentId} ${tenantId}`);
      throw unavailable(`the tenant key ${id} does not open`);
    }
    wraps.count(environmentId, id);
    return { kid: id, wrapped };
  };

  const wrapByKms = async (environmentId: string, dataKey: Uint8Array) => {
    const wrapped = await kms.wrap({ environmentId, purpose: "data_key" }, dataKey);
    await refuseDisabled(environmentId, wrapped.kid);
    wraps.count(environmentId, wrapped.kid);
    return wrapped;
  };

  const tenantOf = async (environmentId: string, tenantId: string | undefined): Promise<string | null> =>
    tenantId !== undefined && (await readState()).policies.get(environmentId) === "tenant" ? tenantId : null;

  const wrap = async (environmentId: string, tenantId: string | undefined, dataKey: Uint8Array) => {
    const owner = await tenantOf(environmentId, tenantId);
    return owner === null
      ? await wrapByKms(environmentId, dataKey)
      : await wrapForTenant(environmentId, owner, dataKey);
  };

  const unwrap: KeyManagement["unwrap"] = async (environmentId, kid, wrapped) => {
    await refuseDisabled(environmentId, kid);
    if (!isTenantKeyId(kid)) return await kms.unwrap({ environmentId, purpose: "data_key" }, { kid, wrapped });
    const context = { tenantKeyId: kid, environmentId };
    return await useTenantKey(environmentId, kid, (key) => unwrapUnderTenantKey(key, context, wrapped));
  };

  return {
    async generateDataKey(environmentId, tenantId) {
      const key = random.bytes(keyBytes);
      try {
        return { key, ...(await wrap(environmentId, tenantId, key)) };
      } catch (error) {
        key.fill(0);
        throw error;
      }
    },

    newTenantKey,

    unwrap,

    async rewrap(environmentId, kid, wrapped, tenantId) {
      // Inside the KMS, where it can.
      if (!isTenantKeyId(kid) && (await tenantOf(environmentId, tenantId)) === null) {
        await refuseDisabled(environmentId, kid);
        const rewrapped = await kms.rewrap({ environmentId, purpose: "data_key" }, { kid, wrapped });
        if (rewrapped === null) return null;
        await refuseDisabled(environmentId, rewrapped.kid);
        wraps.count(environmentId, rewrapped.kid);
        return rewrapped;
      }
      const dataKey = await unwrap(environmentId, kid, wrapped);
      if (dataKey === null) return null;
      try {
        return await wrap(environmentId, tenantId, dataKey);
      } finally {
        dataKey.fill(0);
      }
    },

    async currentKid(environmentId) {
      // What it would wrap under is what it wraps under: of some services the list of keys does not tell.
      const { kid } = await kms.wrap({ environmentId, purpose: "data_key" }, random.bytes(keyBytes));
      wraps.count(environmentId, kid);
      return kid;
    },

    async rewrapTenantKey(environmentId, id, wrapped) {
      await refuseDisabled(environmentId, wrapped.kid);
      const rewrapped = await kms.rewrap({ environmentId, purpose: "tenant_key", owner: id }, wrapped);
      if (rewrapped === null) return null;
      await refuseDisabled(environmentId, rewrapped.kid);
      wraps.count(environmentId, rewrapped.kid);
      return rewrapped;
    },

    isDisabled,

    forgetState: () => readState.forget(),

    wipeOver: () => memory.dropOver(),

    close() {
      memory.clear();
      currentIds.clear();
      rootOf.clear();
    },
  };
}

/** One look for all in `stateMs`. While the database is away the last word stays: nothing changes there meanwhile. */
function createStateReader(
  store: SealingStore,
  clock: Clock,
  onDestroyed: (ids: readonly string[]) => void,
): (() => SealingState | Promise<SealingState>) & { readonly forget: () => void } {
  let known: { readonly state: SealingState; readonly untilMs: number } | null = null;
  let reading: Promise<SealingState> | null = null;
  let forgotten = 0;

  const read = async (): Promise<SealingState> => {
    const before = known?.state ?? null;
    const begun = forgotten;
    const state = await store.readState().catch((error: unknown) => {
      if (before === null) throw error;
      return before;
    });
    onDestroyed(state.destroyed);
    // What was on its way when somebody changed it may be of before.
    known = { state, untilMs: begun === forgotten ? clock.monotonicMs() + stateMs : Number.NEGATIVE_INFINITY };
    return state;
  };

  // At once where it is known: every value that is opened asks.
  const find = (): SealingState | Promise<SealingState> => {
    if (known !== null && clock.monotonicMs() < known.untilMs) return known.state;
    if (reading === null) {
      const mine = read().finally(() => {
        if (reading === mine) reading = null;
      });
      reading = mine;
    }
    return reading;
  };
  const forget = (): void => {
    forgotten += 1;
    reading = null;
    if (known !== null) known = { ...known, untilMs: Number.NEGATIVE_INFINITY };
  };
  return Object.assign(find, { forget });
}

function disabled(kid: string): DomainError {
  return new DomainError("kms_unavailable", {
    detail:
      "The key that this is sealed with is disabled. Nothing was changed; an operator can enable it again (keys enable).",
    internal: `the key ${kid} is disabled`,
    extensions: { reason: "key_disabled" },
  });
}

function unavailable(internal: string): DomainError {
  return new DomainError("kms_unavailable", {
    detail: "The key service does not answer. Nothing was changed; try again shortly.",
    internal,
  });
}
