import jsonata from "jsonata";
import { emptyObject } from "#core/domain/unified/json-object";

type Names = readonly string[];

/** What an expression looks up: where, and what it is compared with, where it is. */
interface Mention {
  readonly path: Names;
  readonly equals: unknown;
}

/**
 * A body with everything in it that expressions look up, for an answer that no sample shows. A comparison with a value gets that
 * value, so that `ok = true` holds; everything else gets what `leaf` says.
 *
 * @param leaf by the name that stands last
 */
export function answerSkeleton(
  expressions: readonly string[],
  leaf: (name: string) => unknown,
): Record<string, unknown> {
  const mentions = expressions.flatMap((expression) => mentionsIn(jsonata(expression).ast()));
  const body = emptyObject();
  for (const { path, equals } of mentions) place(body, path, equals ?? leaf(path.at(-1) ?? ""));
  return body;
}

/** The names in a row that an expression consists of; null where it is more than that. */
export function plainPath(expression: string): Names | null {
  const names = namesOf(jsonata(expression).ast());
  return names === null || names.length === 0 ? null : names;
}

type Node = Readonly<Record<string, unknown>>;

function mentionsIn(node: unknown): Mention[] {
  if (Array.isArray(node)) return node.flatMap(mentionsIn);
  if (!isNode(node)) return [];
  const path = namesOf(node);
  if (path !== null) return path.length === 0 ? [] : [{ path, equals: undefined }];
  const { type, value, lhs, rhs } = node;
  const compared = type === "binary" && value === "=" ? namesOf(lhs) : null;
  if (compared !== null && compared.length > 0 && isLiteral(rhs)) return [{ path: compared, equals: rhs["value"] }];
  return Object.values(node).flatMap(mentionsIn);
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isLiteral(node: unknown): node is Node {
  return isNode(node) && ["string", "number", "value"].some((one) => one === node["type"]);
}

/** `a.b`, `$.a.b`; what selects within a step is passed over. */
function namesOf(node: unknown): Names | null {
  if (!isNode(node)) return null;
  if (node["type"] === "name") return [String(node["value"])];
  const { type, steps } = node;
  if (type !== "path" || !Array.isArray(steps)) return null;
  const [first, ...rest] = steps as readonly unknown[];
  const isRooted = isNode(first) && first["type"] === "variable" && first["value"] === "";
  const named = isRooted ? rest : [first, ...rest];
  return named.every((one) => isNode(one) && one["type"] === "name")
    ? named.map((one) => String((one as Node)["value"]))
    : null;
}

/** What was placed before stays: a comparison knows more than a mention. */
function place(body: Record<string, unknown>, [name = "", ...rest]: Names, value: unknown): void {
  const [next] = rest;
  if (next === undefined) {
    body[name] ??= value;
    return;
  }
  if (typeof body[name] !== "object" || body[name] === null) body[name] = emptyObject();
  place(body[name] as Record<string, unknown>, rest, value);
}
