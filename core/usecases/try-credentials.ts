import type { ExternalAccount } from "../domain/account/account.ts";
import { judgeProbe } from "../domain/credential/judge-probe.ts";
import { apiRequest, isSendable, type DeclaredCall } from "../domain/integration/api-request.ts";
import type { CallAuthorization, CallValues } from "../domain/integration/authorize-call.ts";
import { credentialFieldsOf, type TypedDocument } from "../domain/integration/credential-fields.ts";
import { plainText } from "../domain/text/plain-text.ts";
import { scrubSecrets } from "../domain/text/scrub-secrets.ts";
import type { Clock } from "../ports/clock.ts";
import { ExpressionFailed, type Expressions } from "../ports/expressions.ts";
import type { Log } from "../ports/log.ts";
import type { ApiAnswer, ProviderApi } from "../ports/provider-api.ts";
import { evaluateAuthorization } from "./evaluate-authorization.ts";
import { readApiAnswer } from "./read-api-answer.ts";
import { readIdentity } from "./read-identity.ts";

export interface TryPorts {
  readonly provider: ProviderApi;
  readonly expressions: Expressions;
  readonly clock: Pick<Clock, "now">;
  readonly log: Log;
}

/** Typed credentials, and what they are tried with. */
export interface Attempted {
  readonly document: TypedDocument;
  readonly inputs: Readonly<Record<string, string>>;
  /** Already checked by checkCredentialFields. */
  readonly fields: Readonly<Record<string, string>>;
}

/** What came of trying. `said`: the provider's status and words, without a secret and without its body. */
export type Trial =
  | { readonly kind: "works"; readonly identity: Identified }
  /** As judgeProbe tells them apart. */
  | { readonly kind: "rejected" | "unlike" | "unwell"; readonly said: string }
  | { readonly kind: "rate_limited"; readonly retryAfterSeconds: number }
  | { readonly kind: "unreachable"; readonly isTimeout: boolean; readonly said: string }
  /** Our own side: the definition can't be followed, or its address must not be called. `isPassing`: it may work in a moment. */
  | { readonly kind: "undecided"; readonly isPassing: boolean; readonly said: string };

/** Who was connected; `undeclared` also where nobody asked, `unknown` where the definition says how to find out, and it could not be found out. */
export type Identified =
  | { readonly kind: "undeclared" }
  | { readonly kind: "known"; readonly externalAccount: ExternalAccount }
  | { readonly kind: "unknown" };

/** Somebody waits for it at a page. */
const deadlineSeconds = 10;
const defaultRetrySeconds = 60;
const longestSaid = 300;

type Answer = ApiAnswer & { readonly kind: "answer" };

/**
 * Calls the provider with typed credentials: the probe and, when they work, the call that tells whose they are.
 *
 * @param options `skipsIdentity`: whose they are is known
 */
export async function tryCredentials(
  ports: TryPorts,
  attempted: Attempted,
  options: { readonly skipsIdentity?: boolean } = {},
): Promise<Trial> {
  try {
    return await probe(ports, attempted, options.skipsIdentity === true);
  } catch (error) {
    if (!(error instanceof ExpressionFailed)) throw error;
    ports.log.warn({ integration: attempted.document.name, error }, "an expression of a definition failed");
    const isPassing = error.reason === "busy" || error.reason === "closed" || error.reason === "crashed";
    return { kind: "undecided", isPassing, said: `an expression of the definition failed: ${error.message}` };
  }
}

