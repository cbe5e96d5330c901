import { z } from "zod";
import { isRegularExpression } from "../text/match-pattern.ts";
import { expressionFault } from "./expression-fault.ts";

/** Pieces that the schemas of an integration document share. Durations are whole seconds. */

/** `{name}` in a template: an input, or a field that came with the grant. */
export const placeholder = /\{([a-zA-Z][a-zA-Z0-9_]*)\}/g;

const braced = /\{([^}]*)\}/g;

/**
 * What stands between braces, be it a name or not. Behind the last brace that closes nothing is looked for: each one that opens there
 * would be followed to the end of the text in vain, and a text may be as long as a body.
 */
export function bracedNames(text: string): string[] {
  return Array.from(text.slice(0, text.lastIndexOf("}") + 1).matchAll(braced), ([, name = ""]) => name);
}

/** Puts something else in the place of everything that stands between braces, and of these. */
export function fillBraced(text: string, fill: (name: string) => string): string {
  const end = text.lastIndexOf("}") + 1;
  return text.slice(0, end).replaceAll(braced, (_, name: string) => fill(name)) + text.slice(end);
}

/** What is too long is not looked into: that may take seconds, and says nothing more. */
const tooLong = { abort: true } as const;

export const origin = z
  .string()
  .max(300, tooLong)
  .refine(isOrigin, "expected an origin such as https://login.example.com: a host and port that exist, without a path")
  .describe(
    "Scheme and host, with {input} templates allowed, e.g. https://{subdomain}.acme.example; or one {field} whose pattern says which hosts it may name.",
  );

export const path = z
  .string()
  .max(500)
  .regex(/^\/[^\s#\\]*$/, "expected a path that begins with /");

export const templates = z.record(z.string().min(1).max(100), z.string().max(2000));

/** Extra parameters. A number or boolean is sent as such in a JSON body, as text elsewhere. */
export const parameters = z.record(
  z.string().min(1).max(100),
  z.union([z.string().max(2000), z.number(), z.boolean()]),
);

export const expression = z
  .string()
  .min(1)
  .max(10_000, tooLong)
  .superRefine((text, context) => {
    const message = expressionFault(text);
    if (message !== null) context.addIssue({ code: "custom", message });
  })
  .describe("JSONata, bounded in time and size; see docs/guides/integration-document-answers.md for what it reads.");

export const jsonBody = z
  .record(z.string().min(1).max(100), z.unknown())
  .describe("A JSON body. Absent: none is sent, and no content type.");

export const fieldName = z
  .string()
  .regex(/^[a-z][a-zA-Z0-9_]{0,39}$/, "expected letters, digits and _, at most 40, a lower case letter first");

export const headerName = z
  .string()
  .regex(/^[a-z0-9!#$%&'*+.^_`|~-]{1,100}$/, "expected the name of an HTTP header in lower case");

export const pattern = z.string().max(300, tooLong).refine(isRegularExpression, "expected a regular expression");

/** Inputs stand for a label; what they leave must be an address. */
export function isOrigin(template: string): boolean {
  if (/^\{[a-zA-Z][a-zA-Z0-9_]*\}$/.test(template)) return true;
  if (!/^https?:\/\/[^\s/?#@\\]+$/.test(template)) return false;
  const filled = fillBraced(template, () => "x");
  return URL.canParse(filled) && new URL(filled).host !== "" && new URL(filled).pathname === "/";
}
