import type { Caller } from "../domain/access/permission.ts";
import {
  describeHosts,
  hasSameHosts,
  oauthConfigOf,
  withoutClient,
  type IntegrationDocument,
} from "../domain/integration/integration-document.ts";
import { readDocument } from "../domain/integration/read-document.ts";
import { DomainError } from "../domain/problem/domain-error.ts";
import { configureClient, type AdministerPorts } from "./configure-client.ts";
import { findIntegration } from "./find-integration.ts";

/** @throws DomainError invalid_request with every error: its JSON Pointer, what was expected, what was found, what to do */
export function parseDocument(value: unknown): IntegrationDocument {
  const read = readDocument(value);
  if (read.kind === "document") return read.document;
  throw new DomainError("invalid_request", { detail: "The integration document is not valid.", errors: read.errors });
}

/**
 * Puts a definition over (or beside) the catalogue. A client that the document carries is taken out and sealed.
 * @returns the definition as stored, and whether it is new in this environment
 */
export async function putIntegration(
  ports: AdministerPorts,
  caller: Caller,
  name: string,
  value: unknown,
): Promise<{ readonly document: IntegrationDocument; readonly isNew: boolean }> {
  const named = isRecord(value) && !("name" in value) ? { ...value, name } : value;
  const document = parseDocument(named);
  if (document.name !== name) {
    throw new DomainError("invalid_request", {
      detail: "The integration document is not valid.",
      errors: [{ pointer: "/name", detail: `must be ${name}, as in the address` }],
    });
  }
  const movesHosts = await hasMovedHosts(ports, caller, document);
  const client = oauthConfigOf(document)?.client;
  const stored = withoutClient(document);
  const clientFollows = client?.client_id !== undefined || client?.client_secret !== undefined;
  const isNew = await ports.integrations.put(caller.environmentId, stored, {
    // Whoever is recalled must find the whole of it: the definition with its client.
    clientFollows,
    // A secret that was given for one host must not be sent to another: it has to be given again.
    erasesSecrets: movesHosts,
    audit: {
      environmentId: caller.environmentId,
      actor: caller.id,
      action: "integration.put",
      target: name,
      detail: { hosts: describeHosts(stored), client_secret_erased: movesHosts },
    },
  });
  if (client !== undefined && clientFollows) {
    await configureClient(ports, caller, name, {
      ...(client.client_id === undefined ? {} : { clientId: client.client_id }),
      ...(client.client_secret === undefined ? {} : { clientSecret: client.client_secret }),
    });
  }
  return { document: stored, isNew };
}

/**
 * Invariant 12: credentials never move to another host behind their owners' backs.
 * @returns whether the hosts change, where nobody's account keeps them from it
 */
async function hasMovedHosts(ports: AdministerPorts, caller: Caller, next: IntegrationDocument): Promise<boolean> {
  const current = await ports.integrations.find(caller.environmentId, next.name);
  if (current === null) return false;
  const isSameFormat = current.document.credentials.format === next.credentials.format;
  if (isSameFormat && hasSameHosts(current.document, next)) return false;
  const live = await ports.integrations.countLiveAccounts(caller.environmentId, next.name);
  if (live === 0) return !hasSameHosts(current.document, next);
  if (!isSameFormat) {
    throw new DomainError("conflict", {
      detail: `${live} accounts live on this definition with credentials of the format ${current.document.credentials.format}; they are of no use to another one. Give the changed definition another name, or disconnect these accounts first.`,
    });
  }
  throw new DomainError("conflict", {
    detail: `${live} accounts live on this definition (${describeHosts(current.document)}); their credentials can't be moved (${describeHosts(next)}). Give the changed definition another name, or disconnect these accounts first.`,
  });
}

/** @throws DomainError not_found, conflict while accounts live on a definition that the catalogue does not have */
export async function deleteIntegration(ports: AdministerPorts, caller: Caller, name: string): Promise<void> {
  const current = await findIntegration(ports, caller, name);
  if (current.origin === "platform") {
    throw new DomainError("conflict", {
      detail: `${name} comes from the catalogue; this environment has no definition of its own to delete.`,
    });
  }
  const live = await ports.integrations.countLiveAccounts(caller.environmentId, name);
  if (live > 0) {
    throw new DomainError("conflict", { detail: `${live} accounts live on this definition. Disconnect them first.` });
  }
  await ports.integrations.remove(caller.environmentId, name, {
    environmentId: caller.environmentId,
    actor: caller.id,
    action: "integration.deleted",
    target: name,
  });
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
