import type { Caller } from "../domain/access/permission.ts";
import type { Account } from "../domain/account/account.ts";
import type { TypedFormat } from "../domain/credential/typed-credential.ts";
import { idRandomBytes, makeId } from "../domain/identifier/identifier.ts";
import { checkCredentialFields, type TypedDocument } from "../domain/integration/credential-fields.ts";
import type { Overrides } from "../domain/integration/overrides.ts";
import { checkInputs } from "../domain/integration/resolve-integration.ts";
import { DomainError, type FieldError } from "../domain/problem/domain-error.ts";
import type { ConfiguredIntegration } from "../ports/integration-store.ts";
import { importedMeanwhile } from "./already-imported.ts";
import type { ImportInput } from "./import-account.ts";
import { pinDefinition } from "./pin-definition.ts";
import type { RefreshPorts } from "./refresh-ports.ts";
import { typedCredentialChange } from "./store-typed-credential.ts";
import { trialProblem } from "./trial-problem.ts";
import { tryCredentials, type TryPorts } from "./try-credentials.ts";

export interface ImportedFields {
  readonly format: TypedFormat;
  readonly fields: Readonly<Record<string, string>>;
}

/** What the account is made on. */
interface ImportedOnto {
  /** With the account's overrides. */
  readonly configured: ConfiguredIntegration;
  /** Its document. */
  readonly document: TypedDocument;
  readonly overrides: Overrides;
}

/**
 * Takes over credentials that somebody typed elsewhere. They are tried before anything is written, so that an account is active
 * only when they work.
 *
 * @throws DomainError `invalid_request` naming each wrong field, or what the provider said; otherwise why they could not be tried
 */
export async function importTypedAccount(
  ports: RefreshPorts & TryPorts,
  caller: Caller,
  { configured, document, overrides }: ImportedOnto,
  input: ImportInput & { readonly credentials: ImportedFields },
): Promise<Account> {
  const { credentials } = input;
  const checked = checkCredentialFields(document, credentials.fields, `/credentials/${credentials.format}`);
  const inputs = inputsAndFaults(document, input.inputs, checked.errors);
  const pin = await pinDefinition(ports.integrations, configured, inputs);
  const trial = await tryCredentials(ports, { document, inputs, fields: checked.fields });
  if (trial.kind !== "works") throw trialProblem(trial, document);
  const dataKey = await ports.vault.prepare(caller.environmentId, input.tenantId);
  const id = input.id ?? makeId("ia", ports.random.bytes(idRandomBytes));
  const { environmentId } = caller;
  const account = await ports.accounts.create(
    {
      id,
      environmentId,
      tenantId: input.tenantId,
      integrationName: document.name,
      userReference: null,
      scopesRequested: [],
      metadata: input.metadata,
      inputs,
      clientId: null,
      overrides,
      pin,
    },
    [
      {
        environmentId,
        actor: caller.id,
        action: "account.created",
        target: id,
        accountId: id,
        detail: { reason: "imported" },
      },
    ],
  );
  if (account.status !== "connecting") return account;
  const stored = await ports.accounts.apply(
    typedCredentialChange(ports, account, {
      typed: { format: document.credentials.format, fields: checked.fields },
      // The provider's own word goes before the importer's.
      externalAccount: trial.identity.kind === "known" ? trial.identity.externalAccount : input.externalAccount,
      dataKey,
      actor: caller.id,
      reason: "imported",
      completes: null,
    }),
  );
  return stored ?? (await importedMeanwhile(ports, caller, id));
}

/** Every wrong input and every wrong field at once. */
function inputsAndFaults(
  document: TypedDocument,
  given: Readonly<Record<string, string>>,
  errors: readonly FieldError[],
): Record<string, string> {
  if (errors.length === 0) return checkInputs(document, given);
  const all = [...errors];
  try {
    checkInputs(document, given);
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    all.push(...error.errors);
  }
  throw new DomainError("invalid_request", { detail: "Some credentials need another look.", errors: all });
}
