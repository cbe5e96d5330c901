import jsonata from "jsonata";
import type { Pagination } from "../integration/api-schema.ts";
import { emptyObject, isJsonObject, type JsonObject } from "./json-object.ts";
import type { EndpointName, ListEndpoint, ModelMapping } from "./mapping-schema.ts";
import type { Model, ModelField } from "./model.ts";

type Endpoints = ModelMapping["endpoints"];

/**
 * An answer such as a provider might give, made of the names that the mapping's own expressions read: something to begin with for
 * whoever has no real one at hand. It is a guess: what a name holds is taken from the field that reads it.
 */
export function sampleAnswer(
  model: Model,
  { fields, customFields, endpoints }: ModelMapping,
  name: EndpointName,
  pagination: Pagination | undefined,
): unknown {
  const record = emptyObject();
  for (const [own, { read }] of Object.entries({ ...customFields, ...fields })) {
    const field = Object.hasOwn(model.fields, own) ? model.fields[own] : undefined;
    if (read !== undefined) invent(record, read, field);
  }
  if (name === "list" || name === "search") {
    const paging = endpoints[name]?.pagination ?? pagination;
    return wrapped(paging !== undefined && "items" in paging ? paging.items : "$", [record]);
  }
  return wrapped(itemOf(endpoints, name) ?? "$", record);
}

function itemOf(endpoints: Endpoints, name: Exclude<EndpointName, "list" | "search">): string | undefined {
  const endpoint: Partial<Exclude<Endpoints[typeof name], ListEndpoint>> = endpoints[name] ?? {};
  return "item" in endpoint ? endpoint.item : undefined;
}

/** What an expression finds again. */
function wrapped(expression: string, value: unknown): unknown {
  const steps = pathsIn(expression)[0]?.steps ?? [];
  return steps.reduceRight((inner: unknown, step) => ({ [step.name]: inner }), value);
}

function invent(record: JsonObject, expression: string, field: ModelField | undefined): void {
  for (const { steps, member, value } of pathsIn(expression)) {
    const of = member === null ? undefined : field?.members?.[member];
    const isWhole = steps.map(({ name }) => name).join(".") === expression;
    const example = isWhole && field !== undefined ? field.example : (of?.example ?? firstText(field?.example));
    place(record, steps, value ?? example);
  }
}

function firstText(example: unknown): unknown {
  if (typeof example !== "object" || example === null) return example ?? "…";
  return firstText(Object.values(example)[0]);
}

function place(record: JsonObject, steps: readonly Step[], value: unknown): void {
  let at = record;
  steps.forEach(({ name, isList }, index) => {
    if (index === steps.length - 1) {
      if (at[name] === undefined) at[name] = isList ? [value] : value;
      return;
    }
    const found = Array.isArray(at[name]) ? (at[name] as unknown[])[0] : at[name];
    // A longer path says more of it than one that ended here.
    const inner: JsonObject = isJsonObject(found) ? found : emptyObject();
    if (!isJsonObject(found)) at[name] = isList ? [inner] : inner;
    at = inner;
  });
}

interface Step {
  readonly name: string;
  readonly isList: boolean;
}

interface FoundPath {
  readonly steps: readonly Step[];
  /** Of the object that it becomes a member of. */
  readonly member: string | null;
  /** What the expression compares it with, or counts with; undefined: nothing tells. */
  readonly value: unknown;
}

interface Node {
  readonly type?: string;
  readonly value?: unknown;
  readonly steps?: readonly Node[];
  readonly stages?: readonly { readonly expr?: Node }[];
  readonly predicate?: readonly { readonly expr?: Node }[];
  readonly lhs?: Node | readonly (readonly [Node, Node])[];
  readonly rhs?: Node;
  readonly terms?: readonly { readonly expression: Node }[];
  readonly expressions?: readonly Node[];
  readonly condition?: Node;
  readonly then?: Node;
  readonly else?: Node;
  readonly arguments?: readonly Node[];
  readonly procedure?: Node;
}

