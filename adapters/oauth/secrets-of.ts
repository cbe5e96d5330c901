import { isRecord } from "./parse-body.ts";

const secretName = /(?:^|_)(?:access|refresh|id|session)_?token$|secret|password|assertion/i;
/** The same in what is no data: half an object, a page. */
const secretInText = /(?:token|secret|password|assertion)["'\s:=\\]{1,10}([^\s"'&<>,;\\]{8,})/gi;
/** Shorter values are words. */
const leastLength = 8;
/** A token answer has a few. */
const mostSecrets = 50;

/** The secrets that an answer itself carries: an integration's own words for an error might be made of them. */
export function secretsOf(body: unknown): string[] {
  const secrets: string[] = [];
  // Answers are bounded where they are read, in length and so in parts.
  const parts: unknown[] = [body];
  for (const part of parts) {
    if (secrets.length >= mostSecrets) break;
    if (typeof part === "string") secrets.push(...secretsInText(part));
    if (Array.isArray(part)) for (const item of part) parts.push(item);
    if (!isRecord(part)) continue;
    for (const [name, value] of Object.entries(part)) {
      if (typeof value === "string" && value.length >= leastLength && secretName.test(name)) secrets.push(value);
      else parts.push(value);
    }
  }
  return secrets.slice(0, mostSecrets);
}

function secretsInText(text: string): string[] {
  if (text.length < leastLength) return [];
  const plain = text.replaceAll(/%[0-9a-f]{2}/gi, (byte) => String.fromCharCode(Number.parseInt(byte.slice(1), 16)));
  return [...plain.matchAll(secretInText)].slice(0, mostSecrets).map(([, value = ""]) => value);
}
