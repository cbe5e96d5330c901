/**
 * Several expressions as one, since each evaluation has a price of its own. Each was read by itself when it was written
 * (expressionFault), so that between brackets it can't reach out of its place.
 */
export function composeExpressions(entries: Readonly<Record<string, string>>): string {
  const members = Object.entries(entries).map(([name, text]) => `${JSON.stringify(name)}: (${text})`);
  return `{${members.join(", ")}}`;
}

/** The same for each of `records`, as a list that stays one. */
export function composeForEach(entries: Readonly<Record<string, string>>): string {
  return `[records.${composeExpressions(entries)}]`;
}

/** The value of an expression that is a constant: a text without escapes. Null: it is none. */
export function constantOf(text: string): string | null {
  return /^'([^'\\]*)'$/.exec(text)?.[1] ?? /^"([^"\\]*)"$/.exec(text)?.[1] ?? null;
}
