import { makeApiKey } from "../domain/access/api-key.ts";
import { idRandomBytes, makeId } from "../domain/identifier/identifier.ts";
import type { Randomness } from "../ports/randomness.ts";
import type { SecretDigests } from "../ports/secret-digests.ts";
import type { Once } from "./run-once.ts";

/**
 * A key to show once and the parts of it that are kept.
 *
 * @param once of a request that may come again: it mints the same one
 */
export function mintApiKey(
  ports: { readonly random: Randomness; readonly digests: SecretDigests },
  once?: Once,
): {
  readonly id: string;
  readonly key: string;
  readonly digest: Uint8Array;
  readonly lastFour: string;
} {
  const key = makeApiKey(once?.secret() ?? ports.random.bytes(32));
  return {
    id: once?.id("key") ?? makeId("key", ports.random.bytes(idRandomBytes)),
    key,
    digest: ports.digests.digest("api_key", key),
    lastFour: key.slice(-4),
  };
}
