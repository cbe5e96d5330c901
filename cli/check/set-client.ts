import { generateKeyPairSync } from "node:crypto";
import { oauthConfigOf, type IntegrationDocument } from "#core/domain/integration/integration-document";
import { configureClient } from "#core/usecases/configure-client";
import { ensureClientKey } from "#core/usecases/ensure-client-key";
import type { CheckWorld } from "./check-world.ts";

/** Sets an OAuth client of the kind that the document's provider wants. */
export async function setClient(
  { container, caller, clientSecret }: Pick<CheckWorld, "container" | "caller" | "clientSecret">,
  document: IntegrationDocument,
  clientId: string,
): Promise<void> {
  const signs = oauthConfigOf(document)?.options.authorizationMethod === "private_key_jwt";
  await configureClient(container, caller, document.name, { clientId, ...(signs ? {} : { clientSecret }) });
  if (signs) await ensureClientKey(container, caller, document.name, { rotates: false });
}

/** A private key (PEM) where grants are signed with it, otherwise a text. */
export function secretFor(document: IntegrationDocument): string {
  const algorithm = oauthConfigOf(document)?.assertion?.algorithm;
  if (algorithm === undefined) return "secret-of-the-check";
  const { privateKey } =
    algorithm === "ES256"
      ? generateKeyPairSync("ec", { namedCurve: "P-256" })
      : generateKeyPairSync("rsa", { modulusLength: 2048 });
  return privateKey.export({ type: "pkcs8", format: "pem" }).toString();
}
