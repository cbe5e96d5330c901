import { makeId } from "../domain/identifier/identifier.ts";
import type { SecretDigests } from "../ports/secret-digests.ts";

/**
 * The link that a run makes for an account: derived from both, and stored nowhere. The worker makes its row, with the digest alone;
 * whoever began the run can have it derived again, and nothing but EVERGRANT_SECRET gives it (ADR 0051).
 */
export function runLink(
  digests: SecretDigests,
  runId: string,
  accountId: string,
): { readonly id: string; readonly secret: Uint8Array } {
  const derive = (part: string): Uint8Array => digests.digest("run_link", `${part}:${runId}:${accountId}`);
  return { id: makeId("lnk", Buffer.concat(["id1", "id2", "id3"].map(derive))), secret: derive("secret") };
}
