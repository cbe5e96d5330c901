import { generateKeyPairSync } from "node:crypto";
import { oauthConfigOf, type IntegrationDocument } from "#core/domain/integration/integration-document";

/** A secret of the kind that the document's client has: a private key (PEM) where it signs assertions with it, otherwise a text. */
export function clientSecretFor(document: IntegrationDocument): string {
  const algorithm = oauthConfigOf(document)?.assertion?.algorithm;
  if (algorithm === undefined) return "secret-of-the-check";
  const { privateKey } =
    algorithm === "ES256"
      ? generateKeyPairSync("ec", { namedCurve: "P-256" })
      : generateKeyPairSync("rsa", { modulusLength: 2048 });
  return privateKey.export({ type: "pkcs8", format: "pem" }).toString();
}
