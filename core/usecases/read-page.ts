import { assertNever } from "../domain/problem/domain-error.ts";
import type { Pagination } from "../domain/integration/api-schema.ts";
import { numberText } from "../domain/proxy/exact-numbers.ts";
import type { Expressions } from "../ports/expressions.ts";
import type { ApiAnswer } from "../ports/provider-api.ts";

export interface Page {
  readonly items: readonly unknown[];
  /** How the next one is asked for; null: this was the last. */
  readonly next:
    | { readonly kind: "parameter"; readonly name: string; readonly value: string }
    /** As the provider wrote it: absolute, or relative to the address that was asked. */
    | { readonly kind: "address"; readonly url: string }
    | null;
}

/**
 * One page of a list, by what its definition says of its pages (R74).
 *
 * @param query the parameters that the page was asked with
 * @param exact the body with its numbers as they were written, where that was looked after: ids of 64 bits are no doubles
 * @returns null where the definition declares none, or the answer holds no items
 * @throws ExpressionFailed
 */
export async function readPage(
  expressions: Expressions,
  pagination: Pagination | undefined,
  { status, headers, body }: ApiAnswer & { readonly kind: "answer" },
  query: Readonly<Record<string, string>>,
  exact: unknown = body,
): Promise<Page | null> {
  if (pagination === undefined || !("items" in pagination)) return null;
  const ask = (expression: string): Promise<unknown> =>
    expressions.evaluate(expression, body, { status, headers, query });
  const find = async (expression: string): Promise<unknown> => {
    const plain = alongPath(expression, exact);
    return plain === null ? await ask(expression) : plain.found;
  };
  const found = await find(pagination.items);
  // An expression that finds one thing yields it alone, and nothing where it finds none.
  const items = found === undefined || found === null ? [] : Array.isArray(found) ? found : [found];
  const parameter = (name: string, value: number | string): Page => ({
    items,
    next: { kind: "parameter", name, value: String(value) },
  });
  const last: Page = { items, next: null };
  switch (pagination.type) {
    case "cursor": {
      const found = await find(pagination.next);
      const cursor = isText(found) ? found : numberText(found);
      return cursor === null ? last : parameter(pagination.parameter, cursor);
    }
    case "link": {
      const url = pagination.next === undefined ? nextLink(headers["link"]) : await ask(pagination.next);
      return isText(url) ? { items, next: { kind: "address", url } } : last;
    }
    case "offset": {
      if (!(await hasMore(ask, pagination.more, items))) return last;
      return parameter(pagination.parameter, numberOf(query[pagination.parameter], 0) + items.length);
    }
    case "page": {
      if (!(await hasMore(ask, pagination.more, items))) return last;
      return parameter(pagination.parameter, numberOf(query[pagination.parameter], pagination.firstPage) + 1);
    }
    default:
      return assertNever(pagination);
  }
}

const plainPath = /^[a-zA-Z][a-zA-Z0-9_]*(?:\.[a-zA-Z][a-zA-Z0-9_]*)*$/;

/**
 * What a path of plain names finds, without the evaluator: a page is often larger than what comes out of that.
 * @returns null for any other expression, and where a list stands on the way, whose members JSONata would look into
 */
export function alongPath(expression: string, body: unknown): { readonly found: unknown } | null {
  if (expression === "$") return { found: body };
  if (!plainPath.test(expression) || ["true", "false", "null", "and", "or", "in"].includes(expression)) return null;
  let found = body;
  for (const name of expression.split(".")) {
    if (typeof found !== "object" || found === null) return { found: undefined };
    if (Array.isArray(found)) return null;
    found = Object.hasOwn(found, name) ? (found as Readonly<Record<string, unknown>>)[name] : undefined;
  }
  return { found };
}

/** Where nothing tells, an empty page is the last. */
async function hasMore(
  ask: (expression: string) => Promise<unknown>,
  more: string | undefined,
  items: readonly unknown[],
): Promise<boolean> {
  return more === undefined ? items.length > 0 : (await ask(more)) === true;
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}

function numberOf(text: string | undefined, otherwise: number): number {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : otherwise;
}

/** The target of rel="next" (RFC 8288 §3). A target holds no `<`, and one that is never closed is not followed to the end anew. */
function nextLink(header: string | undefined): string | null {
  for (const [, target = "", parameters = ""] of (header ?? "").matchAll(/<([^<>]*)>((?:\s*;[^,<]*)*)/g)) {
    if (/;\s*rel\s*=\s*(?:"(?:[^"]*\s)?next(?:\s[^"]*)?"|next\b)/i.test(parameters)) return target;
  }
  return null;
}
