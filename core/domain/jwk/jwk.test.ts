import { expect, it } from "vitest";
import { publicJwk, thumbprint } from "./jwk.ts";

it("names a key by its thumbprint, as the example of RFC 7638 §3.1 has it", () => {
  const n =
    "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw";
  expect(thumbprint({ kty: "RSA", n, e: "AQAB", alg: "RS256", kid: "2011-04-29" })).toBe(
    "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs",
  );
});

it.each([
  ["EC", { kty: "EC", crv: "P-256", x: "x", y: "y", d: "secret" }],
  [
    "RSA",
    { kty: "RSA", n: "n", e: "e", d: "secret", p: "secret", q: "secret", dp: "secret", dq: "secret", qi: "secret" },
  ],
])("shows nothing of an %s key that must stay private, whatever stands in it", (_name, jwk) => {
  const shown = publicJwk({ ...jwk, kid: "kid-1", alg: "X", another: "secret" });
  expect(JSON.stringify(shown)).not.toContain("secret");
  expect(shown).toMatchObject({ kty: jwk.kty, kid: "kid-1", alg: "X", use: "sig" });
});
