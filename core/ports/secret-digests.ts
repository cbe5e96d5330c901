/** What a digest is of; each has a key of its own, derived from EVERGRANT_SECRET. */
export type DigestPurpose =
  | "api_key"
  | "link_token"
  | "link_cookie"
  | "state"
  | "browser"
  | "connect_embed"
  | "refresh_token"
  | "invitation"
  | "idempotency_key"
  | "idempotent_request"
  | "derived_id"
  | "derived_secret"
  /** Where a list of the unified API goes on. */
  | "unified_cursor"
  /** The link that an event carries (R84). */
  | "event_link"
  /** A link of a run over many accounts (ADR 0051). */
  | "run_link";

/** Keyed digests (HMAC-SHA-256) of secrets that are looked up or compared but never needed again in the clear. */
export interface SecretDigests {
  digest(purpose: DigestPurpose, secret: string): Uint8Array;
}
