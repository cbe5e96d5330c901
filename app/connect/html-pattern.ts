/**
 * A pattern as the `pattern` attribute wants it: browsers compile it with the `v` flag, which refuses a bare hyphen at
 * the edge of a class. Undefined where it cannot be helped: the API checks the input in any case.
 */
export function htmlPattern(pattern: string | null): string | undefined {
  if (pattern === null || pattern === "") return undefined;
  const candidates = [pattern, pattern.replaceAll("-]", "\\-]").replaceAll("[-", "[\\-").replaceAll("[^-", "[^\\-")];
  return candidates.find(compiles);
}

function compiles(pattern: string): boolean {
  try {
    return new RegExp(`^(?:${pattern})$`, "v") instanceof RegExp;
  } catch {
    return false;
  }
}
