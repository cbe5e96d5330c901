/** One member of a structured list: `"default";r=50;t=30` has the name `default` and two parameters. */
export interface ListMember {
  /** The bare item, without its quotes. */
  readonly name: string;
  /** As written, without quotes; a parameter that stands alone is empty. Names in lower case. */
  readonly parameters: ReadonlyMap<string, string>;
}

/** Longer than any header that is about limits. */
const maxCharacters = 4_000;

/**
 * A list of items with parameters (RFC 9651 §3.1), read leniently: what a server wrote almost right is still read, since nothing
 * but a header to pass on depends on it. Total: garbage gives members that mean nothing, and too much of it none.
 */
export function parseStructuredList(text: string | null): readonly ListMember[] {
  if (text === null || text.length > maxCharacters) return [];
  return splitOutsideQuotes(text, ",").flatMap((member) => {
    const [item = "", ...rest] = splitOutsideQuotes(member, ";");
    if (item === "" && rest.length === 0) return [];
    return [{ name: unquote(item), parameters: new Map(rest.map(parseParameter)) }];
  });
}

function parseParameter(text: string): readonly [name: string, value: string] {
  const at = text.indexOf("=");
  if (at === -1) return [text.toLowerCase(), ""];
  return [text.slice(0, at).trim().toLowerCase(), unquote(text.slice(at + 1).trim())];
}

function splitOutsideQuotes(text: string, separator: "," | ";"): string[] {
  const parts: string[] = [];
  let start = 0;
  let isQuoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (character === "\\" && isQuoted) at += 1;
    else if (character === '"') isQuoted = !isQuoted;
    else if (character === separator && !isQuoted) {
      parts.push(text.slice(start, at).trim());
      start = at + 1;
    }
  }
  return [...parts, text.slice(start).trim()];
}

function unquote(text: string): string {
  return text.length >= 2 && text.startsWith('"') && text.endsWith('"')
    ? text.slice(1, -1).replaceAll(/\\(["\\])/g, "$1")
    : text;
}
