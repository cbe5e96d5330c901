import type { Adapter, AdapterFactory, AdapterPayload } from "oidc-provider";
import type { RecordStore } from "./open-record-store.ts";

/** oidc-provider's storage over the record store. Each model ends its own records of a grant. */
export function createStateAdapter(store: RecordStore): AdapterFactory {
  return (model) => createModelAdapter(store, model);
}

function createModelAdapter(store: RecordStore, model: string): Adapter {
  const idsOfGrant = new Map<string, Set<string>>();
  const idOfUid = new Map<string, string>();

  function index(id: string, payload: AdapterPayload): void {
    if (payload.uid !== undefined) idOfUid.set(payload.uid, id);
    if (payload.grantId === undefined) return;
    const ids = idsOfGrant.get(payload.grantId);
    if (ids === undefined) idsOfGrant.set(payload.grantId, new Set([id]));
    else ids.add(id);
  }

  function find(id: string): AdapterPayload | undefined {
    return store.get(model, id) as AdapterPayload | undefined;
  }

  for (const { id, value } of store.list(model)) index(id, value as AdapterPayload);

  return {
    async upsert(id, payload, expiresInSeconds) {
      store.put(model, id, payload, expiresInSeconds === undefined ? null : Date.now() + expiresInSeconds * 1000);
      index(id, payload);
    },
    async find(id) {
      return find(id);
    },
    async findByUid(uid) {
      const id = idOfUid.get(uid);
      return id === undefined ? undefined : find(id);
    },
    async findByUserCode() {
      return undefined;
    },
    async consume(id) {
      const payload = find(id);
      if (payload === undefined) return;
      // A spent record stays until it would have expired: only then is its second use seen as reuse.
      const expiresAt = payload.exp === undefined ? null : payload.exp * 1000;
      store.put(model, id, { ...payload, consumed: Math.floor(Date.now() / 1000) }, expiresAt);
    },
    async destroy(id) {
      const payload = find(id);
      if (payload?.grantId !== undefined) idsOfGrant.get(payload.grantId)?.delete(id);
      if (payload?.uid !== undefined) idOfUid.delete(payload.uid);
      store.delete(model, id);
    },
    async revokeByGrantId(grantId) {
      for (const id of idsOfGrant.get(grantId) ?? []) store.delete(model, id);
      idsOfGrant.delete(grantId);
    },
  };
}
