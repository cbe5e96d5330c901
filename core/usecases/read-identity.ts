import type { ExternalAccount } from "../domain/account/account.ts";
import type { Identity } from "../domain/integration/calls-schema.ts";
import { plainText } from "../domain/text/plain-text.ts";
import type { Expressions } from "../ports/expressions.ts";

const longest = { id: 500, label: 300 } as const;

/**
 * Who was connected, by what a definition's `identity` makes of an answer.
 *
 * @returns null when the answer names no id
 * @throws ExpressionFailed
 */
export async function readIdentity(
  expressions: Expressions,
  identity: Pick<Identity, "id" | "label">,
  body: unknown,
): Promise<ExternalAccount | null> {
  const read = async (expression: string): Promise<string | null> =>
    textOf(await expressions.evaluate(expression, body));
  const id = await read(identity.id);
  if (id === null) return null;
  const label = identity.label === undefined ? null : await read(identity.label);
  return { id: plainText(id, longest.id), label: label === null ? null : plainText(label, longest.label) };
}

/** Ids are text here, whatever they are there. */
function textOf(value: unknown): string | null {
  const text = typeof value === "number" ? String(value) : value;
  return typeof text === "string" && text.trim() !== "" ? text.trim() : null;
}
