import type { Caller } from "../domain/access/permission.ts";
import type { AuditRecord } from "../domain/audit/audit-record.ts";
import { idRandomBytes, makeId } from "../domain/identifier/identifier.ts";
import { isTypedDocument } from "../domain/integration/credential-fields.ts";
import { isAccepted } from "../domain/integration/order-client-secrets.ts";
import { changedFields, changeOverrides, type Overrides } from "../domain/integration/overrides.ts";
import { planClientSecrets } from "../domain/integration/plan-client-secrets.ts";
import { DomainError } from "../domain/problem/domain-error.ts";
import type { Clock } from "../ports/clock.ts";
import type {
  ClientPatch,
  ConfiguredIntegration,
  EnvironmentClient,
  IntegrationAdministration,
  SecretsPatch,
} from "../ports/integration-store.ts";
import type { Randomness } from "../ports/randomness.ts";
import { findIntegration } from "./find-integration.ts";
import { openClientSecret } from "./load-integration.ts";
import { withOverrides } from "./of-account.ts";
import { pinDefinition } from "./pin-definition.ts";
import type { Vault } from "./vault.ts";

export interface AdministerPorts {
  readonly integrations: IntegrationAdministration;
  readonly vault: Vault;
  readonly random: Randomness;
  readonly clock: Pick<Clock, "now">;
}

export interface ClientInput {
  readonly clientId?: string;
  readonly clientSecret?: string;
  /** Laid over the overrides that are there, one after the other; null takes one away (RFC 7396). */
  readonly overrides?: readonly Overrides[];
  /** How long the previous secrets are accepted from now on, seconds; 0 ends them. Absent: 7 days for one that is replaced. */
  readonly previousSecretExpiresInSeconds?: number;
}

/** Another change may come first, and the secrets are planned anew then. */
const attempts = 5;

/**
 * Sets the OAuth client of an integration in the caller's environment. A secret is sealed before it touches a table; those before
 * it stay accepted for a while (R65), unless the client is another one.
 *
 * @throws DomainError not_found; invalid_request where accounts bring their own credentials; conflict when the client kept changing
 */
export async function configureClient(
  ports: AdministerPorts,
  caller: Caller,
  name: string,
  input: ClientInput,
): Promise<ConfiguredIntegration> {
  const { definition: document } = await findIntegration(ports, caller, name);
  if (isTypedDocument(document) && hasClient(input)) {
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
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const configured = await findIntegration(ports, caller, name);
    const { client } = configured;
    if (client === null) break;
    const overrides = overridesPatch(configured, input);
    const secrets = await planSecrets(ports, caller, client, input);
    // A secret is given for the hosts that are shown; it must not be stored for others. What is mended with it counts already.
    const next = overrides === null ? configured : withOverrides({ ...configured, overrides: overrides.next });
    const pin = secrets === null ? null : await pinDefinition(ports.integrations, next, null);
    const isWritten = await ports.integrations.patchClient(
      caller.environmentId,
      name,
      fresh,
      {
        ...(input.clientId === undefined ? {} : { clientId: input.clientId }),
        ...(overrides === null ? {} : { overrides }),
        ...(secrets === null ? {} : { secrets }),
        ...(pin === null ? {} : { pin }),
      },
      recordsOf(caller, name, input, { secrets, overrides }),
    );
    if (isWritten) return await findIntegration(ports, caller, name);
  }
  throw new DomainError("conflict", { detail: "The integration changed meanwhile. Try again." });
}

/** Overrides alone are for every format. */
function hasClient(input: ClientInput): boolean {
  return input.overrides === undefined || Object.keys(input).length > 1;
}

/** @throws DomainError invalid_request; what lies over the definition is looked at as a whole, so a faulty field can be mended */
function overridesPatch(
  { definition, overrides: present }: ConfiguredIntegration,
  { overrides: patches }: ClientInput,
): NonNullable<ClientPatch["overrides"]> | null {
  if (patches === undefined) return null;
  return { expected: present, next: changeOverrides(definition, present, patches, "environment") };
}

/** Null where the change leaves the secrets as they are. */
async function planSecrets(
  ports: AdministerPorts,
  caller: Caller,
  client: EnvironmentClient,
  input: ClientInput,
): Promise<SecretsPatch | null> {
  const { clientSecret, previousSecretExpiresInSeconds: seconds } = input;
  const changesClient = input.clientId !== undefined && input.clientId !== client.layer.clientId;
  if (clientSecret === undefined && seconds === undefined && !changesClient) return null;
  const plan = planClientSecrets(
    client.secrets,
    {
      addsSecret: clientSecret !== undefined,
      sameAsNew: clientSecret === undefined ? [] : await versionsOf(ports, caller, client, clientSecret),
      changesClient,
      previousExpiresInSeconds: seconds ?? null,
    },
    ports.clock.now(),
  );
  return {
    expected: { clientId: client.layer.clientId, newest: client.secrets[0]?.version ?? null },
    added:
      plan.version === null || clientSecret === undefined
        ? null
        : await sealSecret(ports, caller, client, plan.version, clientSecret),
    kept: plan.kept,
    actor: caller.id,
  };
}

/**
 * The versions that hold this very secret. Given again, by a tool that sends the whole configuration each time, it must not push
 * out the one before it, which may be the only one that works.
 */
async function versionsOf(
  ports: AdministerPorts,
  caller: Caller,
  client: EnvironmentClient,
  given: string,
): Promise<number[]> {
  const now = ports.clock.now();
  const access = { actor: caller.id, purpose: "client_change" } as const;
  const found = await Promise.all(
    client.secrets
      .filter((one) => isAccepted(one, now))
      .map(async (one) => {
        try {
          const secret = await openClientSecret(ports.vault, caller.environmentId, client.id, one, access);
          return secret === given ? [one.version] : [];
        } catch (error) {
          // One that does not open must not keep the operator from setting a new one.
          if (error instanceof DomainError && error.code === "sealed_value_invalid") return [];
          throw error;
        }
      }),
  );
  return found.flat();
}

async function sealSecret(
  ports: AdministerPorts,
  caller: Caller,
  client: EnvironmentClient,
  version: number,
  secret: string,
): Promise<NonNullable<SecretsPatch["added"]>> {
  const dataKey = await ports.vault.prepare(caller.environmentId);
  const location = { environmentId: caller.environmentId, owner: client.id, field: "client_secret", version } as const;
  return { ...ports.vault.seal(dataKey, location, Buffer.from(secret, "utf8")), version };
}

function recordsOf(
  caller: Caller,
  name: string,
  input: ClientInput,
  { secrets, overrides = null }: { secrets: SecretsPatch | null; overrides: ClientPatch["overrides"] | null },
): AuditRecord[] {
  const record = { environmentId: caller.environmentId, actor: caller.id, target: name } as const;
  const added = secrets?.added ?? null;
  return [
    {
      ...record,
      action: "environment_integration.updated",
      detail: {
        fields: Object.keys(input),
        ...(overrides === null ? {} : { overrides: changedFields(overrides.expected, overrides.next) }),
      },
    },
    ...(added === null
      ? []
      : [
          {
            ...record,
            action: "secret.sealed" as const,
            keyId: added.kid,
            detail: { field: "client_secret", version: added.version },
          },
        ]),
  ];
}
