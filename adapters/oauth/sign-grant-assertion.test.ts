import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { jwtVerify } from "jose";
import { describe, expect, it } from "vitest";
import type { GrantAssertion } from "#core/domain/integration/resolve-integration";
import { ClientUnusable } from "./client-unusable.ts";
import { signGrantAssertion } from "./sign-grant-assertion.ts";

const now = new Date("2026-11-20T10:00:00.700Z");
const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
const ec = generateKeyPairSync("ec", { namedCurve: "P-256" });
const pem = (key: KeyObject, type: "pkcs8" | "pkcs1" | "sec1"): string =>
  key.export({ type, format: "pem" } as { type: "pkcs8"; format: "pem" }).toString();

const assertion: GrantAssertion = {
  algorithm: "RS256",
  claims: { iss: "{client_id}", sub: "{user}", aud: "https://issuer.example", scope: "{scope}", region: "{region}" },
  headers: { kid: "{key_id}" },
  lifetimeSeconds: 300,
  sendsClientId: false,
};
const values = { client_id: "client-1", user: "ada@example.com", scope: "read write", key_id: "k-1", region: "" };

const sign = async (secret: string | null, changes: Partial<GrantAssertion> = {}, publicKey = rsa.publicKey) => {
  const signed = await signGrantAssertion({ ...assertion, ...changes }, secret, values, now);
  return await jwtVerify(signed, publicKey, { currentDate: now });
};

describe("an assertion of a JWT bearer grant (RFC 7523 §2.1)", () => {
  it("says what the document says, for so long, and what is empty stays away", async () => {
    const { payload, protectedHeader } = await sign(pem(rsa.privateKey, "pkcs8"));
    expect(protectedHeader).toEqual({ alg: "RS256", typ: "JWT", kid: "k-1" });
    expect(payload).toEqual({
      iss: "client-1",
      sub: "ada@example.com",
      aud: "https://issuer.example",
      scope: "read write",
      iat: Date.parse("2026-11-20T10:00:00Z") / 1000,
      exp: Date.parse("2026-11-20T10:05:00Z") / 1000,
      jti: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
  });

  it("is another one each time", async () => {
    const secret = pem(rsa.privateKey, "pkcs8");
    expect((await sign(secret)).payload.jti).not.toBe((await sign(secret)).payload.jti);
  });

  it("lets no claim or header replace what it adds", async () => {
    const claims = { iss: "i", sub: "s", aud: "a", exp: "9999999999", iat: "1", jti: "fixed" };
    const { payload, protectedHeader } = await sign(pem(rsa.privateKey, "pkcs8"), { claims, headers: { alg: "none" } });
    expect(payload).toMatchObject({ iat: 1_795_168_800, exp: 1_795_169_100 });
    expect(payload.jti).not.toBe("fixed");
    expect(protectedHeader.alg).toBe("RS256");
  });

  it.each<[string, string, Partial<GrantAssertion>, KeyObject]>([
    ["PKCS#8", pem(rsa.privateKey, "pkcs8"), {}, rsa.publicKey],
    ["PKCS#1 of RSA", pem(rsa.privateKey, "pkcs1"), {}, rsa.publicKey],
    ["line breaks that became \\n", pem(rsa.privateKey, "pkcs8").replaceAll("\n", "\\n"), {}, rsa.publicKey],
    ["white space around it", `\n  ${pem(rsa.privateKey, "pkcs8")}\n`, {}, rsa.publicKey],
    ["PS256", pem(rsa.privateKey, "pkcs8"), { algorithm: "PS256" }, rsa.publicKey],
    ["ES256", pem(ec.privateKey, "pkcs8"), { algorithm: "ES256" }, ec.publicKey],
    ["SEC 1 of a P-256 key", pem(ec.privateKey, "sec1"), { algorithm: "ES256" }, ec.publicKey],
  ])("is signed with a key in %s", async (_name, secret, changes, publicKey) => {
    expect((await sign(secret, changes, publicKey)).payload.sub).toBe("ada@example.com");
  });
});

describe("a secret that signs nothing", () => {
  const small = generateKeyPairSync("rsa", { modulusLength: 1024 }).privateKey;
  const curve = generateKeyPairSync("ec", { namedCurve: "P-384" }).privateKey;
  const locked = rsa.privateKey.export({ type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase: "x" });

  it.each<[string, string | null, Partial<GrantAssertion>, string]>([
    ["is missing", null, {}, "is not set"],
    ["is a word", "hush-hush-0123456789", {}, "is no private key"],
    ["is a public key", rsa.publicKey.export({ type: "spki", format: "pem" }).toString(), {}, "is no private key"],
    ["is cut off", pem(rsa.privateKey, "pkcs8").slice(0, 700), {}, "is no private key"],
    ["has a passphrase", locked.toString(), {}, "without a passphrase"],
    ["is of another kind", pem(ec.privateKey, "pkcs8"), {}, "than RS256 needs (an RSA key)"],
    ["is of another curve", pem(curve, "pkcs8"), { algorithm: "ES256" }, "than ES256 needs (a P-256 key)"],
    ["is too small", pem(small, "pkcs8"), {}, "less than 2048 bits"],
  ])("%s: the operator reads why, and nothing of it", async (_name, secret, changes, message) => {
    const error: unknown = await sign(secret, changes).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ClientUnusable);
    expect(String(error)).toContain(message);
    expect((error as Error).cause).toBeUndefined();
    expect(String(error)).not.toMatch(/hush|MII/);
  });
});
