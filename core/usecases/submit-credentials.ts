import type { Account, ExternalAccount } from "../domain/account/account.ts";
import { authorizationSeconds } from "../domain/connect/connect-failure.ts";
import type { FormFailure } from "../domain/connect/form-tries.ts";
import { idRandomBytes, makeId } from "../domain/identifier/identifier.ts";
import {
  checkCredentialFields,
  credentialFieldsOf,
  isTypedDocument,
  type TypedDocument,
} from "../domain/integration/credential-fields.ts";
import { checkInputs } from "../domain/integration/resolve-integration.ts";
import { DomainError, type FieldError } from "../domain/problem/domain-error.ts";
import type { ConnectSession, Link, NewConnectSession } from "../ports/connect-store.ts";
import type { ConfiguredIntegration } from "../ports/integration-store.ts";
import { holdAnswer } from "./hold-answer.ts";
import { accountFor, linkState, type StartPorts } from "./start-authorization.ts";
import { typedCredentialChange } from "./store-typed-credential.ts";
import { tryCredentials, type Trial, type TryPorts } from "./try-credentials.ts";

export type SubmitPorts = StartPorts & TryPorts;

/** A link's form as a browser sent it. */
export interface SubmitInput {
  readonly link: Link;
  readonly integrationName: string;
  readonly inputs: Readonly<Record<string, string>>;
  readonly credentials: Readonly<Record<string, string>>;
  /** The secret in the visitor's cookie: the form that comes again shows what was typed to nobody else. */
  readonly browserSecret: string;
}

export type SubmitOutcome =
  | { readonly kind: "connected"; readonly session: ConnectSession; readonly account: Account }
  /** The link has session binding (R93): what was typed works, and waits, sealed, for the word of the product's backend. */
  | { readonly kind: "unconfirmed"; readonly session: ConnectSession }
  /** The form comes again; the try says why, with the names of what needs another look. */
  | { readonly kind: "again"; readonly names: readonly string[] }
  | { readonly kind: "limited"; readonly until: Date }
  | { readonly kind: "unusable_link"; readonly state: "used" | "expired" }
  /** The link offers no such form, or its account is gone. */
  | { readonly kind: "unavailable" };

const actor = "connect";
/** What is kept of one input to show it again. */
const longestKept = 500;

interface Form {
  readonly configured: ConfiguredIntegration;
  readonly document: TypedDocument;
}

/** The definition behind a link's form; null where the link offers none of that name. */
export async function findForm(
  ports: Pick<SubmitPorts, "integrations">,
  link: Link,
  integrationName: string,
): Promise<Form | null> {
  if (!link.integrationNames.includes(integrationName)) return null;
  const configured = await ports.integrations.find(link.environmentId, integrationName);
  if (configured === null || !isTypedDocument(configured.document)) return null;
  return { configured, document: configured.document };
}

/**
 * What an end user typed is checked against the definition, tried at the provider, and only then stored: an account is active
 * only when its credentials work (R4). What fails leaves the form, not the link, used up.
 */
export async function submitCredentials(ports: SubmitPorts, input: SubmitInput): Promise<SubmitOutcome> {
  const { link } = input;
  const state = linkState(link, ports.clock.now());
  if (state !== "open") return { kind: "unusable_link", state };
  const form = await findForm(ports, link, input.integrationName);
  if (form === null) return { kind: "unavailable" };
  const { document } = form;
  const tryId = makeId("try", ports.random.bytes(idRandomBytes));
  const until = await ports.connect.beginTry({
    id: tryId,
    linkTokenId: link.id,
    browserDigest: ports.digests.digest("browser", input.browserSecret),
    integrationName: document.name,
    typed: whatMayBeShown(document, input),
    madeAt: ports.clock.now(),
  });
  if (until !== null) return { kind: "limited", until };
  const outcome = await submit(ports, input, form);
  if (!("code" in outcome)) return outcome;
  await ports.connect.failTry(tryId, outcome);
  ports.log.info({ link: link.id, try: tryId, failure: outcome.code }, "a form came to nothing");
  return { kind: "again", names: outcome.fields.map((one) => one.name) };
}

