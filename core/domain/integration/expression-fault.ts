import jsonata from "jsonata";

/** What a refusal shows of the expression around the place. */
const shownCharacters = 20;

/**
 * What is wrong with the text of an expression and where, or null. Found when a document is written, since an expression that does
 * not parse would fail at the first token that depends on it.
 */
export function expressionFault(text: string): string | null {
  try {
    const tree = jsonata(text).ast();
    return namesEval(tree)
      ? "expected an expression without $eval: what a provider sends is data, and never read as an expression"
      : null;
  } catch (error) {
    const { message, position } = (error ?? {}) as { readonly message?: unknown; readonly position?: unknown };
    const said = typeof message === "string" ? message : "it can't be read";
    return `expected a JSONata expression: ${said}${typeof position === "number" ? place(text, position) : ""}`;
  }
}

/** JSONata's position is the end of the token that it stumbled over. */
function place(text: string, position: number): string {
  const before = text.slice(Math.max(0, position - shownCharacters), position);
  return ` (character ${position}, after ${before.length < position ? "…" : ""}${before.replaceAll(/\s+/g, " ")})`;
}

function namesEval(node: unknown): boolean {
  if (typeof node !== "object" || node === null) return false;
  if ("type" in node && node.type === "variable" && "value" in node && node.value === "eval") return true;
  return Object.values(node).some(namesEval);
}
