import type { Caller } from "../domain/access/permission.ts";
import {
  encodeClientCertificate,
  readClientCertificate,
  type ClientCertificate,
  type ShownCertificate,
} from "../domain/integration/client-certificate.ts";
import { oauthConfigOf } from "../domain/integration/integration-document.ts";
import { DomainError, type FieldError } from "../domain/problem/domain-error.ts";
import type { Clock } from "../ports/clock.ts";
import type {
  ConfiguredIntegration,
  EnvironmentClient,
  IntegrationAdministration,
} from "../ports/integration-store.ts";
import type { Vault } from "./vault.ts";

/** A certificate that was looked at and will do. */
export interface CheckedCertificate {
  readonly certificate: ClientCertificate;
  readonly shown: ShownCertificate;
}

/** Another change may come first; the version is looked at anew then. */
const attempts = 5;
const field = "client_certificate";

/**
 * What was given for a client that proves itself by its certificate. Asked before anything of a change is written.
 * @throws DomainError invalid_request naming the field
 */
export function checkClientCertificate(
  { name, document }: ConfiguredIntegration,
  given: { readonly certificate?: string | undefined; readonly key?: string | undefined },
  now: Date,
): CheckedCertificate {
  const { certificate, key } = given;
  if (oauthConfigOf(document)?.options.authorizationMethod !== "mtls") {
    throw invalid("client_certificate", `${name} shows none: its options.authorizationMethod is not mtls`);
  }
  if (certificate === undefined) throw invalid("client_certificate", "expected beside its key: they change together");
  if (key === undefined)
    throw invalid("client_certificate_key", "expected beside the certificate: they change together");
  const read = readClientCertificate({ certificate, key }, now);
  if (read.kind === "certificate") return read;
  throw invalid(read.in === "key" ? "client_certificate_key" : "client_certificate", read.detail);
}

/**
 * Seals the certificate of an environment's client and its key, together and in place of what was there.
 * @throws DomainError conflict when the client kept changing, or there is none
 */
export async function setClientCertificate(
  ports: {
    readonly integrations: IntegrationAdministration;
    readonly vault: Vault;
    readonly clock: Pick<Clock, "now">;
  },
  caller: Caller,
  name: string,
  checked: CheckedCertificate,
): Promise<void> {
  const { environmentId } = caller;
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const client = (await ports.integrations.find(environmentId, name))?.client ?? null;
    if (client === null) break;
    const { kid, sealed, version } = await seal(ports.vault, environmentId, client, checked.certificate);
    const record = { environmentId, actor: caller.id, target: name } as const;
    const isWritten = await ports.integrations.patchProof(
      environmentId,
      name,
      { field, version, kid, sealed, shown: checked.shown },
      [
        { ...record, action: "environment_integration.updated", detail: { fields: [field] } },
        { ...record, action: "secret.sealed", keyId: kid, detail: { field, version, sha256: checked.shown.sha256 } },
      ],
    );
    if (isWritten) return;
  }
  throw new DomainError("conflict", { detail: "The integration changed meanwhile. Try again." });
}

async function seal(vault: Vault, environmentId: string, client: EnvironmentClient, certificate: ClientCertificate) {
  const version = (client.certificate?.version ?? 0) + 1;
  const dataKey = await vault.prepare(environmentId);
  const plaintext = Buffer.from(encodeClientCertificate(certificate), "utf8");
  const sealed = vault.seal(dataKey, { environmentId, owner: client.id, field, version }, plaintext);
  plaintext.fill(0);
  return { ...sealed, version };
}

function invalid(where: string, detail: string): DomainError {
  const errors: FieldError[] = [{ pointer: `/credentials/oauth2/config/${where}`, detail }];
  return new DomainError("invalid_request", { detail: "The client certificate can't be used.", errors });
}
