// The thread that evaluates. It knows one expression and one input at a time, and has no environment variables.
import { parentPort } from "node:worker_threads";
import jsonata from "jsonata";
import { limits, type Evaluation, type EvaluationAnswer } from "./evaluation.ts";
import { writeBoundedJson } from "./write-bounded-json.ts";

/** By text; the one that was used longest ago leaves first. */
const compiled = new Map<string, jsonata.Expression>();

function compile(text: string): jsonata.Expression {
  const expression = compiled.get(text) ?? jsonata(text, { stack: limits.depth, sequence: limits.sequence });
  compiled.delete(text);
  compiled.set(text, expression);
  const [oldest] = compiled.keys();
  if (compiled.size > limits.compiled && oldest !== undefined) compiled.delete(oldest);
  return expression;
}

async function evaluate({ expression, input, bindings }: Evaluation): Promise<EvaluationAnswer> {
  try {
    // What a provider sends is data: it is not to be read as an expression.
    const bound = { ...(JSON.parse(bindings) as Record<string, unknown>), eval: undefined };
    const value: unknown = await compile(expression).evaluate(JSON.parse(input), bound);
    const json = writeBoundedJson(value, limits.outputLength);
    if (json === undefined) return { kind: "nothing" };
    return json === null ? { kind: "failed", reason: "output_too_large", detail: "" } : { kind: "value", json };
  } catch (error) {
    return { kind: "failed", reason: "threw", detail: describe(error) };
  }
}

/** JSONata's messages repeat values of the input; its code and the position don't. */
function describe(error: unknown): string {
  const { code, position } = (error ?? {}) as { readonly code?: unknown; readonly position?: unknown };
  const place = typeof position === "number" ? ` at ${position}` : "";
  if (typeof code === "string" && /^[A-Z]\d{4}$/.test(code)) return code + place;
  return error instanceof RangeError ? "too deep or too long" : "";
}

const port = parentPort;
port?.on("message", (asked: Evaluation) => void evaluate(asked).then((answer) => port.postMessage(answer)));
port?.postMessage("ready");
