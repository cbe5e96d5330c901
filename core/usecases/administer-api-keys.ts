import { judgeNewKey, type KeyWish } from "../domain/access/judge-new-key.ts";
import type { Caller } from "../domain/access/permission.ts";
import { assertNever, DomainError } from "../domain/problem/domain-error.ts";
import type { ApiKey, ApiKeyActivity, ApiKeyStore } from "../ports/api-key-store.ts";
import type { Randomness } from "../ports/randomness.ts";
import type { SecretDigests } from "../ports/secret-digests.ts";
import { mintApiKey } from "./mint-api-key.ts";
import type { Once } from "./run-once.ts";

export interface ApiKeyPorts {
  readonly apiKeys: ApiKeyStore;
  readonly random: Randomness;
  readonly digests: SecretDigests;
}

/** Nobody looks through more; a product has some, and a loop that makes them makes no end. */
export const mostApiKeys = 500;

/**
 * @param once of a request that may come again: it makes the same key
 * @returns the key as it is kept, and itself, to show once
 * @throws DomainError forbidden: it would grant what its maker lacks; invalid_request; conflict: there are as many as may be
 */
export async function createApiKey(
  ports: ApiKeyPorts,
  caller: Caller,
  wish: KeyWish,
  once: Once | undefined,
): Promise<{ readonly apiKey: ApiKey; readonly key: string }> {
  const { environmentId } = caller;
  const maker = caller.kind === "api_key" ? await ports.apiKeys.find(environmentId, caller.id) : null;
  const verdict = judgeNewKey(caller, maker?.expiresAt ?? null, wish);
  switch (verdict.kind) {
    case "grants_more":
      throw new DomainError("forbidden", {
        detail: `A key can't have a permission that whoever makes it lacks: ${verdict.permission}.`,
        extensions: { permission: verdict.permission },
      });
    case "outlasts_its_maker":
      throw new DomainError("invalid_request", { detail: "The body is not valid.", errors: verdict.errors });
    case "may_be_made":
      break;
    default:
      assertNever(verdict);
  }
  const { key, ...minted } = mintApiKey(ports, once);
  const limits = {
    ...listed("tenants", wish.tenantIds),
    ...listed("integrations", wish.integrationNames),
    ...listed("addresses", wish.addresses),
    ...(wish.expiresAt === null ? {} : { expires_at: wish.expiresAt.toISOString() }),
  };
  const made = await ports.apiKeys.create({ ...wish, ...minted, environmentId, createdBy: caller.id }, mostApiKeys, {
    environmentId,
    actor: caller.id,
    action: "api_key.created",
    target: minted.id,
    detail: { permissions: wish.permissions, ...limits },
  });
  switch (made) {
    case "full":
      throw new DomainError("conflict", {
        detail: `This environment has ${mostApiKeys} API keys in force, and no more are allowed. Revoke those that nobody uses.`,
      });
    case "maker_gone":
      throw new DomainError("unauthorized", { detail: "The API key was revoked or stopped, or has expired." });
    case "made":
      return { apiKey: await findApiKey(ports, caller, minted.id), key };
    default:
      return assertNever(made);
  }
}

/** Of a limit as much as somebody reads; a record is no place for a thousand names. */
const mostRecorded = 50;

function listed(name: string, values: readonly string[]): Record<string, readonly string[] | number> {
  if (values.length === 0) return {};
  const more = values.length - mostRecorded;
  return { [name]: values.slice(0, mostRecorded), ...(more > 0 ? { [`${name}_more`]: more } : {}) };
}

/** @throws DomainError not_found */
export async function findApiKey(ports: Pick<ApiKeyPorts, "apiKeys">, caller: Caller, id: string): Promise<ApiKey> {
  const found = await ports.apiKeys.find(caller.environmentId, id);
  if (found === null) throw new DomainError("not_found", { detail: "There is no such API key." });
  return found;
}

/** @throws DomainError not_found */
export async function inspectApiKey(
  ports: Pick<ApiKeyPorts, "apiKeys">,
  caller: Caller,
  id: string,
): Promise<{ readonly apiKey: ApiKey; readonly activity: ApiKeyActivity }> {
  const apiKey = await findApiKey(ports, caller, id);
  return { apiKey, activity: await ports.apiKeys.activity(caller.environmentId, id) };
}

/** @throws DomainError not_found: there is none, or it is revoked already */
export async function revokeApiKey(ports: Pick<ApiKeyPorts, "apiKeys">, caller: Caller, id: string): Promise<ApiKey> {
  const isRevoked = await ports.apiKeys.revoke(caller.environmentId, id, caller.id);
  if (!isRevoked) throw new DomainError("not_found", { detail: "There is no such API key that is not revoked yet." });
  return await findApiKey(ports, caller, id);
}
