import { plainText } from "../text/plain-text.ts";

/** Longer than any list of scopes. */
const longestScope = 20_000;

/**
 * The scopes of a token response, however a server writes them: text, split at the integration's separator, at commas and at white
 * space (RFC 6749 §3.3 knows spaces alone), or a list of such texts.
 *
 * @returns null when it names none: then they are what was asked for (§5.1)
 */
export function readScopes(value: unknown, separator: string): string[] | null {
  const texts = Array.isArray(value) ? value : [value];
  const scopes = texts
    .filter((one) => typeof one === "string")
    .flatMap((text) => plainText(text, longestScope).split(separator))
    .flatMap((part) => part.split(/[\s,]+/))
    .filter((scope) => scope !== "");
  return scopes.length === 0 ? null : [...new Set(scopes)];
}

/** Some servers name a scope and leave out those that it contains. */
export function withImpliedScopes(
  granted: readonly string[],
  implies: Readonly<Record<string, readonly string[]>>,
): string[] {
  const all = new Set(granted);
  // A set is walked through what is added on the way.
  for (const scope of all) {
    if (Object.hasOwn(implies, scope)) for (const contained of implies[scope] ?? []) all.add(contained);
  }
  return [...all];
}
