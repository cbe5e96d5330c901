import type { Container } from "#adapters/container";
import type { TypedDocument } from "#core/domain/integration/credential-fields";
import { placeholder } from "#core/domain/integration/document-parts";
import { readIdentity } from "#core/usecases/read-identity";
import { ExpressionFailed } from "#core/ports/expressions";
import { answerSkeleton } from "./answer-skeleton.ts";
import { withMissing } from "./body-paths.ts";
import { fillCredentials, fillInputs } from "./fill-inputs.ts";
import { evaluated } from "./read-as-document.ts";
import { samplesOf, type Samples } from "./read-samples.ts";

/** A document whose credentials people type, and what follows from it. */
export interface TypedSubject {
  readonly document: TypedDocument;
  readonly samples: Samples;
  readonly inputs: Readonly<Record<string, string>>;
  readonly credentials: Readonly<Record<string, string>>;
  /** What the probe of credentials that work gets; null: nothing could be made up that the document takes for that. */
  readonly good: unknown;
  readonly isGoodKnown: boolean;
  /** What the call gets that asks whose they are, and where it goes; null: the probe's answer tells. */
  readonly identity: { readonly path: string; readonly body: unknown } | null;
  /** Whose they are by that; null: nothing says so, or nothing could be made up that does. */
  readonly externalId: string | null;
}

type Ports = Pick<Container, "expressions">;

/** @param document already relocated */
export async function describeTypedSubject(
  ports: Ports,
  document: TypedDocument,
  samples: Samples,
): Promise<TypedSubject> {
  const inputs = fillInputs(document, samples);
  const { identity } = document.credentials.config;
  const valid = document.api?.probe?.valid;
  const path = identity?.path === undefined ? null : pathTo(document, identity.host, identity.path, inputs);
  // Where both go to one place, the probe's answer is what both get.
  const isOwnCall = path !== null && path !== pathTo(document, undefined, document.api?.probe?.path ?? "", inputs);
  const whose = identity === undefined ? [] : [identity.id, ...(identity.label === undefined ? [] : [identity.label])];
  const named = answerSkeleton(whose, (name) => `${name}-1`);
  const shown = samplesOf(samples, "identity").map((one) => one.body);
  const probed = samplesOf(samples, "probe")
    .filter((one) => one.expects.works && one.status === 200)
    .map((one) => one.body);
  const bodies = [...shown, named];
  const { body: compared } = answerSkeleton(valid === undefined ? [] : [valid], () => "1");
  const good = await firstValid(ports, valid, [
    ...(isOwnCall || identity === undefined ? [...probed, ...bodies] : [...bodies, ...probed]),
    ...bodies.map((body) => withMissing(body, compared ?? {})),
    compared ?? {},
  ]);
  const told = isOwnCall && identity !== undefined ? await firstNaming(ports, identity, bodies) : good;
  return {
    document,
    samples,
    inputs,
    credentials: fillCredentials(document),
    good: good ?? null,
    isGoodKnown: good !== undefined,
    identity: isOwnCall ? { path, body: told } : null,
    externalId: identity === undefined ? null : await whoIn(ports, identity, told),
  };
}

type Identity = NonNullable<TypedDocument["credentials"]["config"]["identity"]>;

/** Where a call arrives: below the base URL, unless it has a host of its own. */
function pathTo(
  { api }: TypedDocument,
  host: string | undefined,
  path: string,
  inputs: Readonly<Record<string, string>>,
): string {
  const fill = (text: string): string =>
    text.replaceAll(placeholder, (_, name: string) => encodeURIComponent(inputs[name] ?? ""));
  const base = host === undefined ? new URL(fill(api?.baseUrl ?? "http://check")).pathname : "";
  return `${base.replace(/\/+$/, "")}${fill(path)}`.replace(/\?.*$/, "");
}

/** @returns undefined where the document takes none of them for credentials that work */
async function firstValid(
  { expressions }: Ports,
  valid: string | undefined,
  bodies: readonly unknown[],
): Promise<unknown> {
  if (valid === undefined) return bodies[0];
  for (const body of bodies) {
    const answer = { status: 200, headers: { "content-type": "application/json" }, body };
    if ((await evaluated(expressions, valid, answer)) === true) return body;
  }
  return undefined;
}

async function firstNaming(ports: Ports, identity: Identity, bodies: readonly unknown[]): Promise<unknown> {
  for (const body of bodies) if ((await whoIn(ports, identity, body)) !== null) return body;
  return bodies[0];
}

async function whoIn({ expressions }: Ports, identity: Identity, body: unknown): Promise<string | null> {
  try {
    return (await readIdentity(expressions, identity, body))?.id ?? null;
  } catch (error) {
    if (!(error instanceof ExpressionFailed)) throw error;
    return null;
  }
}
