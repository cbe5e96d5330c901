/** The parts of a JSON Pointer (RFC 6901). */
export function partsOf(pointer: string): string[] {
  return pointer
    .split("/")
    .slice(1)
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
}

export function pointerOf(parts: readonly string[]): string {
  return parts.map((part) => `/${part.replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
}

/** A piece of a document that says one value at a pointer; null takes away what an environment says there (RFC 7396). */
export function pieceOf(pointer: string, value: unknown): unknown {
  return partsOf(pointer).reduceRight<unknown>((piece, part) => ({ [part]: piece }), value);
}

/** Whether a pointer is one of those that a pattern means: `/*` at its end stands for any name. */
export function isMeant(pattern: string, pointer: string): boolean {
  if (!pattern.endsWith("/*")) return pattern === pointer;
  const beginning = pattern.slice(0, -1);
  return (
    pointer.startsWith(beginning) && pointer.length > beginning.length && !pointer.slice(beginning.length).includes("/")
  );
}
