import {
  credentialFieldsOf,
  checkCredentialFields,
  type TypedDocument,
} from "#core/domain/integration/credential-fields";
import { acceptField, grantFieldsOf } from "#core/domain/integration/grant-fields";
import type { IntegrationDocument, IntegrationInput } from "#core/domain/integration/integration-document";
import type { GrantField } from "#core/domain/integration/oauth-schema";
import { checkInputs } from "#core/domain/integration/resolve-integration";
import { DomainError } from "#core/domain/problem/domain-error";
import { exampleOfPattern } from "./example-of-pattern.ts";
import { samplesOf, type Samples } from "./read-samples.ts";

type Texts = Readonly<Record<string, string>>;

/** What fits most patterns: a label, a number, a code. */
const likely = ["acme", "1", "1234567890", "ACME", "a", "00000000-0000-0000-0000-000000000000", "acme.example"];

/**
 * Values for the inputs that a document asks for: the samples', its defaults, options and examples, otherwise something that its
 * pattern takes.
 */
export function fillInputs(document: IntegrationDocument, samples: Pick<Samples, "inputs">): Record<string, string> {
  return Object.fromEntries(
    document.inputs.map((input) => [input.name, valueFor(document, input, samples.inputs[input.name])]),
  );
}

function valueFor(document: IntegrationDocument, input: IntegrationInput, sample: string | undefined): string {
  const { default: standard, options = [], example } = input;
  const candidates = [
    sample,
    standard,
    ...options.map((one) => one.value),
    example,
    ...likely,
    fromPattern(input.pattern),
  ];
  return candidates.find((one) => one !== undefined && isTaken(document, input.name, one)) ?? example ?? "";
}

function isTaken(document: IntegrationDocument, name: string, value: string): boolean {
  try {
    checkInputs(document, { [name]: value });
    return true;
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    // Others are missing in this trial, and not to blame.
    return !error.errors.some((one) => one.pointer === `/inputs/${name}`);
  }
}

/** What comes with a grant: as the samples have it, otherwise something that the pattern takes. One that nothing is found for is left out. */
export function fillFields(document: IntegrationDocument, samples: Samples): Record<string, string> {
  const shown: Texts = Object.assign(
    {},
    ...samplesOf(samples, "identity", "refresh", "token").map((one) => one.expects.fields ?? {}),
    samples.fields,
  ) as Texts;
  return Object.fromEntries(
    grantFieldsOf(document).flatMap((field) => {
      const value = fieldValue(field, shown[field.name]);
      return value === undefined ? [] : [[field.name, value]];
    }),
  );
}

function fieldValue(field: GrantField, sample: string | undefined): string | undefined {
  const candidates = [sample, ...likely, fromPattern(field.pattern)];
  return candidates.find((one) => one !== undefined && acceptField(field, one) !== null);
}

/** What somebody types: its example, otherwise something that its pattern takes. */
export function fillCredentials(document: TypedDocument): Record<string, string> {
  return Object.fromEntries(
    credentialFieldsOf(document).map(({ name, example, pattern }) => {
      const candidates = [`${name}-of-the-check`, example, fromPattern(pattern), ...likely];
      const isWell = (value: string): boolean =>
        Object.hasOwn(checkCredentialFields(document, { [name]: value }, "").fields, name);
      return [name, candidates.find((one) => one !== undefined && isWell(one)) ?? ""];
    }),
  );
}

function fromPattern(pattern: string | undefined): string | undefined {
  return pattern === undefined ? undefined : (exampleOfPattern(pattern) ?? undefined);
}
