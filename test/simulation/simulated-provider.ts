import type { RotationRule } from "#core/domain/refresh/refresh-policy";

/** What a provider does with refresh tokens; what the integration says of it is true in every run. */
export type ProviderRotation =
  | Exclude<RotationRule, { readonly rule: "grace" }>
  | {
      readonly rule: "grace";
      readonly graceSeconds: number;
      /** A replay within the grace gets the same successor again, or another one beside it. */
      readonly successor: "same" | "another";
    };

export type GrantEnd = "user" | "reuse" | "reauthorized" | "revoked";

/** Why a refresh token is refused. */
export type Refusal =
  | { readonly kind: "grant_ended"; readonly by: GrantEnd; readonly request: number | null }
  | { readonly kind: "used"; readonly consumer: number }
  | { readonly kind: "unknown" };

export type TokenAnswer =
  | { readonly kind: "tokens"; readonly accessToken: string; readonly refreshToken: string | null }
  | { readonly kind: "invalid_grant"; readonly refusal: Refusal };

interface Grant {
  end: { readonly by: GrantEnd; readonly request: number | null } | null;
}

interface RefreshToken {
  readonly value: string;
  readonly grant: Grant;
  /** The first request that used it, and when. */
  consumer: { readonly request: number; readonly atMs: number } | null;
  successor: string | null;
}

export interface SimulatedProvider {
  readonly name: string;
  readonly rotation: ProviderRotation;
  readonly lifeSeconds: number;
  /** A customer says yes: a new grant. Some providers end the one before. */
  connect(nowMs: number): { readonly accessToken: string; readonly refreshToken: string };
  /** RFC 6749 §6. */
  refresh(refreshToken: string, request: number, nowMs: number): TokenAnswer;
  /** Whether a refresh with it would work; asking changes nothing. */
  refusalOf(refreshToken: string, nowMs: number): Refusal | null;
  /** Ends the grant of a token. */
  revoke(token: string, by: GrantEnd): void;
  /** Ends every grant. */
  endAll(by: GrantEnd): void;
  /** When an access token of this provider ends; undefined: it never gave it. */
  accessTokenEndsMs(accessToken: string): number | undefined;
}

/** One provider with all that it knows: chains of refresh tokens, grants, and who ended them. */
export function createSimulatedProvider(options: {
  readonly name: string;
  readonly rotation: ProviderRotation;
  readonly lifeSeconds: number;
  readonly endsOldGrant: boolean;
}): SimulatedProvider {
  const { name, rotation, lifeSeconds } = options;
  const tokens = new Map<string, RefreshToken>();
  const accessTokens = new Map<string, number>();
  const grants: Grant[] = [];
  let count = 0;

  const issue = (grant: Grant): string => {
    count += 1;
    const value = `${name}-refresh-${count}`;
    tokens.set(value, { value, grant, consumer: null, successor: null });
    return value;
  };
  const issueAccess = (nowMs: number): string => {
    count += 1;
    const value = `${name}-access-${count}`;
    accessTokens.set(value, nowMs + lifeSeconds * 1000);
    return value;
  };

  const isWithinGrace = (token: RefreshToken, nowMs: number): boolean =>
    rotation.rule === "grace" && token.consumer !== null && nowMs <= token.consumer.atMs + rotation.graceSeconds * 1000;

  const refusalOf = (value: string, nowMs: number): Refusal | null => {
    const token = tokens.get(value);
    if (token === undefined) return { kind: "unknown" };
    const { end } = token.grant;
    if (end !== null) return { kind: "grant_ended", by: end.by, request: end.request };
    if (token.consumer === null || isWithinGrace(token, nowMs)) return null;
    return { kind: "used", consumer: token.consumer.request };
  };

  /** The newest token that grew out of this one and is still good. */
  const tipOf = (token: RefreshToken, nowMs: number): string => {
    let tip = token;
    for (;;) {
      const next = tip.successor === null ? undefined : tokens.get(tip.successor);
      if (next === undefined) return tip.value;
      tip = next;
      if (tip.consumer === null || isWithinGrace(tip, nowMs)) return tip.value;
    }
  };

  return {
    name,
    rotation,
    lifeSeconds,

    connect(nowMs) {
      if (options.endsOldGrant) for (const grant of grants) grant.end ??= { by: "reauthorized", request: null };
      const grant: Grant = { end: null };
      grants.push(grant);
      return { accessToken: issueAccess(nowMs), refreshToken: issue(grant) };
    },

    refresh(value, request, nowMs) {
      const token = tokens.get(value);
      const refusal = refusalOf(value, nowMs);
      if (refusal !== null || token === undefined) {
        // RFC 9700 §4.14.2: a used token that comes again was stolen from somebody, so nobody keeps the grant.
        if (refusal?.kind === "used" && rotation.rule === "family_revocation" && token !== undefined) {
          token.grant.end = { by: "reuse", request };
        }
        return { kind: "invalid_grant", refusal: refusal ?? { kind: "unknown" } };
      }
      const accessToken = issueAccess(nowMs);
      if (rotation.rule === "none") return { kind: "tokens", accessToken, refreshToken: null };
      const isReplay = token.consumer !== null;
      token.consumer ??= { request, atMs: nowMs };
      const isSame = isReplay && rotation.rule === "grace" && rotation.successor === "same";
      const refreshToken = isSame ? tipOf(token, nowMs) : issue(token.grant);
      token.successor ??= refreshToken;
      return { kind: "tokens", accessToken, refreshToken };
    },

    refusalOf,
    revoke(value, by) {
      const token = tokens.get(value);
      if (token !== undefined) token.grant.end ??= { by, request: null };
    },
    endAll(by) {
      for (const grant of grants) grant.end ??= { by, request: null };
    },
    accessTokenEndsMs: (accessToken) => accessTokens.get(accessToken),
  };
}
