import { readFile } from "node:fs/promises";
import type { IntegrationDocument } from "#core/domain/integration/integration-document";
import { readDocumentText, type TextError } from "#core/domain/integration/read-document-text";
import type { CommandResult } from "../main.ts";
import { parseOptions } from "../parse-options.ts";
import { UsageError } from "../usage-error.ts";

interface FileResult {
  readonly file: string;
  readonly json: Record<string, unknown>;
  readonly text: string;
  readonly ok: boolean;
}

/** Validates documents, each error with its line. Exit code 1 when one is not valid. */
export async function checkIntegrations(args: string[]): Promise<CommandResult> {
  const { positionals } = parseOptions(args, {});
  if (positionals.length === 0) throw new UsageError("name a file");
  const results = (await Promise.all(positionals.map(readFrom))).map(describeRead);
  const [only] = results;
  return {
    json:
      results.length === 1
        ? only?.json
        : { ok: results.every((one) => one.ok), results: results.map((one) => one.json) },
    text: results.map((one) => one.text).join("\n\n"),
    exitCode: results.every((one) => one.ok) ? 0 : 1,
  };
}

type Read =
  | { readonly kind: "document"; readonly file: string; readonly document: IntegrationDocument }
  | { readonly kind: "faulty"; readonly file: string; readonly errors: readonly TextError[] };

async function readFrom(file: string): Promise<Read> {
  const text = await readFile(file, "utf8").catch((error: unknown) => {
    throw new UsageError(error instanceof Error ? error.message : `${file} can't be read`);
  });
  return { file, ...readDocumentText(text) };
}

function describeRead(read: Read): FileResult {
  const { file } = read;
  if (read.kind === "document") {
    const { name } = read.document;
    const json = { file, ok: true, valid: true, name, errors: [] };
    return { file, json, text: `${file}: ${name} is valid`, ok: true };
  }
  const lines = read.errors.map(
    ({ line, column, pointer, detail }) => `${file}:${line}:${column}  ${pointer === "" ? "/" : pointer}  ${detail}`,
  );
  return {
    file,
    json: { file, ok: false, valid: false, name: null, errors: read.errors },
    text: `${file} is not valid:\n${lines.join("\n")}`,
    ok: false,
  };
}
