import type { IntegrationDocument } from "../../domain/integration/integration-document.ts";
import type { DomainError, FieldError } from "../../domain/problem/domain-error.ts";
import { capabilitiesOf, type ModelCapabilities } from "../../domain/unified/capabilities.ts";
import type { JsonObject } from "../../domain/unified/json-object.ts";
import type { EndpointName } from "../../domain/unified/mapping-schema.ts";
import type { Model } from "../../domain/unified/model.ts";
import { readMapping } from "../../domain/unified/read-mapping.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Expressions } from "../../ports/expressions.ts";
import { tryAnswer } from "./try-answer.ts";
import { noEndpoint } from "./trial-faults.ts";
import { tryRequest } from "./try-request.ts";
import type { MappedModel } from "./with-mapping.ts";

export interface TrialPorts {
  readonly expressions: Expressions;
  readonly clock: Pick<Clock, "now">;
}

/** An answer of the provider's, as somebody wrote it down. */
export interface TrialAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

export interface MappingTrial {
  readonly model: Model;
  /** As its author wrote it; anything at all. */
  readonly mapping: unknown;
  readonly endpoint: EndpointName;
  /** What is read; null: nothing is. */
  readonly answer: TrialAnswer | null;
  /** What a caller asks for or writes; null: no request is made of it. */
  readonly given: JsonObject | null;
  readonly inputs: Readonly<Record<string, string>>;
  readonly fields: Readonly<Record<string, string>>;
}

/** Something wrong, and in which of the texts: the mapping, or what a caller gives. */
export interface TrialFault extends FieldError {
  readonly part: "mapping" | "given";
}

/** What is read out of an answer. */
export interface ReadTrial {
  readonly kind: "records";
  readonly records: readonly JsonObject[];
  /** How many the answer holds; the first ones alone are mapped. */
  readonly total: number;
  /** What the next page would be asked with; null: there is none. */
  readonly next: unknown;
  /** Of an answer that names the record alone: the id by which it would be read. */
  readonly id: string | null;
}

/** What would be sent, below api.baseUrl. */
export interface RequestTrial {
  readonly method: string;
  readonly path: string;
  readonly query: string | null;
  readonly body: unknown;
}

export interface TriedMapping {
  readonly faults: readonly TrialFault[];
  /** Null: the mapping itself is faulty. */
  readonly capabilities: ModelCapabilities | null;
  /** What a caller would get; null: there was no answer, or it can't be read. */
  readonly read: ReadTrial | { readonly kind: "refusal"; readonly problem: DomainError } | null;
  readonly request: RequestTrial | null;
}

/**
 * A mapping at work on a sample: what a caller would get of an answer, and what would be sent for a request. Nothing is sent, and
 * nothing is written.
 *
 * @param document the definition in force, for all that is not the mapping
 * @throws DomainError provider_unavailable where too many expressions are waiting
 */
export async function tryMapping(
  ports: TrialPorts,
  document: IntegrationDocument,
  trial: MappingTrial,
): Promise<TriedMapping> {
  const { model, endpoint, answer, given, inputs, fields } = trial;
  const read = readMapping(document, model, trial.mapping);
  if (read.kind === "faulty") {
    const faults = read.errors.map((one) => ({ ...one, part: "mapping" as const }));
    return { faults, capabilities: null, read: null, request: null };
  }
  const mapped: MappedModel = {
    ports,
    call: { model },
    mapping: read.mapping,
    document: read.document,
    inputs: { ...exampleInputs(document), ...inputs },
    fields,
  };
  const [capabilities = null] = capabilitiesOf(read.document.unified);
  if (read.mapping.endpoints[endpoint] === undefined) {
    return { faults: [noEndpoint(endpoint)], capabilities, read: null, request: null };
  }
  const answered = answer === null ? null : await tryAnswer(mapped, ports.clock.now(), endpoint, answer);
  const asked = given === null ? null : await tryRequest(mapped, endpoint, given);
  return {
    faults: [...(answered?.faults ?? []), ...(asked?.faults ?? [])],
    capabilities,
    read: answered?.read ?? null,
    request: asked?.request ?? null,
  };
}

/** What an account would bring: the example of each input, or its name. */
function exampleInputs({ inputs }: IntegrationDocument): Record<string, string> {
  return Object.fromEntries(inputs.map(({ name, example }) => [name, example ?? name]));
}
