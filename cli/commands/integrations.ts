import { readFile } from "node:fs/promises";
import { DomainError } from "#core/domain/problem/domain-error";
import { parseDocument } from "#core/usecases/administer-integrations";
import type { CommandResult } from "../main.ts";
import { parseOptions } from "../parse-options.ts";
import { UsageError } from "../usage-error.ts";

/** Checks a document against the schema, without a database. Exit code 1 when it is not valid. */
export async function checkIntegration(args: string[]): Promise<CommandResult> {
  const { positionals } = parseOptions(args, {});
  const [file] = positionals;
  if (file === undefined || positionals.length !== 1) throw new UsageError("name one file");
  const text = await readFile(file, "utf8").catch((error: unknown) => {
    throw new UsageError(error instanceof Error ? error.message : `${file} can't be read`);
  });
  try {
    const document = parseDocument(parseJson(file, text));
    return { json: { valid: true, name: document.name, errors: [] }, text: `${file}: ${document.name} is valid` };
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    const lines = error.errors.map((one) => `  ${one.pointer === "" ? "/" : one.pointer}: ${one.detail}`);
    return {
      json: { valid: false, name: null, errors: error.errors },
      text: `${file} is not valid:\n${lines.join("\n")}`,
      exitCode: 1,
    };
  }
}

function parseJson(file: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const detail = error instanceof Error ? error.message : "not valid JSON";
    throw new DomainError("invalid_request", { detail: `${file} is not JSON`, errors: [{ pointer: "", detail }] });
  }
}
