import { captureFields } from "#core/usecases/capture-fields";
import { readIdentity } from "#core/usecases/read-identity";
import type { Container } from "#adapters/container";
import { oauthConfigOf, type IntegrationDocument } from "#core/domain/integration/integration-document";
import type { OAuthConfig } from "#core/domain/integration/oauth-schema";
import { resolveIntegration, type ResolvedIntegration } from "#core/domain/integration/resolve-integration";
import { ExpressionFailed } from "#core/ports/expressions";
import { answerSkeleton, plainPath } from "./answer-skeleton.ts";
import { findShape, standardBody, type AnswerShape } from "./answer-shape.ts";
import { withMissing } from "./body-paths.ts";
import { fillFields, fillInputs } from "./fill-inputs.ts";
import { readerOf } from "./read-as-document.ts";
import { samplesOf, type Samples } from "./read-samples.ts";

/** The document under trial, and what follows from it. */
export interface TokenSubject {
  readonly document: IntegrationDocument;
  readonly integration: ResolvedIntegration;
  readonly samples: Samples;
  readonly inputs: Readonly<Record<string, string>>;
  /** What comes with a grant. */
  readonly fields: Readonly<Record<string, string>>;
  /** How long an access token lives in a trial, seconds: as the document says, otherwise an hour. */
  readonly lifeSeconds: number;
  /** How the provider answers a refresh, or a client; null: no answer could be made that the document reads. */
  readonly refreshShape: AnswerShape | null;
  /** How it answers a code. */
  readonly codeShape: AnswerShape | null;
  /** What the callback brings besides code and state. */
  readonly callback: Readonly<Record<string, string>>;
  /** What an ID token says besides the standard; null: none is asked for. */
  readonly claims: Readonly<Record<string, unknown>> | null;
  /** What whoever asks the API is told. */
  readonly identityBody: unknown;
  /** Whose account it is by that; null: nothing says so, or nothing could be made up that does. */
  readonly externalId: string | null;
  /** Fields that the document requires, and that nothing could be made up for; what a sample should bring is not among them. */
  readonly unbrought: readonly string[];
}

type Ports = Pick<Container, "expressions" | "log">;

/** A document's tokens live longest this long in a trial: from three weeks on, a number may as well be an instant. */
const longestLifeSeconds = 604_800;

/** @param document already relocated */
export async function describeTokenSubject(
  ports: Ports,
  document: IntegrationDocument,
  samples: Samples,
): Promise<TokenSubject> {
  const config = oauthConfigOf(document);
  if (config === null) throw new Error(`${document.name} has no token endpoint`);
  const inputs = fillInputs(document, samples);
  const fields = fillFields(document, samples);
  const integration = resolveIntegration(document, { clientId: "check" }, inputs, fields);
  const source = { config, integration, samples, fields };
  const made = await makeBodies(ports, source);
  const read = readerOf(ports.expressions, document);
  const shape = (bodies: readonly unknown[]): Promise<AnswerShape | null> =>
    findShape(bodies, read, config.scopeSeparator);
  const codeBodies = [...bodiesOf(samples, "token", "refresh"), ...made.bodies];
  const codeShape = await shape(await Promise.all(codeBodies.map((body) => withFacts(ports, source, made, body))));
  const callback = callbackOf(config, fields);
  const claims = integration.issuer !== null && integration.scopes.includes("openid") ? made.claims : null;
  const duration = config.tokenExpiryDuration;
  return {
    document,
    integration,
    samples,
    inputs,
    fields,
    lifeSeconds: duration === undefined ? 3600 : isOddLife(duration) ? longestLifeSeconds : duration,
    refreshShape: await shape([...bodiesOf(samples, "refresh", "token"), ...made.bodies]),
    codeShape,
    callback,
    claims,
    identityBody: made.identityBody,
    externalId: await externalIdOf(ports, config, codeShape, { ...made, claims }),
    unbrought: await unbroughtOf(ports, source, { codeShape, callback, identityBody: made.identityBody }),
  };
}

/** Three to four weeks in milliseconds read as instants of these years. */
function isOddLife(seconds: number): boolean {
  return seconds > 1_700_000 && seconds < 2_500_000;
}

/** Refreshes and codes are answered alike, as far as a documentation shows only one of them. */
function bodiesOf(samples: Samples, first: "token" | "refresh", then: "token" | "refresh"): unknown[] {
  return [...samplesOf(samples, first), ...samplesOf(samples, then)].map(({ body }) =>
    typeof body === "object" && body !== null && "id_token" in body ? { ...body, id_token: undefined } : body,
  );
}

interface Source {
  readonly config: OAuthConfig;
  readonly integration: ResolvedIntegration;
  readonly samples: Samples;
  readonly fields: Readonly<Record<string, string>>;
}

interface Made {
  /** Answers that no sample shows, the likeliest first. */
  readonly bodies: readonly unknown[];
  /** What an answer to a code says besides its tokens: fields, and who was connected. */
  readonly facts: Readonly<Record<string, unknown>>;
  readonly claims: Readonly<Record<string, unknown>>;
  readonly identityBody: unknown;
  /** Whom a sample says that it names; null: none does. */
  readonly documentedId: string | null;
}

