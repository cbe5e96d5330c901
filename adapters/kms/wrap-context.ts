import { lengthPrefixed } from "#core/domain/sealing/envelope";
import type { WrapContext } from "#core/ports/kms";

/** Associated data of a KMS that takes bytes. Length-prefixed, so that no two contexts read alike. */
export function associatedData(context: WrapContext): Buffer {
  return Buffer.from(lengthPrefixed(["evergrant/kms/1", context.environmentId, context.purpose, context.owner ?? ""]));
}
