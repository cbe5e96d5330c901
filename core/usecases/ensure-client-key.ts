import type { Caller } from "../domain/access/permission.ts";
import {
  decodeClientKeys,
  encodeClientKeys,
  needsNewKey,
  publishKey,
  withNewKey,
  type ClientKey,
} from "../domain/integration/client-keys.ts";
import { oauthConfigOf } from "../domain/integration/integration-document.ts";
import { DomainError } from "../domain/problem/domain-error.ts";
import type { Clock } from "../ports/clock.ts";
import type {
  ConfiguredIntegration,
  EnvironmentClient,
  IntegrationAdministration,
} from "../ports/integration-store.ts";
import type { KeyPairs } from "../ports/key-pairs.ts";
import type { Vault } from "./vault.ts";

export interface ClientKeyPorts {
  readonly integrations: IntegrationAdministration;
  readonly vault: Vault;
  readonly clock: Pick<Clock, "now">;
  readonly keyPairs: KeyPairs;
}

/** Who is named in the audit records. */
type Changer = Pick<Caller, "id" | "environmentId">;

/** Another change may come first; the keys are looked at anew then. */
const attempts = 5;

/**
 * Gives a client that signs (private_key_jwt) a key pair of its own, where it has none for its algorithm or a new one is wished:
 * one for each integration in each environment, so that no server can use what another was shown (checklist A13). Nothing
 * happens where the environment has no client, or the integration does not sign.
 *
 * @throws DomainError conflict when the client kept changing
 */
export async function ensureClientKey(
  ports: ClientKeyPorts,
  caller: Changer,
  name: string,
  { rotates }: { readonly rotates: boolean },
): Promise<void> {
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const configured = await ports.integrations.find(caller.environmentId, name);
    const options = configured === null ? undefined : oauthConfigOf(configured.document)?.options;
    if (configured === null || options?.authorizationMethod !== "private_key_jwt") return;
    const { client } = configured;
    const algorithm = options.signingAlgorithm;
    if (client === null || !needsNewKey(client.keys?.published ?? [], { algorithm, rotates })) return;
    if (await giveKey(ports, caller, name, client, algorithm)) return;
  }
  throw new DomainError("conflict", { detail: "The integration changed meanwhile. Try again." });
}

async function giveKey(
  ports: ClientKeyPorts,
  caller: Changer,
  name: string,
  client: EnvironmentClient,
  algorithm: Parameters<KeyPairs["generate"]>[0],
): Promise<boolean> {
  const { environmentId } = caller;
  const before = await openKeys(ports, caller, client);
  const keys = withNewKey(before, await ports.keyPairs.generate(algorithm), ports.clock.now());
  const version = (client.keys?.version ?? 0) + 1;
  const dataKey = await ports.vault.prepare(environmentId);
  const location = { environmentId, owner: client.id, field: "client_key", version } as const;
  const plaintext = Buffer.from(encodeClientKeys(keys), "utf8");
  const { kid, sealed } = ports.vault.seal(dataKey, location, plaintext);
  plaintext.fill(0);
  const published = keys.map(publishKey);
  const record = { environmentId, actor: caller.id, target: name } as const;
  return await ports.integrations.patchProof(
    environmentId,
    name,
    { field: "client_key", version, kid, sealed, published },
    [
      { ...record, action: "environment_integration.updated", detail: { fields: ["client_key"] } },
      {
        ...record,
        action: "secret.sealed",
        keyId: kid,
        detail: { field: "client_key", version, key: published[0]?.jwk["kid"] ?? null },
      },
    ],
  );
}

/** One that does not open must not keep the operator from a new one. */
async function openKeys(ports: ClientKeyPorts, caller: Changer, client: EnvironmentClient): Promise<ClientKey[]> {
  const { keys } = client;
  if (keys === undefined) return [];
  const { environmentId } = caller;
  try {
    const location = { environmentId, owner: client.id, field: "client_key", version: keys.version } as const;
    const bytes = await ports.vault.open(location, keys.sealed, { actor: caller.id, purpose: "client_change" });
    const opened = decodeClientKeys(bytes.toString("utf8"));
    bytes.fill(0);
    return opened;
  } catch (error) {
    if (error instanceof DomainError && error.code === "sealed_value_invalid") return [];
    throw error;
  }
}

/** @throws DomainError invalid_request where nothing signs, before anything of the change is written */
export function refuseUselessRotation({ name, document }: ConfiguredIntegration): void {
  if (oauthConfigOf(document)?.options.authorizationMethod === "private_key_jwt") return;
  throw new DomainError("invalid_request", {
    detail: "The client has no key to rotate.",
    errors: [
      {
        pointer: "/credentials/oauth2/config/client_key",
        detail: `${name} does not sign: its options.authorizationMethod is not private_key_jwt`,
      },
    ],
  });
}
