import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { tenantWrapRandomBytes, unwrapUnderTenantKey, wrapUnderTenantKey } from "./tenant-wrap.ts";

const tenantKey = randomBytes(32);
const dataKey = randomBytes(32);
const context = { tenantKeyId: "tk_a", environmentId: "env_a" };
const wrapped = wrapUnderTenantKey(tenantKey, context, dataKey, randomBytes(tenantWrapRandomBytes));

describe("a data key under a tenant key", () => {
  it("comes back", () => {
    expect(wrapped).toHaveLength(16 + 12 + 48);
    expect(unwrapUnderTenantKey(tenantKey, context, wrapped)).toEqual(dataKey);
  });

  it.each<[string, Uint8Array, typeof context]>([
    ["another tenant key", randomBytes(32), context],
    ["another key id", tenantKey, { ...context, tenantKeyId: "tk_b" }],
    ["another environment", tenantKey, { ...context, environmentId: "env_b" }],
  ])("does not come back under %s", (_name, key, where) => {
    expect(unwrapUnderTenantKey(key, where, wrapped)).toBeNull();
  });

  it("does not come back with any byte changed, cut or added", () => {
    for (let at = 0; at < wrapped.length; at += 1) {
      const changed = Uint8Array.from(wrapped);
      changed[at] = (changed[at] ?? 0) ^ 0x80;
      expect(unwrapUnderTenantKey(tenantKey, context, changed), `byte ${at}`).toBeNull();
      expect(unwrapUnderTenantKey(tenantKey, context, wrapped.subarray(0, at)), `cut to ${at}`).toBeNull();
    }
    expect(unwrapUnderTenantKey(tenantKey, context, Buffer.concat([wrapped, Buffer.from([0])]))).toBeNull();
  });

  it("is wrapped under a key of its own each time: another salt, another derived key", () => {
    const other = wrapUnderTenantKey(tenantKey, context, dataKey, randomBytes(tenantWrapRandomBytes));
    expect(Buffer.from(other).subarray(0, 16)).not.toEqual(Buffer.from(wrapped).subarray(0, 16));
    expect(unwrapUnderTenantKey(tenantKey, context, other)).toEqual(dataKey);
  });
});
