import { parseArgs } from "node:util";
import { UsageError } from "./usage-error.ts";

type Spec = Readonly<Record<string, "string" | "boolean">>;

/** Strict: an unknown option is an error that names it. @throws UsageError */
export function parseOptions<S extends Spec>(
  args: string[],
  spec: S,
): {
  readonly values: { readonly [K in keyof S]?: S[K] extends "boolean" ? boolean : string };
  readonly positionals: string[];
} {
  try {
    const options = Object.fromEntries(Object.entries(spec).map(([name, type]) => [name, { type }]));
    const { values, positionals } = parseArgs({ args, options, allowPositionals: true, strict: true });
    return { values: values as { [K in keyof S]?: S[K] extends "boolean" ? boolean : string }, positionals };
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

/** `a,b` as a list, without empty parts. */
export function listOf(text: string | undefined): string[] {
  return (text ?? "")
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
}
