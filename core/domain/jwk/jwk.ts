import { createHash } from "node:crypto";

export type SigningAlgorithm = "ES256" | "RS256" | "PS256";

/** A private key of our own (RFC 7517), with `kid` and `alg`. In memory for one request; at rest it is sealed. */
export type PrivateJwk = Readonly<Record<string, string>>;
/** What of it everybody may see. */
export type PublicJwk = Readonly<Record<string, string>>;

/** The members that make a key of its type (RFC 7638 §3.2), in the order of their names. */
const publicMembers: Readonly<Record<string, readonly string[]>> = {
  EC: ["crv", "kty", "x", "y"],
  RSA: ["e", "kty", "n"],
};

/** RFC 7638: names a key by what it is. */
export function thumbprint(jwk: PrivateJwk | PublicJwk): string {
  return createHash("sha256")
    .update(JSON.stringify(pick(jwk)))
    .digest("base64url");
}

/** By list, not by leaving out: a member that nobody thought of stays private. */
export function publicJwk(jwk: PrivateJwk): PublicJwk {
  const { kid = thumbprint(jwk), alg } = jwk;
  return { ...pick(jwk), kid, ...(alg === undefined ? {} : { alg }), use: "sig" };
}

function pick(jwk: Readonly<Record<string, string>>): Record<string, string> {
  const members = publicMembers[jwk["kty"] ?? ""];
  if (members === undefined) throw new Error(`a key of the type ${jwk["kty"]} is none of ours`);
  return Object.fromEntries(members.map((name) => [name, jwk[name] ?? ""]));
}
