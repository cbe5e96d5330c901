import { fits, type Schema } from "./find-schema.ts";

/** A value near the given one that the place takes; undefined when there is none. */
export function suggestValue(schema: Schema, value: unknown): unknown {
  return nearby(value).find((one) => one !== undefined && fits(schema, one));
}

/** What people mean when they write it otherwise. */
function nearby(value: unknown): unknown[] {
  if (typeof value === "number" || typeof value === "boolean") {
    const rounded = typeof value === "number" ? [Math.round(value)] : [];
    return [String(value), ...rounded, [value]];
  }
  if (Array.isArray(value)) return value.length === 1 ? [value[0]] : [];
  if (typeof value !== "string") return [];
  const text = value.trim();
  const words: unknown[] = [
    text,
    text.toLowerCase(),
    `/${text}`,
    originOf(text),
    `https://${text}`,
    `https://${text.replace(/\/.*$/, "")}`,
  ];
  if (/^-?\d+(?:\.\d+)?$/.test(text)) words.push(Number(text));
  if (/^(?:true|yes|on)$/i.test(text)) words.push(true);
  if (/^(?:false|no|off)$/i.test(text)) words.push(false);
  return [...words.filter((one) => one !== value), [value]];
}

function originOf(text: string): string | undefined {
  // Not by URL: it would encode the braces of a template.
  return /^https?:\/\/[^/?#]+/.exec(text)?.[0];
}
