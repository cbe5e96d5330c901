import { isInUse } from "#core/domain/integration/client-keys";
import type { ConfiguredIntegration } from "#core/ports/integration-store";
import type { ClientProofsView } from "../schemas/client-proofs.ts";

/** What may be seen of how a client proves itself, for whoever registers it at the provider. */
export function toClientProofsView(
  { client }: ConfiguredIntegration,
  jwksUri: (callbackId: string) => string,
  now: Date,
): ClientProofsView {
  const keys = (client?.keys?.published ?? []).filter((one) => isInUse(one, now));
  const shown = client?.certificate?.shown;
  return {
    client_certificate:
      shown === undefined
        ? null
        : { subject: shown.subject, sha256: shown.sha256, not_after: shown.notAfter.toISOString() },
    jwks_uri: client === null || keys.length === 0 ? null : jwksUri(client.callbackId),
    client_keys: keys.map(({ jwk, createdAt, acceptedUntil }) => ({
      jwk: { ...jwk },
      created_at: createdAt.toISOString(),
      accepted_until: acceptedUntil?.toISOString() ?? null,
    })),
  };
}
