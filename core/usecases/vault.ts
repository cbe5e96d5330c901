import type { OpenPurpose } from "../domain/anomaly/known-openings.ts";
import type { AuditAction } from "../domain/audit/audit-record.ts";
import { DomainError } from "../domain/problem/domain-error.ts";
import { ivBytes } from "../domain/sealing/aead.ts";
import {
  openValue,
  parseSealed,
  rewrapSealed,
  sealValue,
  type DataKey,
  type SealLocation,
} from "../domain/sealing/envelope.ts";
import type { AuditLog } from "../ports/audit-log.ts";
import type { KeyManagement } from "../ports/key-management.ts";
import type { Randomness } from "../ports/randomness.ts";

export interface SealedBytes {
  readonly kid: string;
  readonly sealed: Uint8Array;
}

/** Who opens a value, and what for; both stand in the audit log. */
export interface OpenAccess {
  readonly actor: string;
  readonly accountId?: string;
  readonly purpose: OpenPurpose;
}

/** Seals and opens. Plaintext exists only in the caller's memory, at the point of use. */
export interface Vault {
  /**
   * Generates and wraps a data key, before anything depends on it. Fails with `kms_unavailable`; with `database_unavailable` only
   * where this process has not read yet how the environment seals, or needs a tenant's key that is not in its memory.
   * @param tenantId whose account the value is of; absent: of no tenant's
   */
  prepare(environmentId: string, tenantId?: string): Promise<DataKey>;
  /** Cannot fail once the key is prepared. Uses the data key up. */
  seal(dataKey: DataKey, location: SealLocation, plaintext: Uint8Array): SealedBytes;
  /**
   * The audit record is durable before the value is opened (invariant 8).
   * @throws DomainError `sealed_value_invalid`, `kms_unavailable`, `database_unavailable`
   */
  open(location: SealLocation, sealed: Uint8Array, access: OpenAccess): Promise<Buffer>;
  /**
   * The same value with its data key wrapped by the key that is current now, as a re-wrap does; the value is not opened.
   * @returns null when it does not unwrap: altered, or its key is not configured, or destroyed
   * @throws DomainError `kms_unavailable`, also where its key is disabled
   */
  rewrap(environmentId: string, sealed: Uint8Array, tenantId?: string): Promise<SealedBytes | null>;
}

export function createVault(ports: {
  readonly keys: KeyManagement;
  readonly audit: AuditLog;
  readonly random: Randomness;
}): Vault {
  return {
    prepare: (environmentId, tenantId) => ports.keys.generateDataKey(environmentId, tenantId),

    seal(dataKey, location, plaintext) {
      return { kid: dataKey.kid, sealed: sealValue(dataKey, location, ports.random.bytes(ivBytes), plaintext) };
    },

    async rewrap(environmentId, sealed, tenantId) {
      const parts = parseSealed(sealed);
      if (parts === null) return null;
      const wrapped = await ports.keys.rewrap(environmentId, parts.kid, parts.wrapped, tenantId);
      return wrapped === null ? null : { kid: wrapped.kid, sealed: rewrapSealed(parts, wrapped) };
    },

    async open(location, sealed, access) {
      const parts = parseSealed(sealed);
      await ports.audit.append([
        {
          environmentId: location.environmentId,
          actor: access.actor,
          action: openedAction(location),
          target: location.owner,
          ...(access.accountId === undefined ? {} : { accountId: access.accountId }),
          ...(parts === null ? {} : { keyId: parts.kid }),
          detail: { field: location.field, version: location.version, purpose: access.purpose },
        },
      ]);
      const key = parts === null ? null : await ports.keys.unwrap(location.environmentId, parts.kid, parts.wrapped);
      const plaintext = parts === null || key === null ? null : openValue(parts, key, location);
      if (plaintext !== null) return plaintext;
      await ports.audit.append([
        {
          environmentId: location.environmentId,
          actor: access.actor,
          action: "sealed_value.invalid",
          target: location.owner,
          ...(access.accountId === undefined ? {} : { accountId: access.accountId }),
          ...(parts === null ? {} : { keyId: parts.kid }),
          detail: { field: location.field, version: location.version },
        },
      ]);
      throw new DomainError("sealed_value_invalid", {
        detail:
          "A stored value does not open: it was altered or moved, or its key is missing. Operators have been told.",
        internal: `${location.field} of ${location.owner}, version ${location.version}, key ${parts?.kid ?? "unknown"}`,
      });
    },
  };
}

function openedAction(location: SealLocation): AuditAction {
  return location.field === "token_set" ? "credential.opened" : "secret.opened";
}
