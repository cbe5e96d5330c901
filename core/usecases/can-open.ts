import { DomainError } from "../domain/problem/domain-error.ts";
import type { SealField, SealLocation } from "../domain/sealing/envelope.ts";
import type { StoredValue } from "../ports/rewrap-store.ts";
import type { OpenAccess, Vault } from "./vault.ts";

/** Where a value belongs by the row that it was read from. */
export function locationOf(environmentId: string, { owner, field, version }: StoredValue): SealLocation {
  return { environmentId, owner, field: field as SealField, version };
}

/**
 * Whether a value opens, audited like every opening; nobody sees what is in it.
 *
 * @returns false: it was altered or moved, or its key is missing, destroyed or disabled
 * @throws DomainError `kms_unavailable`, `database_unavailable`: nobody knows
 */
export async function canOpen(
  vault: Pick<Vault, "open">,
  environmentId: string,
  value: StoredValue,
  access: OpenAccess,
): Promise<boolean> {
  try {
    const plaintext = await vault.open(locationOf(environmentId, value), value.sealed, {
      ...access,
      ...(value.place === "credential" ? { accountId: value.owner } : {}),
    });
    plaintext.fill(0);
    return true;
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    if (error.code === "sealed_value_invalid" || isKeyDisabled(error)) return false;
    throw error;
  }
}

/** An operator disabled the key: the KMS may well be there. */
export function isKeyDisabled(error: unknown): boolean {
  return error instanceof DomainError && error.extensions["reason"] === "key_disabled";
}

/** What was sealed with a tenant's key that is no more: nobody ever opens it, so it is not stored, now or later. */
export function isKeyDestroyed(error: unknown): boolean {
  return error instanceof DomainError && error.extensions["reason"] === "key_destroyed";
}