interface Surroundings {
  readonly steps: readonly Step[];
  readonly member: string | null;
  readonly value: unknown;
}

function pathsIn(expression: string): FoundPath[] {
  const paths: FoundPath[] = [];
  try {
    walk(jsonata(expression).ast() as Node, { steps: [], member: null, value: undefined }, paths);
  } catch {
    // That it can't be read is told elsewhere.
  }
  return paths.filter(({ steps }) => steps.length > 0);
}

/** @returns where a path has led to, for what follows it */
function walk(node: Node | undefined, around: Surroundings, paths: FoundPath[]): readonly Step[] {
  if (node === undefined) return around.steps;
  const go = (one: Node | undefined, changes: Partial<Surroundings> = {}): readonly Step[] =>
    walk(one, { ...around, ...changes }, paths);
  switch (node.type) {
    case "path": {
      let { steps } = around;
      node.steps?.forEach((step, index) => {
        const isLast = index === (node.steps?.length ?? 0) - 1;
        if (step.type === "name") {
          const filters = [...(step.stages ?? []), ...(step.predicate ?? [])];
          const isFiltered = filters.some(({ expr }) => expr?.type === "number" || expr?.type === "binary");
          steps = [...steps, { name: String(step.value), isList: isFiltered && !isLast }];
          for (const { expr } of filters) go(expr, { steps, member: null, value: undefined });
          if (isLast) paths.push({ ...around, steps });
        } else if (step.type === "sort") {
          steps = steps.map((one, at) => (at === steps.length - 1 ? { ...one, isList: true } : one));
          for (const { expression } of step.terms ?? []) go(expression, { steps, value: true });
        } else steps = go(step, { steps });
      });
      return steps;
    }
    case "name":
      return go({ type: "path", steps: [node] });
    case "binary": {
      const { lhs, rhs } = node as { lhs?: Node; rhs?: Node };
      const counts = ["*", "/", "+", "-"].includes(String(node.value));
      const hint = (other: Node | undefined): unknown => (counts ? 1 : literal(other, node.value));
      // What a function makes of it says nothing of what it was.
      const of = (one: Node | undefined, other: Node | undefined) =>
        one?.type === "function" ? {} : { value: hint(other) ?? around.value };
      const left = go(lhs, of(lhs, rhs));
      go(rhs, of(rhs, lhs));
      return left;
    }
    case "unary":
      if (node.value === "{") {
        for (const [key, one] of node.lhs as readonly (readonly [Node, Node])[]) {
          go(one, { member: typeof key.value === "string" ? key.value : null, value: undefined });
        }
      } else for (const one of node.expressions ?? []) go(one);
      return around.steps;
    case "condition":
      // Whether there is one at all is no fact about what it holds.
      if (node.condition?.type !== "path") go(node.condition);
      go(node.then);
      go(node.else);
      return around.steps;
    case "function": {
      const name = node.procedure?.value;
      const value =
        name === "fromMillis" ? 1_770_000_000_000 : name === "lookup" ? firstKey(node.arguments) : undefined;
      for (const one of node.arguments ?? []) go(one, value === undefined ? {} : { value });
      return around.steps;
    }
    case "block": {
      let last = around.steps;
      for (const one of node.expressions ?? []) last = go(one);
      return last;
    }
    case "bind":
    case "apply":
      if (!Array.isArray(node.lhs)) go(node.lhs as Node | undefined);
      go(node.rhs);
      return around.steps;
    default:
      return around.steps;
  }
}

function firstKey(given: readonly Node[] = []): unknown {
  const [table] = given;
  return Array.isArray(table?.lhs) ? (table.lhs as readonly (readonly [Node, Node])[])[0]?.[0].value : undefined;
}

function literal(node: Node | undefined, operator: unknown): unknown {
  if (operator === "in") return node?.type === "unary" ? node.expressions?.[0]?.value : undefined;
  return operator === "=" && ["string", "number", "value"].includes(node?.type ?? "") ? node?.value : undefined;
}
