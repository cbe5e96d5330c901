import { createHash } from "node:crypto";
import { decodeProtectedHeader, EmbeddedJWK, jwtVerify } from "jose";
import { expect, it } from "vitest";
import { createSteppedClock } from "#test/fakes/stepped-clock";
import { generateKeyPair } from "./generate-key-pair.ts";
import { createPossessionProofs } from "./possession-proofs.ts";

const call = { method: "POST", url: "https://api.example/v2/a%2Fb?x=1", accessToken: "token-1" };

it("a proof is for this method, this address without its query, and this token (RFC 9449 §4.2, §7)", async () => {
  const clock = createSteppedClock();
  const key = await generateKeyPair("ES256");
  const proof = await createPossessionProofs(clock).prove(key, call);
  const { payload } = await jwtVerify(proof, EmbeddedJWK, { typ: "dpop+jwt", currentDate: clock.now() });
  expect(payload).toEqual({
    htm: "POST",
    htu: "https://api.example/v2/a%2Fb",
    ath: createHash("sha256").update("token-1").digest("base64url"),
    iat: Math.floor(clock.now().getTime() / 1000),
    jti: expect.stringMatching(/^[\w-]{36}$/),
  });
  expect(decodeProtectedHeader(proof)).toEqual({
    typ: "dpop+jwt",
    alg: "ES256",
    jwk: { kty: "EC", crv: "P-256", x: key["x"], y: key["y"] },
  });
});

it("no two proofs are the same, and the nonce of a server goes to that server alone (§8.2)", async () => {
  const proofs = createPossessionProofs(createSteppedClock());
  const key = await generateKeyPair("ES256");
  proofs.note("https://api.example/other", "n-1");
  const claims = async (url: string) =>
    JSON.parse(Buffer.from((await proofs.prove(key, { ...call, url })).split(".")[1] ?? "", "base64url").toString());
  const [one, two] = [await claims(call.url), await claims(call.url)];
  expect([one.nonce, two.nonce]).toEqual(["n-1", "n-1"]);
  expect(one.jti).not.toBe(two.jti);
  expect(await claims("https://elsewhere.example/")).not.toHaveProperty("nonce");
});
