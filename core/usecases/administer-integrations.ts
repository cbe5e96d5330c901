import type { Caller } from "../domain/access/permission.ts";
import { idRandomBytes, makeId } from "../domain/identifier/identifier.ts";
import {
  describeHosts,
  hasSameHosts,
  integrationDocumentSchema,
  oauthConfigOf,
  withoutClient,
  type IntegrationDocument,
} from "../domain/integration/integration-document.ts";
import { isTypedDocument } from "../domain/integration/credential-fields.ts";
import { DomainError, type FieldError } from "../domain/problem/domain-error.ts";
import type { ConfiguredIntegration, IntegrationAdministration } from "../ports/integration-store.ts";
import type { Randomness } from "../ports/randomness.ts";
import type { Vault } from "./vault.ts";

export interface AdministerPorts {
  readonly integrations: IntegrationAdministration;
  readonly vault: Vault;
  readonly random: Randomness;
}

export interface ClientInput {
  readonly clientId?: string;
  readonly clientSecret?: string;
  readonly scopes?: readonly string[];
}

/** @throws DomainError not_found, also for an integration that the caller's key is not for */
export async function findIntegration(
  ports: Pick<AdministerPorts, "integrations">,
  caller: Caller,
  name: string,
): Promise<ConfiguredIntegration> {
  const allowed = caller.integrationNames === null || caller.integrationNames.includes(name);
  const configured = allowed ? await ports.integrations.find(caller.environmentId, name) : null;
  if (configured === null)
    throw new DomainError("not_found", { detail: `There is no integration ${name} in this environment.` });
  return configured;
}

/** Every error with its JSON Pointer, what was expected and what to do. */
export function parseDocument(value: unknown): IntegrationDocument {
  const parsed = integrationDocumentSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const errors = parsed.error.issues.flatMap((issue): FieldError[] => {
    const at = (path: readonly PropertyKey[]): string => path.map((part) => `/${escapePointer(String(part))}`).join("");
    if (issue.code !== "unrecognized_keys") return [{ pointer: at(issue.path), detail: issue.message }];
    return issue.keys.map((key) => ({
      pointer: at([...issue.path, key]),
      detail: "is no field of an integration document; remove it or mend its spelling",
    }));
  });
  throw new DomainError("invalid_request", { detail: "The integration document is not valid.", errors });
}

/** RFC 6901 §3. */
function escapePointer(part: string): string {
  return part.replaceAll("~", "~0").replaceAll("/", "~1");
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
  const isNew = await ports.integrations.put(caller.environmentId, stored, {
    // A secret that was given for one host must not be sent to another: it has to be given again.
    erasesSecret: movesHosts,
    audit: {
      environmentId: caller.environmentId,
      actor: caller.id,
      action: "integration.put",
      target: name,
      detail: { hosts: describeHosts(stored), client_secret_erased: movesHosts },
    },
  });
  if (client?.client_id !== undefined || client?.client_secret !== undefined) {
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

/** Sets the OAuth client of an integration in the caller's environment. The secret is sealed before it touches a table. */
export async function configureClient(
  ports: AdministerPorts,
  caller: Caller,
  name: string,
  input: ClientInput,
): Promise<ConfiguredIntegration> {
  const { document } = await findIntegration(ports, caller, name);
  if (isTypedDocument(document)) {
    throw new DomainError("invalid_request", {
      detail: "This integration has no OAuth client.",
      errors: [
        {
          pointer: "/credentials/oauth2",
          detail: `${name} takes credentials of the format ${document.credentials.format}, which its accounts bring`,
        },
      ],
    });
  }
  const fresh = {
    id: makeId("ei", ports.random.bytes(idRandomBytes)),
    callbackId: Buffer.from(ports.random.bytes(18)).toString("base64url"),
  };
  // The row first, unchanged: the secret is bound to its id. Client id and secret then change together.
  await ports.integrations.patchClient(caller.environmentId, name, fresh, {}, []);
  const { client } = await findIntegration(ports, caller, name);
  if (client === null) throw new DomainError("conflict", { detail: "The integration changed meanwhile. Try again." });
  const secret = input.clientSecret === undefined ? null : await sealSecret(ports, caller, client, input.clientSecret);
  const record = { environmentId: caller.environmentId, actor: caller.id, target: name } as const;
  await ports.integrations.patchClient(
    caller.environmentId,
    name,
    fresh,
    {
      ...(input.clientId === undefined ? {} : { clientId: input.clientId }),
      ...(input.scopes === undefined ? {} : { scopes: input.scopes }),
      ...(secret === null ? {} : { secret }),
    },
    [
      {
        ...record,
        action: "environment_integration.updated",
        detail: { fields: Object.keys(input) },
      },
      ...(secret === null
        ? []
        : [
            {
              ...record,
              action: "secret.sealed" as const,
              keyId: secret.kid,
              detail: { field: "client_secret", version: secret.version },
            },
          ]),
    ],
  );
  return await findIntegration(ports, caller, name);
}

async function sealSecret(
  ports: AdministerPorts,
  caller: Caller,
  client: NonNullable<ConfiguredIntegration["client"]>,
  secret: string,
): Promise<{ readonly kid: string; readonly sealed: Uint8Array; readonly version: number }> {
  const version = (client.secret?.version ?? 0) + 1;
  const dataKey = await ports.vault.prepare(caller.environmentId);
  const location = { environmentId: caller.environmentId, owner: client.id, field: "client_secret", version } as const;
  return { ...ports.vault.seal(dataKey, location, Buffer.from(secret, "utf8")), version };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
