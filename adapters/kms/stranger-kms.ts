import { keyBytes } from "#core/domain/sealing/aead";
import type { Kms } from "#core/ports/kms";
import type { Randomness } from "#core/ports/randomness";
import { createLocalKeyring } from "./local-keyring.ts";

/** Random keys under the given ids, for every environment: somebody who has everything but the real ones. */
export function createStrangerKms(kids: readonly string[], random: Randomness): Kms {
  const keyOf = (id: string) => ({ id, key: random.bytes(keyBytes) });
  const [first = keyOf("none"), ...rest] = kids.map(keyOf);
  const keyrings = { shared: [first, ...rest] as const, perEnvironment: new Map() };
  return createLocalKeyring({ keyrings, environmentName: async () => "any", random });
}
