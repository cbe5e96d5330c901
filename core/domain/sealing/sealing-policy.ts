/**
 * What wraps the data keys of an environment's accounts. `direct`: the KMS, each one. `tenant`: the tenant's key, which the KMS wraps.
 * What belongs to no tenant (client secrets, webhook secrets) is always wrapped by the KMS.
 */
export const sealingPolicies = ["direct", "tenant"] as const;

export type SealingPolicy = (typeof sealingPolicies)[number];

export function isSealingPolicy(text: string): text is SealingPolicy {
  return (sealingPolicies as readonly string[]).includes(text);
}

/** Tenant keys are told from keys of the KMS by their prefix. */
export function isTenantKeyId(kid: string): boolean {
  return kid.startsWith("tk_");
}

/**
 * Wraps under one key after which operators are told. NIST SP 800-38D allows 2³² with random IVs; both our own wraps derive a key for
 * each, so the bound is never near, but whether a KMS does so is its own affair.
 */
export const wrapsAlarm = 2 ** 31;
