import { composeExpressions, constantOf } from "../../domain/unified/compose-expressions.ts";
import { isJsonObject } from "../../domain/unified/json-object.ts";
import { DomainError } from "../../domain/problem/domain-error.ts";
import { ExpressionFailed, type Expressions } from "../../ports/expressions.ts";
import { alongPath } from "../read-page.ts";

/** Where an expression of a mapping stands in its document, for whoever has to mend it: the parts of its pointer. */
export type Place = readonly string[];

/**
 * What each of these expressions finds; what finds nothing is left out. Constants and plain paths cost no evaluation, and all the
 * others together cost one; more where what they find together is too much for one.
 *
 * @param placeOf where the expression of a name stands
 * @param tooLarge what is wrong where one by itself finds more than an evaluation may answer; absent: as any other that fails
 * @throws DomainError client_misconfigured naming the one that failed; invalid_request where the input is too large for any
 */
export async function findAll(
  expressions: Expressions,
  placeOf: (name: string) => Place,
  entries: Readonly<Record<string, string>>,
  input: Readonly<Record<string, unknown>>,
  bindings: Readonly<Record<string, unknown>>,
  tooLarge?: (name: string) => DomainError,
): Promise<Record<string, unknown>> {
  const found: [string, unknown][] = [];
  const others: [string, string][] = [];
  for (const [name, text] of Object.entries(entries)) {
    const constant = constantOf(text);
    const along = constant === null ? alongPath(text, input) : null;
    if (constant !== null) found.push([name, constant]);
    else if (along === null) others.push([name, text]);
    else if (along.found !== undefined) found.push([name, along.found]);
  }
  if (others.length === 0) return Object.fromEntries(found);
  const rest = Object.fromEntries(others);
  const evaluated = await evaluate(expressions, placeOf, rest, input, bindings, tooLarge);
  return { ...Object.fromEntries(found), ...evaluated };
}

async function evaluate(
  expressions: Expressions,
  placeOf: (name: string) => Place,
  entries: Readonly<Record<string, string>>,
  input: unknown,
  bindings: Readonly<Record<string, unknown>>,
  tooLarge?: (name: string) => DomainError,
): Promise<Readonly<Record<string, unknown>>> {
  try {
    const value = await expressions.evaluate(composeExpressions(entries), input, bindings);
    return isJsonObject(value) ? value : {};
  } catch (error) {
    if (!(error instanceof ExpressionFailed)) throw error;
    if (isOurs(error)) throw crowded();
    // No expression has seen it yet, so that none is at fault.
    if (error.reason === "input_too_large") throw inputTooLarge();
    const names = Object.keys(entries);
    if (error.reason === "output_too_large" && names.length > 1) {
      const middle = Math.ceil(names.length / 2);
      const of = (some: readonly string[]): Record<string, string> =>
        Object.fromEntries(some.map((name) => [name, entries[name] ?? ""]));
      const halves = [of(names.slice(0, middle)), of(names.slice(middle))];
      const found = await Promise.all(
        halves.map((half) => evaluate(expressions, placeOf, half, input, bindings, tooLarge)),
      );
      return Object.assign({}, ...found) as Record<string, unknown>;
    }
    if (error.reason === "output_too_large" && tooLarge !== undefined) throw tooLarge(names[0] ?? "");
    const name = await findFailing(expressions, entries, input, bindings);
    const [first = ""] = names;
    throw failedAt(name === null ? placeOf(first).slice(0, -1) : placeOf(name), error);
  }
}

/** The first that fails by itself too; null: none does. */
async function findFailing(
  expressions: Expressions,
  entries: Readonly<Record<string, string>>,
  input: unknown,
  bindings: Readonly<Record<string, unknown>>,
): Promise<string | null> {
  for (const [name, text] of Object.entries(entries)) {
    try {
      await expressions.evaluate(text, input, bindings);
    } catch (error) {
      if (error instanceof ExpressionFailed && !isOurs(error)) return name;
    }
  }
  return null;
}

/** Nothing is wrong with the expression. */
export function isOurs({ reason }: ExpressionFailed): boolean {
  return reason === "busy" || reason === "closed";
}

export function crowded(): DomainError {
  return new DomainError("provider_unavailable", {
    detail: "Too many expressions of definitions are being evaluated. Try again shortly.",
    retryAfterSeconds: 1,
  });
}

function inputTooLarge(): DomainError {
  const detail = "is too large for a mapping, with what it reads of the record besides: a megabyte of JSON at most";
  return new DomainError("invalid_request", {
    detail: "What was given can't be mapped. Nothing was written.",
    errors: [{ pointer: "", detail }],
  });
}

/** @param place the parts of its pointer in the document */
export function failedAt(place: Place, error: ExpressionFailed): DomainError {
  const pointer = place.map((part) => `/${part.replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
  return new DomainError("client_misconfigured", {
    detail:
      "An expression of the integration's mapping failed; its definition, or an override of it, has to be mended.",
    errors: [{ pointer, detail: `failed: ${error.message}` }],
    extensions: { reason: "mapping_failed" },
    cause: error,
  });
}