async function probe(ports: TryPorts, attempted: Attempted, skipsIdentity: boolean): Promise<Trial> {
  const { document } = attempted;
  const values: CallValues = { credentials: attempted.fields, inputs: attempted.inputs, fields: {} };
  const authorization = await evaluateAuthorization(ports.expressions, document.authorization, values);
  if (authorization === null) return undecided("the definition's authorization yields no {headers, query}");
  const declared = document.api?.probe;
  const request = declared === undefined ? null : apiRequest(document, declared, values, authorization);
  if (request === null) return undecided("the definition's probe has no address");
  if (!isSendable(request)) return { kind: "unlike", said: "they hold characters that no header may" };
  const secrets = secretsOf(attempted, authorization);
  const scrub = (text: string): string => plainText(scrubSecrets(text, secrets), longestSaid);

  const answer = await ports.provider.call(request, deadlineSeconds);
  if (answer.kind === "failed") return failed(answer, scrub(answer.detail));
  const reading = await readApiAnswer(ports.expressions, document.api, answer, ports.clock.now());
  const { status, headers, body } = answer;
  const valid = document.api?.probe?.valid;
  const verdict = judgeProbe({
    status,
    isValid: valid === undefined ? null : (await ports.expressions.evaluate(valid, { status, headers, body })) === true,
    apiError: reading.declared,
    isRateLimit: reading.isRateLimit,
  });
  switch (verdict.kind) {
    case "works": {
      if (skipsIdentity) return { kind: "works", identity: { kind: "undeclared" } };
      return { kind: "works", identity: await identify(ports, attempted, { values, authorization, answer }) };
    }
    case "rate_limited":
      return { kind: "rate_limited", retryAfterSeconds: reading.retryAfterSeconds ?? defaultRetrySeconds };
    case "rejected":
    case "unlike":
    case "unwell":
      return { kind: verdict.kind, said: scrub(verdict.said) };
  }
}

function undecided(said: string): Trial {
  return { kind: "undecided", isPassing: false, said };
}

function failed({ cause }: ApiAnswer & { readonly kind: "failed" }, said: string): Trial {
  switch (cause) {
    case "not_sent":
      return { kind: "unreachable", isTimeout: false, said };
    case "answer_lost":
      return { kind: "unreachable", isTimeout: true, said };
    case "egress_refused":
      return undecided(`Evergrant refuses to call this address (${said}); see EVERGRANT_EGRESS_ALLOW`);
  }
}

/** Failing here costs no connection that works; whoever must compare finds `unknown` (R32). */
async function identify(
  ports: TryPorts,
  { document }: Attempted,
  probed: { readonly values: CallValues; readonly authorization: CallAuthorization; readonly answer: Answer },
): Promise<Identified> {
  const { identity } = document.credentials.config;
  if (identity === undefined) return { kind: "undeclared" };
  const { path } = identity;
  const unknown = (reason: string): Identified => {
    ports.log.warn({ integration: document.name, reason }, "who was connected could not be found out");
    return { kind: "unknown" };
  };
  const told = path === undefined ? probed.answer : await ask(ports, document, { ...identity, path }, probed);
  if (told === null) return unknown("no address to call");
  if (told.kind === "failed") return unknown(told.cause);
  if (told.status < 200 || told.status > 299) return unknown(`HTTP ${told.status}`);
  try {
    const externalAccount = await readIdentity(ports.expressions, identity, told.body);
    return externalAccount === null ? unknown("its id is no text") : { kind: "known", externalAccount };
  } catch (error) {
    if (!(error instanceof ExpressionFailed)) throw error;
    return unknown(error.message);
  }
}

async function ask(
  { provider }: TryPorts,
  document: TypedDocument,
  call: DeclaredCall,
  { values, authorization }: { readonly values: CallValues; readonly authorization: CallAuthorization },
): Promise<ApiAnswer | null> {
  const request = apiRequest(document, call, values, authorization);
  return request === null || !isSendable(request) ? null : await provider.call(request, deadlineSeconds);
}

/** What was typed in secret, and whatever was made of it: a server may repeat either. */
function secretsOf({ document, fields }: Attempted, { headers, query }: CallAuthorization): string[] {
  const typed = credentialFieldsOf(document).flatMap(({ name, secret }) => (secret ? [fields[name] ?? ""] : []));
  const sent = Object.values(headers).flatMap((value) => [value, value.split(" ").at(-1) ?? ""]);
  return [...typed, ...sent, ...Object.values(query)];
}
