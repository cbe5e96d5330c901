import { DomainError } from "../domain/problem/domain-error.ts";
import type { AuditLog } from "../ports/audit-log.ts";
import type { EnvironmentStore } from "../ports/environment-store.ts";
import type { Kms } from "../ports/kms.ts";
import type { AddedVersion, KmsRotation } from "../ports/kms-rotation.ts";

export interface AddKmsVersionPorts {
  readonly kms: Pick<Kms, "describe">;
  readonly kmsRotation: KmsRotation;
  readonly environments: Pick<EnvironmentStore, "list">;
  readonly audit: AuditLog;
}

/**
 * Adds a version to the key of the KMS that wraps now (R42), and records it in every environment that uses the key. It is recorded behind
 * the deed, since only then it has a name: a process that dies in between leaves the record that the KMS keeps itself.
 *
 * @param actor who stands in the audit log
 * @param environment whose own keys, by name; null: the keys of all environments without keys of their own
 * @returns what was added, and the names of the environments that use it
 * @throws DomainError `not_found` for an environment that is not there, `conflict` where all have keys of their own; and as KmsRotation says
 */
export async function addKmsVersion(
  { kms, kmsRotation, environments, audit }: AddKmsVersionPorts,
  actor: string,
  environment: string | null,
): Promise<{ readonly added: AddedVersion; readonly usedBy: readonly string[] }> {
  const all = await environments.list();
  const own = new Set((await kms.describe()).flatMap((key) => key.environment ?? []));
  const users = all.filter(({ name }) => (environment === null ? !own.has(name) : name === environment));
  if (environment !== null && users.length === 0)
    throw new DomainError("not_found", { detail: `There is no environment ${environment}.` });
  if (users.length === 0) {
    throw new DomainError("conflict", {
      detail:
        "Every environment has keys of its own, so nothing uses the others: name the environment whose key it is.",
    });
  }
  const added = await kmsRotation.addVersion(environment);
  await audit.append(
    users.map(({ id }) => ({
      environmentId: id,
      actor,
      action: "key.version_added",
      target: added.kid,
      keyId: added.kid,
      detail: added.kind === "version" ? { version: added.version } : { new_key: added.reference },
    })),
  );
  return { added, usedBy: users.map(({ name }) => name) };
}
