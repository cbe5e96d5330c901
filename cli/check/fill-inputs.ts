import type { IntegrationDocument, IntegrationInput } from "#core/domain/integration/integration-document";
import { checkInputs } from "#core/domain/integration/resolve-integration";
import { DomainError } from "#core/domain/problem/domain-error";

/** What fits most patterns: a label, a number, a code. */
const likely = ["acme", "1", "1234567890", "ACME", "a", "00000000-0000-0000-0000-000000000000", "acme.example"];

/** Values for the inputs that a document asks for: its defaults, options and examples, otherwise something that its pattern takes. */
export function fillInputs(document: IntegrationDocument): Record<string, string> {
  return Object.fromEntries(document.inputs.map((input) => [input.name, valueFor(document, input)]));
}

function valueFor(document: IntegrationDocument, input: IntegrationInput): string {
  const { default: standard, options = [], example } = input;
  const candidates = [standard, ...options.map((one) => one.value), example, ...likely];
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
