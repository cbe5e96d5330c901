import { appendFileSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import path from "node:path";

export type TokenMemory = { add(token: string): void; all(): string[] };

/** Every token ever issued, spent ones too, so that a test can hunt for them. In a file of its own, next to the journal. */
export function rememberTokens(directory: string | null): TokenMemory {
  const file = directory === null ? null : path.join(directory, "issued-tokens.txt");
  if (directory !== null) mkdirSync(directory, { recursive: true, mode: 0o700 });
  const tokens = new Set<string>();
  if (file !== null && existsSync(file)) {
    for (const token of readFileSync(file, "utf8").split("\n")) if (token !== "") tokens.add(token);
  }
  return {
    add(token) {
      if (tokens.has(token)) return;
      tokens.add(token);
      if (file !== null) appendFileSync(file, `${token}\n`, { mode: 0o600 });
    },
    all: () => [...tokens],
  };
}