async function submit(ports: SubmitPorts, input: SubmitInput, form: Form): Promise<SubmitOutcome | FormFailure> {
  const { link } = input;
  const { fields, errors } = checkCredentialFields(form.document, input.credentials, "/credentials");
  const wrong = [...wrongInputs(form.document, input), ...errors];
  if (wrong.length > 0) return failureOf("invalid", null, wrong);
  const begun = await accountFor(ports, { ...input, connectedAccountId: null }, form.configured);
  if (begun === null || !isTypedDocument(begun.configured.document)) return { kind: "unavailable" };
  const { account } = begun;
  const { document } = begun.configured;

  const trial = await tryCredentials(ports, { document, inputs: account.inputs, fields });
  if (trial.kind !== "works") return trialFailure(trial, document);
  const compared = compare(ports, account, trial);
  if ("code" in compared) return compared;

  const session = newSession(ports, input, account);
  const { stateDigest: _, verifier: __, ...made } = session;
  if (link.sessionBinding) {
    await ports.connect.createSession(session, []);
    const begunSession = { ...made, status: "authorizing", failure: null, asked: null } as const;
    const held = await holdAnswer(ports, begunSession, { kind: "typed", fields, ...compared }, link.tenantId);
    return held === null ? failureOf("try_again", null, []) : { kind: "unconfirmed", session: held };
  }
  const dataKey = await ports.vault.prepare(link.environmentId, link.tenantId);
  await ports.connect.createSession(session, []);
  const stored = await ports.accounts.apply(
    typedCredentialChange(ports, account, {
      typed: { format: document.credentials.format, fields },
      externalAccount: compared.externalAccount,
      dataKey,
      actor,
      reason: account.status === "connecting" ? "connected" : "reauthorized",
      completes: { sessionId: session.id, linkId: link.id },
    }),
  );
  if (stored !== null) {
    return {
      kind: "connected",
      session: { ...made, status: "connected", failure: null, asked: null },
      account: stored,
    };
  }
  // Somebody else was first: with the link, or with the account.
  await ports.connect.failSession(session.id, { code: "expired", detail: null });
  const current = await ports.connect.findLink(link.id);
  const state = current === null ? "expired" : linkState(current, ports.clock.now());
  return state === "open" ? failureOf("try_again", null, []) : { kind: "unusable_link", state };
}

/** A re-authorization keeps the inputs of its account. */
function wrongInputs(document: TypedDocument, { link, inputs }: SubmitInput): readonly FieldError[] {
  if (link.integratedAccountId !== null) return [];
  try {
    checkInputs(document, inputs);
    return [];
  } catch (error) {
    if (!(error instanceof DomainError) || error.code !== "invalid_request") throw error;
    return error.errors;
  }
}

/** The inputs and what is no secret of the credentials, cut to what an honest form holds. */
function whatMayBeShown(document: TypedDocument, { link, inputs, credentials }: SubmitInput): Record<string, string> {
  const kept: Record<string, string> = {};
  const keep = (name: string, from: Readonly<Record<string, string>>): void => {
    const value = Object.hasOwn(from, name) ? from[name] : undefined;
    if (value !== undefined) kept[name] = value.slice(0, longestKept);
  };
  if (link.integratedAccountId === null) for (const { name } of document.inputs) keep(name, inputs);
  for (const { name, secret } of credentialFieldsOf(document)) if (!secret) keep(name, credentials);
  return kept;
}

/** R32: what belongs to another external account must not take the place of the one that was connected. */
function compare(
  ports: SubmitPorts,
  account: Account,
  { identity }: Trial & { readonly kind: "works" },
): FormFailure | { readonly externalAccount: ExternalAccount | null } {
  const known = account.externalAccount?.id ?? null;
  switch (identity.kind) {
    case "known": {
      const { externalAccount } = identity;
      const isOther = known !== null && known !== externalAccount.id;
      return isOther ? failureOf("external_account_mismatch", externalAccount.label, []) : { externalAccount };
    }
    case "unknown":
      return known === null ? { externalAccount: null } : failureOf("external_account_unknown", null, []);
    case "undeclared":
      if (known !== null) ports.log.warn({ account: account.id }, "re-authorized without an identity to compare");
      return { externalAccount: null };
  }
}

function trialFailure(trial: Exclude<Trial, { readonly kind: "works" }>, document: TypedDocument): FormFailure {
  // Which of several is wrong nobody says; those that are secret have to be typed again in any case.
  const declared = credentialFieldsOf(document);
  const secret = declared.filter((one) => one.secret);
  const fields = (secret.length > 0 ? secret : declared).map(({ name }) => ({ name, message: null }));
  switch (trial.kind) {
    case "rejected":
    case "unlike":
      return { code: trial.kind, detail: trial.said, fields };
    case "rate_limited":
      return failureOf("rate_limited", null, []);
    case "unwell":
      return failureOf("provider_error", trial.said, []);
    case "unreachable":
      return failureOf("provider_unreachable", null, []);
    case "undecided":
      return failureOf(trial.isPassing ? "try_again" : "client_misconfigured", null, []);
  }
}

function failureOf(code: FormFailure["code"], detail: string | null, errors: readonly FieldError[]): FormFailure {
  const fields = errors.map(({ pointer, detail: message, fault = null }) => {
    return { name: pointer.split("/").at(-1) ?? "", message, fault };
  });
  return { code, detail, fields };
}

/** Nobody leaves and comes back: the session is there for the page that tells the outcome, and so that a link connects once. */
function newSession(ports: SubmitPorts, { link, browserSecret }: SubmitInput, account: Account): NewConnectSession {
  return {
    id: makeId("cs", ports.random.bytes(idRandomBytes)),
    linkTokenId: link.id,
    environmentId: link.environmentId,
    accountId: account.id,
    integrationName: account.integrationName,
    callbackId: null,
    stateDigest: null,
    browserDigest: ports.digests.digest("browser", browserSecret),
    nonce: null,
    redirectUri: null,
    issuer: null,
    tokenEndpoint: null,
    scopesRequested: [],
    isReturn: false,
    needsConfirmation: link.sessionBinding,
    verifier: null,
    expiresAt: new Date(ports.clock.now().getTime() + authorizationSeconds * 1000),
  };
}
