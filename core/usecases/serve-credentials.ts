import { isPlainlyFresh } from "../domain/refresh/is-plainly-fresh.ts";
import type { TokenGlance, TokenGlances } from "../ports/token-glances.ts";
import { openCredential } from "./open-credential.ts";
import type { PolicyMemory } from "./policy-memory.ts";
import { notFound, readCredentials, served, type ServedFields, type ServedToken } from "./read-token.ts";
import type { RefreshPorts } from "./refresh-ports.ts";

export interface ServePorts extends RefreshPorts {
  readonly glances: TokenGlances;
  readonly policies: PolicyMemory;
}

export interface ServeInput {
  readonly environmentId: string;
  readonly accountId: string;
  readonly minTtlSeconds: number | null;
  readonly actor: string;
  /** Whether the caller may see accounts of this tenant and integration; those that it may not are not there for it. */
  readonly isVisible: (account: Pick<TokenGlance, "tenantId" | "integrationName">) => boolean;
}

/**
 * What `readCredentials` gives, with less work for the common case: one glance at a few columns tells that there is nothing to
 * refresh, restore or explain. Everything else, overrides of the account's own too, goes the whole way.
 *
 * @throws DomainError as readCredentials does
 */
export async function serveCredentials(ports: ServePorts, input: ServeInput): Promise<ServedToken | ServedFields> {
  const { environmentId, accountId, minTtlSeconds, actor } = input;
  const glance = await ports.glances.glance(environmentId, accountId);
  if (glance === null || !input.isVisible(glance)) throw notFound();
  return (
    (await servePlainly(ports, input, glance)) ??
    (await readCredentials(ports, { environmentId, accountId, minTtlSeconds, actor }))
  );
}

/** Null: it is not as plain as that. */
export async function servePlainly(
  ports: Pick<ServePorts, "policies" | "clock" | "vault">,
  { environmentId, accountId: id, minTtlSeconds, actor }: Omit<ServeInput, "isVisible">,
  glance: TokenGlance,
): Promise<ServedToken | ServedFields | null> {
  const { credential, integrationName, definitionStamp } = glance;
  if (credential === null || glance.hasOverrides) return null;
  const policy = await ports.policies.policyOf(environmentId, integrationName, definitionStamp);
  if (!isPlainlyFresh(glance, policy, minTtlSeconds, ports.clock.now())) return null;
  const access = { actor, purpose: "token_read" } as const;
  return served(glance, credential, await openCredential(ports.vault, { id, environmentId }, credential, access), null);
}
