import { lineAndColumn, scanText } from "../../integrations/_editor/scan-text.ts";

/** What somebody typed as JSON; a text says what is wrong with it, and where. */
export function readObject(text: string): Record<string, unknown> | string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // Not the parser's own words: each browser has others, and some without the place.
    const { fault } = scanText(text);
    if (text.trim() === "" || fault === null) return "This is no JSON yet.";
    return `This is no JSON yet: line ${lineAndColumn(text, fault.at).line}, ${fault.detail}.`;
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return 'Expected an object: { "name": "value" }.';
  }
  return value as Record<string, unknown>;
}

/**
 * The merge patch (RFC 7396) that makes one object of another: what is gone is said to be, since what is absent stays. Lists are
 * values.
 */
export function patchBetween(before: Record<string, unknown>, after: Record<string, unknown>): Record<string, unknown> {
  const patch: Record<string, unknown> = {};
  for (const name of Object.keys(before)) if (!Object.hasOwn(after, name)) patch[name] = null;
  for (const [name, value] of Object.entries(after)) {
    const old = before[name];
    if (isObject(value) && isObject(old)) {
      const inner = patchBetween(old, value);
      if (Object.keys(inner).length > 0) patch[name] = inner;
    } else if (JSON.stringify(value) !== JSON.stringify(old)) patch[name] = value;
  }
  return patch;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
