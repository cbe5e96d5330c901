import { isPlainlyFresh } from "../domain/refresh/is-plainly-fresh.ts";
import type { TokenGlance, TokenGlances } from "../ports/token-glances.ts";
import { countProblem, countRead } from "./count-read.ts";
import { openCredential } from "./open-credential.ts";
import type { PolicyMemory } from "./policy-memory.ts";
import { notFound } from "./account-problem.ts";
import { readCredentials, served, type ServedFields, type ServedToken } from "./read-token.ts";
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
  const plain = await serveAtAGlance(ports, input).catch(countProblem(ports, environmentId));
  return plain ?? (await readCredentials(ports, { environmentId, accountId, minTtlSeconds, actor }));
}

async function serveAtAGlance(ports: ServePorts, input: ServeInput): Promise<ServedToken | ServedFields | null> {
  const glance = await ports.glances.glance(input.environmentId, input.accountId);
  if (glance === null || !input.isVisible(glance)) throw notFound();
  return await servePlainly(ports, input, glance);
}

/**
 * Null: it is not as plain as that. A problem that it throws is its caller's to count.
 * @param waitedMs how long the reader waited for a newer token than was there; null: it did not
 */
export async function servePlainly(
  ports: Pick<ServePorts, "policies" | "clock" | "vault" | "metrics" | "tally">,
  { environmentId, accountId: id, minTtlSeconds, actor }: Omit<ServeInput, "isVisible">,
  glance: TokenGlance,
  waitedMs: number | null = null,
): Promise<ServedToken | ServedFields | null> {
  const { credential, integrationName, definitionStamp } = glance;
  if (credential === null || glance.hasOverrides) return null;
  const policy = await ports.policies.policyOf(environmentId, integrationName, definitionStamp);
  if (!isPlainlyFresh(glance, policy, minTtlSeconds, ports.clock.now())) return null;
  const access = { actor, purpose: "token_read" } as const;
  const opened = await openCredential(ports.vault, { id, environmentId }, credential, access);
  countRead(ports, environmentId, waitedMs === null ? "fresh" : "refreshed", waitedMs);
  return served(glance, credential, opened, null);
}
