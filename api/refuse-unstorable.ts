import type { MiddlewareHandler } from "hono";
import { DomainError, type FieldError } from "#core/domain/problem/domain-error";
import type { ApiEnvironment } from "./api-environment.ts";

/**
 * PostgreSQL stores neither the NUL character nor half a surrogate pair. Refused here, by name, for every route at once; a
 * statement that fails on one would be an internal error.
 */
export function refuseUnstorable(): MiddlewareHandler<ApiEnvironment> {
  return async (context, next) => {
    const url = new URL(context.req.url);
    if (/%00/.test(url.pathname)) throw new DomainError("not_found", { detail: "There is nothing at this address." });
    const errors: FieldError[] = [];
    for (const [name, value] of url.searchParams) if (!isStorable(value)) errors.push({ pointer: name, detail });
    // Only an escape can bring such a character into JSON, and hardly any body has one.
    const isJson = /json/i.test(context.req.header("content-type") ?? "");
    if (isJson && nesting(await context.req.text()) > deepest) {
      throw new DomainError("invalid_request", { detail: `The body is nested more than ${deepest} levels deep.` });
    }
    if (isJson && /\\u(?:0000|d[89a-f])/i.test(await context.req.text())) {
      walk(await context.req.json().catch(() => null), "", errors);
    }
    if (errors.length > 0) throw new DomainError("invalid_request", { detail: "The request can't be stored.", errors });
    await next();
  };
}

const deepest = 64;

/**
 * How deep a JSON text nests, without parsing it: a parser or a schema that recurses must not be led into its own depth. One look at
 * each character, whatever the text: an expression that skips strings looks for the end of each anew where there is none, and this is
 * read before anybody has shown a key.
 */
function nesting(text: string): number {
  let depth = 0;
  let most = 0;
  let isInString = false;
  for (let index = 0; index < text.length; index += 1) {
    const sign = text[index];
    if (sign === '"') isInString = !isInString;
    else if (isInString) index += sign === "\\" ? 1 : 0;
    else if (sign === "[" || sign === "{") most = Math.max(most, (depth += 1));
    else if (sign === "]" || sign === "}") depth -= 1;
  }
  return most;
}

const detail = "holds a character that can't be stored (U+0000 or half a surrogate pair); remove it";

function isStorable(text: string): boolean {
  return !text.includes("\u0000") && text.isWellFormed();
}

function walk(value: unknown, pointer: string, errors: FieldError[]): void {
  if (errors.length >= 20) return;
  if (typeof value === "string") {
    if (!isStorable(value)) errors.push({ pointer, detail });
  } else if (typeof value === "object" && value !== null) {
    for (const [key, one] of Object.entries(value)) {
      if (!isStorable(key)) errors.push({ pointer, detail: `has a key that ${detail}` });
      walk(one, `${pointer}/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`, errors);
    }
  }
}
