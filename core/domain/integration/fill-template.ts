import { DomainError } from "../problem/domain-error.ts";
import { placeholder } from "./document-parts.ts";
import { valueOf } from "./fill-address.ts";

/** What `{name}` stands for: inputs, and whatever else a template may name where it stands. */
export type TemplateValues = Readonly<Record<string, string>>;

/** A number or boolean is sent as such in a JSON body, as text elsewhere. */
export type ParameterValue = string | number | boolean;

/** Characters of one value, and of all that are sent together: scopes alone may be 100,000, and a template may name them often. */
const longest = { value: 131_072, together: 524_288 } as const;

/** @returns null when the template names something and all of that is empty: what it stands in is left out then */
export function fillTemplate(template: string, values: TemplateValues): string | null {
  const names = Array.from(template.matchAll(placeholder), ([, name = ""]) => name);
  if (names.length > 0 && names.every((name) => valueOf(values, name) === "")) return null;
  return template.replaceAll(placeholder, (_, name: string) => valueOf(values, name));
}

/**
 * Each one filled, without those that are left out.
 * @throws DomainError client_misconfigured naming the one that becomes too long, before it is made
 */
export function fillTemplates<Value extends ParameterValue>(
  templates: Readonly<Record<string, Value>>,
  values: TemplateValues,
): Record<string, Value | string> {
  let together = 0;
  return Object.fromEntries(
    Object.entries(templates).flatMap(([name, template]): [string, Value | string][] => {
      if (typeof template !== "string") return [[name, template]];
      const length = filledLength(template, values);
      together += length;
      if (length > longest.value) throw tooLong(name, `${length} characters, of ${longest.value}`);
      if (together > longest.together)
        throw tooLong(name, `more than ${longest.together} characters with those before it`);
      const filled = fillTemplate(template, values);
      return filled === null ? [] : [[name, filled]];
    }),
  );
}

function filledLength(template: string, values: TemplateValues): number {
  return Array.from(template.matchAll(placeholder)).reduce(
    (sum, [whole, name = ""]) => sum + valueOf(values, name).length - whole.length,
    template.length,
  );
}

function tooLong(name: string, found: string): DomainError {
  return new DomainError("client_misconfigured", {
    detail: `The integration's definition makes its parameter ${name} too long (${found}): it names long values too often, or there are too many scopes.`,
    extensions: { reason: "request_too_long" },
  });
}
