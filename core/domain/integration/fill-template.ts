import { placeholder } from "./document-parts.ts";

/** What `{name}` stands for: inputs, and whatever else a template may name where it stands. */
export type TemplateValues = Readonly<Record<string, string>>;

/** A number or boolean is sent as such in a JSON body, as text elsewhere. */
export type ParameterValue = string | number | boolean;

/** @returns null when the template names something and all of that is empty: what it stands in is left out then */
export function fillTemplate(template: string, values: TemplateValues): string | null {
  let isNaming = false;
  let isFilled = false;
  const text = template.replaceAll(placeholder, (_, name: string) => {
    const value = Object.hasOwn(values, name) ? (values[name] ?? "") : "";
    isNaming = true;
    isFilled ||= value !== "";
    return value;
  });
  return isNaming && !isFilled ? null : text;
}

/** Each one filled, without those that are left out. */
export function fillTemplates<Value extends ParameterValue>(
  templates: Readonly<Record<string, Value>>,
  values: TemplateValues,
): Record<string, Value | string> {
  return Object.fromEntries(
    Object.entries(templates).flatMap(([name, template]): [string, Value | string][] => {
      const filled = typeof template === "string" ? fillTemplate(template, values) : template;
      return filled === null ? [] : [[name, filled]];
    }),
  );
}
