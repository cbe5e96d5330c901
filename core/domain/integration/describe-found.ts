import { plainText } from "../text/plain-text.ts";

const shownCharacters = 60;

/** What stands at a place, in words that follow "found": its type, and its value where that is short, plain and no secret. */
export function describeFound(value: unknown, path: readonly PropertyKey[]): string {
  const isHidden = mayBeSecret(path);
  switch (typeof value) {
    case "undefined":
      return "nothing";
    case "string":
      if (value === "") return "an empty text";
      return isHidden || value.length > shownCharacters ? `a text of ${value.length} characters` : quoted(value);
    case "number":
      return isHidden ? "a number" : `the number ${value}`;
    case "boolean":
      return String(value);
    default:
      if (value === null) return "null";
      return Array.isArray(value) ? listFound(value, isHidden) : "an object";
  }
}

/** As it would stand in the document. */
export function quoted(value: unknown): string {
  return plainText(JSON.stringify(value), shownCharacters * 2);
}

function listFound(list: readonly unknown[], isHidden: boolean): string {
  if (list.length === 0) return "an empty list";
  if (list.length > 10) return `a list of ${list.length}`;
  const isPlain = list.every((one) => typeof one === "number" || typeof one === "boolean" || typeof one === "string");
  const text = `[${list.map(quoted).join(", ")}]`;
  return isPlain && !isHidden && text.length <= shownCharacters ? text : `a list of ${list.length}`;
}

/** Members whose values may be somebody's secret: the OAuth client, and what is sent as it is written here. */
const secretMembers = new Set(["headers", "body", "params", "claims"]);

/** Whether a value must not be shown, whatever it is: errors reach terminals, tickets and logs. */
export function mayBeSecret(path: readonly PropertyKey[]): boolean {
  const [first, second, third] = path;
  if (first === "credentials" && second === "config" && third === "client") return true;
  return path.some(
    (part) => typeof part === "string" && (secretMembers.has(part) || /secret|password|private/i.test(part)),
  );
}