/** By the inverse of the document's expressions, for what its samples don't show. */
async function makeBodies(ports: Ports, { config, integration, samples, fields }: Source): Promise<Made> {
  const { tokenResponse, identity } = config;
  const bodies =
    tokenResponse === undefined
      ? [standardBody]
      : [answerSkeleton([tokenResponse], (name) => (/expire|ttl|life/i.test(name) ? 3600 : "text")), standardBody];
  const asks = identity?.path !== undefined;
  const whose = identity === undefined ? [] : [identity.id, ...(identity.label === undefined ? [] : [identity.label])];
  const fromToken = [...fieldsFrom(config, "token"), ...(asks ? [] : fieldsFrom(config, "identity"))];
  const { id_token_claims: claims, ...facts } = skeletonOf(asks ? [] : whose, fromToken, fields);
  const called = skeletonOf(asks ? whose : [], fieldsFrom(config, "identity"), fields);
  const shown = samplesOf(samples, "identity").map(({ body, expects }) => ({ body, id: expects.id ?? null }));
  const candidates = [...shown, { body: called, id: null }] as const;
  const told = asks ? await firstThatTells(ports, { config, integration, candidates }) : { body: called, id: null };
  return {
    bodies,
    facts,
    claims: isRecord(claims) ? claims : {},
    identityBody: told.body,
    documentedId: told.id,
  };
}

async function unbroughtOf(
  ports: Ports,
  { config, integration, samples }: Source,
  { codeShape, callback, identityBody }: Pick<TokenSubject, "codeShape" | "callback" | "identityBody">,
): Promise<string[]> {
  const body = codeShape === null ? {} : writtenBy(codeShape);
  const sources = [
    { from: "callback", brought: callback, isShown: false },
    { from: "token", brought: body, isShown: samplesOf(samples, "token").length > 0 },
    { from: "identity", brought: identityBody, isShown: samplesOf(samples, "identity").length > 0 },
  ] as const;
  const missing: string[] = [];
  for (const { from, brought, isShown } of sources) {
    const captured = await captureFields(ports, integration, from, brought);
    const wanted = fieldsFrom(config, from).filter((field) => field.required && !isShown);
    missing.push(...wanted.map((field) => field.name).filter((name) => !Object.hasOwn(captured, name)));
  }
  return missing;
}

/** An answer to a code, with what the document takes from it besides tokens; as it is where it shows all of that. */
async function withFacts(ports: Ports, { config, integration }: Source, made: Made, body: unknown): Promise<unknown> {
  const captured = await captureFields(ports, integration, "token", body);
  const isWhole = fieldsFrom(config, "token").every((one) => !one.required || Object.hasOwn(captured, one.name));
  const isTelling = (await whoIn(ports, config, withClaims(body, made.claims))) !== null;
  const isAsked = config.identity === undefined || config.identity.path !== undefined;
  return isWhole && (isTelling || isAsked) ? body : withMissing(body, made.facts);
}

async function externalIdOf(
  ports: Ports,
  config: OAuthConfig,
  shape: AnswerShape | null,
  { identityBody, documentedId, claims }: Pick<Made, "identityBody" | "documentedId"> & Pick<TokenSubject, "claims">,
): Promise<string | null> {
  if (config.identity?.path !== undefined) return documentedId ?? (await whoIn(ports, config, identityBody));
  return await whoIn(ports, config, withClaims(shape === null ? {} : writtenBy(shape), claims ?? {}));
}

function writtenBy(shape: AnswerShape): unknown {
  return shape.write({ accessToken: "a", refreshToken: "r", expiresIn: 3600, scopes: undefined });
}

function withClaims(body: unknown, claims: Readonly<Record<string, unknown>>): unknown {
  return isRecord(body) ? { ...body, id_token_claims: { sub: idTokenSubject, ...claims } } : body;
}

/** Whom an ID token of a trial is about. */
export const idTokenSubject = "somebody";

type Field = OAuthConfig["fields"][number];

function fieldsFrom({ fields }: OAuthConfig, from: Field["from"]): readonly Field[] {
  return fields.filter((field) => field.from === from);
}

function skeletonOf(
  expressions: readonly string[],
  fields: readonly Field[],
  values: Readonly<Record<string, string>>,
): Record<string, unknown> {
  const each = fields.map((field) => answerSkeleton([field.value], () => values[field.name] ?? "1"));
  const body: unknown = [...each, answerSkeleton(expressions, (name) => `${name}-1`)].reduce<unknown>(withMissing, {});
  return isRecord(body) ? body : {};
}

interface Telling {
  readonly body: unknown;
  readonly id: string | null;
}

/** The first answer in which the document finds who was connected, and every field that it can't do without; else the first. */
async function firstThatTells(
  ports: Ports,
  {
    config,
    integration,
    candidates,
  }: Pick<Source, "config" | "integration"> & { readonly candidates: readonly [...Telling[], Telling] },
): Promise<Telling> {
  const required = fieldsFrom(config, "identity").filter((field) => field.required);
  // A sample says what it tells, so one that tells nothing is no reason to make another up.
  const told = candidates.length > 1 ? candidates.slice(0, -1) : candidates;
  for (const one of told) {
    const captured = await captureFields(ports, integration, "identity", one.body);
    const isWhole = required.every((field) => Object.hasOwn(captured, field.name));
    if (isWhole && (await whoIn(ports, config, one.body)) !== null) return one;
  }
  return candidates[0];
}

async function whoIn(
  { expressions }: Ports,
  { identity }: Pick<OAuthConfig, "identity">,
  body: unknown,
): Promise<string | null> {
  if (identity === undefined) return null;
  try {
    return (await readIdentity(expressions, identity, body))?.id ?? null;
  } catch (error) {
    if (!(error instanceof ExpressionFailed)) throw error;
    return null;
  }
}

/** Callbacks have plain parameters. */
function callbackOf(config: OAuthConfig, fields: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    fieldsFrom(config, "callback").flatMap((field) => {
      const [name, ...rest] = plainPath(field.value) ?? [];
      const value = fields[field.name];
      return name === undefined || rest.length > 0 || value === undefined ? [] : [[name, value]];
    }),
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
