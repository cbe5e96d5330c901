import { createPrivateKey, randomUUID, type KeyObject } from "node:crypto";
import { SignJWT } from "jose";
import { fillTemplates, type TemplateValues } from "#core/domain/integration/fill-template";
import type { GrantAssertion } from "#core/domain/integration/resolve-integration";
import type { ClientSecret } from "#core/ports/authorization-server";
import { ClientUnusable } from "./client-unusable.ts";

/**
 * The assertion of a JWT bearer grant (RFC 7523 §2.1), signed with the client secret, which is a private key.
 * @throws ClientUnusable saying what is wrong with the key, and nothing of what stands in it
 */
export async function signGrantAssertion(
  assertion: GrantAssertion,
  secret: ClientSecret,
  values: TemplateValues,
  now: Date,
): Promise<string> {
  const key = readPrivateKey(secret, assertion.algorithm);
  const issuedAt = Math.floor(now.getTime() / 1000);
  // What the document says comes first: neither the algorithm nor the times are its to replace.
  return await new SignJWT({ ...fillTemplates(assertion.claims, values) })
    .setProtectedHeader({ ...fillTemplates(assertion.headers, values), alg: assertion.algorithm, typ: "JWT" })
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + assertion.lifetimeSeconds)
    .setJti(randomUUID())
    .sign(key);
}

/** PKCS#8, and what providers hand out besides: PKCS#1 and SEC 1, with line breaks that became `\n` in some JSON on the way. */
function readPrivateKey(secret: ClientSecret, algorithm: GrantAssertion["algorithm"]): KeyObject {
  if (secret === null) throw new ClientUnusable("the client secret is not set; it must be a private key in PEM");
  const key = parse(secret.replaceAll("\\n", "\n").trim());
  const details = key.asymmetricKeyDetails;
  const isRsa = key.asymmetricKeyType === "rsa";
  const fits = algorithm === "ES256" ? details?.namedCurve === "prime256v1" : isRsa;
  if (!fits) {
    const wanted = algorithm === "ES256" ? "a P-256 key" : "an RSA key";
    throw new ClientUnusable(`the client secret is another private key than ${algorithm} needs (${wanted})`);
  }
  if (isRsa && (details?.modulusLength ?? 0) < 2048) {
    throw new ClientUnusable("the client secret is an RSA key of less than 2048 bits");
  }
  return key;
}

function parse(pem: string): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch {
    // The cause is not kept: some of its texts repeat what could not be read.
    throw new ClientUnusable(
      "the client secret is no private key; it must be one in PEM (PKCS#8, or PKCS#1 of RSA), without a passphrase",
    );
  }
}
