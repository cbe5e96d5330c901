import jsonata from "jsonata";

/** What an expression needs to be asked about an answer. */
export type Asking =
  /** Whatever the answer holds, it finds nothing. */
  | "nothing"
  /** Status and headers are enough. */
  | "head"
  /** The body has to be there. */
  | "whole";

/**
 * Whether a definition's expression can find anything in an answer of this status, and what it reads for that. A body that nobody
 * asks about is not held back, so that it streams from its first byte: of `status = 401 ? {…} : status = 403 and body.x ? {…}`
 * no 200 is ever looked at, and of a 401 only the head.
 *
 * Sound, not clever: the conditions are worked out as far as the status decides them, and what is not understood may be anything.
 * An expression may also fail on an answer that it finds nothing in; to the proxy that is the same.
 */
export function askingOf(expression: string | undefined, status: number): Asking {
  if (expression === undefined) return "nothing";
  const known = asked.get(expression) ?? new Map<number, Asking>();
  const before = known.get(status);
  if (before !== undefined) return before;
  const asking = workOut(expression, status);
  if (asked.size >= mostExpressions) asked.clear();
  asked.set(expression, known.set(status, asking));
  return asking;
}

/** Parsed once each: it is asked about every answer. */
const asked = new Map<string, Map<number, Asking>>();
const mostExpressions = 1_000;

interface Node {
  readonly type?: string;
  readonly value?: unknown;
  readonly condition?: Node;
  readonly then?: Node;
  readonly else?: Node;
  readonly lhs?: Node;
  readonly rhs?: Node;
  readonly expressions?: readonly Node[];
  readonly steps?: readonly Node[];
}

function workOut(expression: string, status: number): Asking {
  try {
    const tree = jsonata(expression).ast() as unknown as Node;
    const left = whatIsLeft(tree, status);
    if (left.length === 0) return "nothing";
    return left.some(readsBody) ? "whole" : "head";
  } catch {
    return "whole";
  }
}

/** The parts that decide what is found; none: nothing is. */
function whatIsLeft(node: Node, status: number): readonly Node[] {
  if (node.type === "block" && node.expressions?.length === 1 && node.expressions[0] !== undefined) {
    return whatIsLeft(node.expressions[0], status);
  }
  if (node.type === "value" && node.value === null) return [];
  if (node.type !== "condition" || node.condition === undefined || node.then === undefined) return [node];
  const otherwise = node.else === undefined ? [] : whatIsLeft(node.else, status);
  switch (isTrue(node.condition, status)) {
    case true:
      return whatIsLeft(node.then, status);
    case false:
      return otherwise;
    case null: {
      const found = [...whatIsLeft(node.then, status), ...otherwise];
      return found.length === 0 ? [] : [node.condition, ...found];
    }
  }
}

/** Whether a condition holds for this status; null: something else decides. */
function isTrue(node: Node, status: number): boolean | null {
  if (node.type === "block" && node.expressions?.length === 1 && node.expressions[0] !== undefined) {
    return isTrue(node.expressions[0], status);
  }
  const { lhs, rhs } = node;
  if (node.type !== "binary" || lhs === undefined || rhs === undefined) return null;
  switch (node.value) {
    case "and": {
      const sides = [isTrue(lhs, status), isTrue(rhs, status)];
      return sides.includes(false) ? false : sides.includes(null) ? null : true;
    }
    case "or": {
      const sides = [isTrue(lhs, status), isTrue(rhs, status)];
      return sides.includes(true) ? true : sides.includes(null) ? null : false;
    }
    default:
      return compare(String(node.value), lhs, rhs, status);
  }
}

function compare(operator: string, lhs: Node, rhs: Node, status: number): boolean | null {
  if (!isStatus(lhs)) return null;
  if (operator === "in") {
    const listed = rhs.type === "unary" && rhs.value === "[" ? (rhs.expressions ?? []) : null;
    return listed !== null && listed.every(isNumber) ? listed.some(({ value }) => value === status) : null;
  }
  if (!isNumber(rhs)) return null;
  const { value } = rhs;
  const compared: Readonly<Record<string, boolean>> = {
    "=": status === value,
    "!=": status !== value,
    "<": status < value,
    "<=": status <= value,
    ">": status > value,
    ">=": status >= value,
  };
  return compared[operator] ?? null;
}

function isNumber(node: Node): node is Node & { readonly value: number } {
  return node.type === "number" && typeof node.value === "number";
}

function isConstant({ type }: Node): boolean {
  return type === "string" || type === "number" || type === "value" || type === "regex";
}

/** Alone: a filter, a grouping or the like (`status[body.dead]`) may make another thing of it. */
function isStatus(node: Node): boolean {
  const [step, ...others] = node.type === "path" ? (node.steps ?? []) : [];
  if (step?.type !== "name" || step.value !== "status" || others.length > 0) return false;
  const isBare = (one: Node, known: readonly string[]): boolean => Object.keys(one).every((key) => known.includes(key));
  return isBare(node, ["type", "steps"]) && isBare(step, ["type", "value", "position"]);
}

/** Anything that may lead to it: its name, everything (`$`, `$$`, `*`, `**`), or a function applied to it. */
function readsBody(node: unknown): boolean {
  if (typeof node !== "object" || node === null) return false;
  const { type, value } = node as Node;
  if (type === "name" && value === "body") return true;
  if (type === "wildcard" || type === "descendant" || type === "parent") return true;
  if (type === "variable" && (value === "" || value === "$")) return true;
  // A function that is given nothing of the answer may take it from where it stands: `$contains("expired")`, `$string()`.
  const { arguments: given } = node as { readonly arguments?: readonly Node[] };
  if (type === "function" && (given ?? []).every(isConstant)) return true;
  return Object.values(node).some(readsBody);
}
