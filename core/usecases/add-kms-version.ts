import type { AuditAction, AuditRecord } from "../domain/audit/audit-record.ts";
import { DomainError } from "../domain/problem/domain-error.ts";
import type { AuditLog } from "../ports/audit-log.ts";
import type { EnvironmentRecord, EnvironmentStore } from "../ports/environment-store.ts";
import type { Kms } from "../ports/kms.ts";
import type { AddedVersion, KmsRotation } from "../ports/kms-rotation.ts";
import type { RewrapStore } from "../ports/rewrap-store.ts";
import type { RotationGate } from "../ports/rotation-gate.ts";
import type { SealingAdministration } from "../ports/sealing-store.ts";

export interface AddKmsVersionPorts {
  readonly kms: Pick<Kms, "describe">;
  readonly kmsRotation: KmsRotation;
  readonly rotationGate: RotationGate;
  readonly environments: Pick<EnvironmentStore, "list">;
  readonly rewraps: Pick<RewrapStore, "findUnfinished">;
  readonly sealing: Pick<SealingAdministration, "recordVersion">;
  readonly audit: AuditLog;
}

export interface RotatedKey {
  readonly added: AddedVersion;
  /** Names of the environments that use it. */
  readonly usedBy: readonly string[];
  /** What to wait for before everything is wrapped anew; null: nothing. */
  readonly wait: string | null;
}

/** Their data key was wrapped before they asked their provider, who may take as long as a lease (30 s). */
const inHand = "Refreshes that are under way now write under the version before: wait a minute for them.";

/**
 * Adds a version to the key of the KMS that wraps now (R42). In every environment that uses the key it stands in the audit log that one was
 * asked for, before the KMS is asked, and then what came of it: a process that dies in between leaves the first alone, and then nobody
 * knows but the KMS.
 *
 * @param actor who stands in the audit log
 * @param environment whose own keys, by name; null: the keys of all environments without keys of their own
 * @throws DomainError `not_found` for an environment that is not there, `invalid_request` for one without keys of its own, `conflict` where
 *   all have keys of their own, where a re-wrap of everything is not over, and as RotationGate says; as KmsRotation says; and
 *   `database_unavailable` with what was added where that could not be recorded any more
 */
export async function addKmsVersion(
  ports: AddKmsVersionPorts,
  actor: string,
  environment: string | null,
): Promise<RotatedKey> {
  const { kmsRotation, rotationGate, rewraps, sealing, audit } = ports;
  const { kid, users } = await keyOf(ports, environment);
  const records = (action: AuditAction, detail: AuditRecord["detail"] = {}): readonly AuditRecord[] =>
    users.map(({ id }) => ({ environmentId: id, actor, action, target: kid, keyId: kid, detail }));
  return await rotationGate.alone(async () => {
    await refuseDuringRun(rewraps, users);
    await audit.append(records("key.version_asked"));
    let added: AddedVersion;
    try {
      added = await kmsRotation.addVersion(environment);
    } catch (error) {
      const said = error instanceof DomainError ? { problem: error.code, said: error.detail } : { problem: null };
      // What the KMS said is worth more than that nobody could write it down.
      await audit.append(records("key.version_failed", said)).catch(() => {});
      throw error;
    }
    const named = added.kind === "version" ? { version: added.version } : { new_key: added.reference };
    await sealing
      .recordVersion(added.kind === "version" ? kid : null, records("key.version_added", named))
      .catch((error: unknown) => {
        throw unrecorded(added, error);
      });
    const wait = added.kind === "version" ? [...(added.wait === null ? [] : [added.wait]), inHand].join(" ") : null;
    return { added, usedBy: users.map(({ name }) => name), wait };
  });
}

/** The key that would get a version, and the environments whose new values it wraps. */
async function keyOf(
  { kms, environments }: Pick<AddKmsVersionPorts, "kms" | "environments">,
  environment: string | null,
): Promise<{ readonly kid: string; readonly users: readonly EnvironmentRecord[] }> {
  const all = await environments.list();
  const current = (await kms.describe()).filter(({ state }) => state === "current");
  const own = new Set(current.flatMap((key) => key.environment ?? []));
  const users = all.filter(({ name }) => (environment === null ? !own.has(name) : name === environment));
  if (environment !== null && users.length === 0)
    throw new DomainError("not_found", { detail: `There is no environment ${environment}.` });
  const key = current.find((one) => one.environment === environment);
  if (key === undefined) throw environment === null ? new Error("no key wraps") : noOwnKeys(environment);
  if (users.length === 0) {
    throw new DomainError("conflict", {
      detail:
        "Every environment has keys of its own, so nothing uses the others: name the environment whose key it is.",
    });
  }
  return { kid: key.id, users };
}

export function noOwnKeys(environment: string): DomainError {
  return new DomainError("invalid_request", {
    detail: `${environment} has no keys of its own: it uses those of all environments. Without an environment those are rotated.`,
  });
}

async function refuseDuringRun(
  rewraps: Pick<RewrapStore, "findUnfinished">,
  users: readonly EnvironmentRecord[],
): Promise<void> {
  for (const { id, name } of users) {
    const run = await rewraps.findUnfinished(id);
    if (run === null || !run.everything) continue;
    throw new DomainError("conflict", {
      detail: `A re-wrap of everything is ${run.state} in ${name} (${run.id}), and what it has passed would stay under the version before. Nothing was changed: let it end, or stop it, and rotate then.`,
    });
  }
}

function unrecorded(added: AddedVersion, cause: unknown): DomainError {
  const done =
    added.kind === "version"
      ? `${added.kid} has ${added.version === null ? "a new version" : `the new version ${added.version}`} in the key service`
      : `The token has the new key ${added.reference} beside ${added.kid}`;
  return new DomainError("database_unavailable", {
    detail: `${done}, and that could not be written down: the audit log says only that it was asked for. Do not rotate again for it.`,
    cause,
  });
}
