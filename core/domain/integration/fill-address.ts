import { placeholder } from "./document-parts.ts";
import type { TemplateValues } from "./fill-template.ts";

/**
 * A part of an address: whatever stands in it stays within its segment or label. What is not known is left empty.
 * @returns null when a segment became dots alone, which would take the address out of its path (RFC 3986 §5.2.4)
 */
export function fillAddress(template: string, values: TemplateValues): string | null {
  const segments = template.split("/").map((segment) => {
    const filled = segment.replaceAll(placeholder, (_, name: string) => encodeURIComponent(valueOf(values, name)));
    return filled !== segment && /^\.{1,2}(?:[?#]|$)/.test(filled) ? null : filled;
  });
  return segments.includes(null) ? null : segments.join("/");
}

/** Of what was given, and of nothing that every object has. */
export function valueOf(values: TemplateValues, name: string): string {
  return Object.hasOwn(values, name) ? (values[name] ?? "") : "";
}
