import type { Container } from "#adapters/container";
import type { Prisma } from "#adapters/postgres/prisma";
import type { Caller } from "#core/domain/access/permission";
import type { Account } from "#core/domain/account/account";
import type { IntegrationDocument } from "#core/domain/integration/integration-document";
import { DomainError } from "#core/domain/problem/domain-error";
import { putIntegration } from "#core/usecases/administer-integrations";
import { disconnectAccount } from "#core/usecases/disconnect-account";
import { readToken } from "#core/usecases/read-token";
import type { CheckServers } from "./check-servers.ts";

/** What the scenarios of one document run in. */
export interface CheckWorld {
  readonly container: Container;
  readonly prisma: Prisma;
  readonly caller: Caller;
  readonly servers: CheckServers;
  /** Made once: a key takes its time. */
  readonly clientSecret: string;
  /** Apart from every other trial: clients share breakers and budgets by their id. */
  readonly run: string;
}

export const actor = "check";

export async function putDocument({ container, caller }: CheckWorld, document: IntegrationDocument): Promise<void> {
  await putIntegration(container, caller, document.name, document);
}

/** @param timeoutSeconds of token requests while it lasts; undefined: the document's own */
export async function withinDeadline<T>(
  world: CheckWorld,
  document: IntegrationDocument,
  timeoutSeconds: number | undefined,
  work: () => Promise<T>,
): Promise<T> {
  if (timeoutSeconds === undefined) return await work();
  await putDocument(world, withDeadline(document, timeoutSeconds));
  try {
    return await work();
  } finally {
    await putDocument(world, document);
  }
}

function withDeadline(document: IntegrationDocument, timeoutSeconds: number): IntegrationDocument {
  const { config } = document.credentials;
  if (!("auth" in config)) return document;
  const refresh = { ...config.refresh, timeoutSeconds };
  const credentials = { ...document.credentials, config: { ...config, refresh } };
  return { ...document, credentials: credentials as IntegrationDocument["credentials"] };
}

/** Nobody lives on the definition afterwards, so another document of its name may follow. */
export async function sayGoodbye(
  { container, caller }: CheckWorld,
  accountId: Account["id"] | undefined,
): Promise<void> {
  if (accountId === undefined) return;
  await disconnectAccount(container, { environmentId: caller.environmentId, accountId, actor });
}

/** What a caller who asks for a token gets. */
export async function readOnce(
  { container, caller }: CheckWorld,
  accountId: string,
): Promise<{ readonly caller: string; readonly token: string | null }> {
  const input = { environmentId: caller.environmentId, accountId, minTtlSeconds: null, actor };
  const read = await readToken(container, input).catch(expectProblem);
  if (read instanceof DomainError) return { caller: read.code, token: null };
  return { caller: read.refresh === "failing" ? "the old token" : "a fresh token", token: read.accessToken.reveal() };
}

export function expectProblem(error: unknown): DomainError {
  if (error instanceof DomainError) return error;
  throw error;
}
