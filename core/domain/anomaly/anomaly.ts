/**
 * What may ring. `decrypt_rate`: more opened than a caller ever does. `tenant_spread`: of more tenants. `dormant_key`: a key that was
 * not used for long. `new_network`: a key from a network that it never came from. `unknown_path`: something was opened in a way that
 * no code of ours opens it. `needs_reauth_spike`: customers leave an integration.
 */
export const anomalyKinds = [
  "decrypt_rate",
  "tenant_spread",
  "dormant_key",
  "new_network",
  "unknown_path",
  "needs_reauth_spike",
] as const;

export type AnomalyKind = (typeof anomalyKinds)[number];

/** Kinds that are about a caller, and may stop an API key. */
export const callerAnomalyKinds = [
  "decrypt_rate",
  "tenant_spread",
  "dormant_key",
  "new_network",
  "unknown_path",
] as const satisfies readonly AnomalyKind[];

export type CallerAnomalyKind = (typeof callerAnomalyKinds)[number];

/** How far it is from the past. Null: nothing is counted. */
export interface Measured {
  readonly observed: number;
  /** What counts as usual: 0 where there is none. */
  readonly usual: number;
  /** It rings above this. */
  readonly bound: number;
  readonly windowSeconds: number;
}

/** One reason to ring, found in what was just read. */
export interface Finding {
  readonly kind: AnomalyKind;
  /** A caller (`key_…`, `usr_…`, `worker`), or the name of an integration. */
  readonly subject: string;
  readonly at: Date;
  readonly measured: Measured | null;
  /** What else there is to say. Ids, names and counts; never a secret. */
  readonly detail: Readonly<Record<string, string | number | boolean | null>>;
}

/** From the first finding until it has been quiet for a while. One event each. */
export interface Episode {
  readonly id: string;
  readonly kind: AnomalyKind;
  readonly subject: string;
  readonly startedAt: Date;
  /** Of the latest finding. */
  readonly lastAt: Date;
  readonly measured: Measured | null;
  readonly detail: Finding["detail"];
}

/** Without a finding for this long an episode is over, seconds. */
export const quietSeconds: Readonly<Record<AnomalyKind, number>> = {
  decrypt_rate: 900,
  tenant_spread: 900,
  dormant_key: 900,
  new_network: 900,
  unknown_path: 900,
  // Customers leave one by one: what goes on for a day is one piece of news.
  needs_reauth_spike: 6 * 3600,
};
