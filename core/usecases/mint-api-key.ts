import { makeApiKey } from "../domain/access/api-key.ts";
import { idRandomBytes, makeId } from "../domain/identifier/identifier.ts";
import type { Randomness } from "../ports/randomness.ts";
import type { SecretDigests } from "../ports/secret-digests.ts";

/** A key to show once and the parts of it that are kept. */
export function mintApiKey(ports: { readonly random: Randomness; readonly digests: SecretDigests }): {
  readonly id: string;
  readonly key: string;
  readonly digest: Uint8Array;
  readonly lastFour: string;
} {
  const key = makeApiKey(ports.random.bytes(32));
  return {
    id: makeId("key", ports.random.bytes(idRandomBytes)),
    key,
    digest: ports.digests.digest("api_key", key),
    lastFour: key.slice(-4),
  };
}
