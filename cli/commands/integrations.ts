import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { oauthConfigOf, type IntegrationDocument } from "#core/domain/integration/integration-document";
import { readDocumentText, type TextError } from "#core/domain/integration/read-document-text";
import { CheckUnavailable } from "../check/check-unavailable.ts";
import type { Check } from "../check/run-check.ts";
import { readSamples } from "../check/read-samples.ts";
import type { CommandResult } from "../main.ts";
import { parseOptions } from "../parse-options.ts";
import { UsageError } from "../usage-error.ts";

interface FileResult {
  readonly file: string;
  readonly json: Record<string, unknown>;
  readonly text: string;
  readonly ok: boolean;
}

/**
 * Validates documents, each error with its line, and runs what is valid through the lab's catalogue of misbehaviour. Exit code 1
 * when a document is not valid, or the engine did not do what the document's own policy has it do.
 */
export async function checkIntegrations(args: string[]): Promise<CommandResult> {
  const { values, positionals } = parseOptions(args, { "schema-only": "boolean" });
  if (positionals.length === 0) throw new UsageError("name a file");
  const read = await Promise.all(positionals.map(readFrom));
  const isTried = values["schema-only"] !== true && read.some((one) => one.kind === "document");
  const results = isTried ? await withCheck((check) => tryAll(check, read)) : read.map(describeRead);
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
    const json = { file, ok: true, valid: true, name, errors: [], scenarios: null };
    return { file, json, text: `${file}: ${name} is valid`, ok: true };
  }
  const lines = read.errors.map(
    ({ line, column, pointer, detail }) => `${file}:${line}:${column}  ${pointer === "" ? "/" : pointer}  ${detail}`,
  );
  return {
    file,
    json: { file, ok: false, valid: false, name: null, errors: read.errors, scenarios: null },
    text: `${file} is not valid:\n${lines.join("\n")}`,
    ok: false,
  };
}

const lab = new URL("../../lab/start-fault-server.ts", import.meta.url);

/** The lab and the database are loaded only here: every other command does without. */
async function withCheck<T>(work: (check: Check) => Promise<T>): Promise<T> {
  if (!existsSync(lab)) {
    throw new CheckUnavailable(
      "This installation has no lab to try the document against (the folder lab/). Check it in a clone of the repository, or only its form with --schema-only.",
    );
  }
  const say = (text: string): void => void process.stderr.write(`${text}\n`);
  const loading = import("../check/run-check.ts");
  const { openCheckDatabase } = await import("../check/open-check-database.ts");
  say("Starting a PostgreSQL to try it on …");
  const database = await openCheckDatabase(process.env["DATABASE_URL"]);
  try {
    say(`Running on ${database.what}, against a provider on this machine.`);
    const check = await (await loading).openCheck(database.url);
    try {
      return await work(check);
    } finally {
      await check.close();
    }
  } finally {
    await database.close();
  }
}

async function tryAll(check: Check, all: readonly Read[]): Promise<FileResult[]> {
  const results: FileResult[] = [];
  for (const read of all) results.push(read.kind === "document" ? await tryOne(check, read) : describeRead(read));
  return results;
}

async function tryOne(check: Check, read: Read & { readonly kind: "document" }): Promise<FileResult> {
  const { renderCheck, toCheckJson, verdictOf } = await import("../check/render-check.ts");
  const { file, document } = read;
  const results = await check.run(document, await readSamples(file, document.name), (result) => {
    process.stderr.write(`  ${document.name}: ${result.scenario.title}, ${verdictOf(result).replaceAll("_", " ")}\n`);
  });
  const unexpected = results.filter((one) => verdictOf(one) === "unexpected").length;
  const played = results.filter((one) => one.kind === "played").length;
  const ok = unexpected === 0;
  const json = { file, ok, valid: true, name: document.name, errors: [], scenarios: results.map(toCheckJson) };
  if (oauthConfigOf(document) === null) {
    const text = `${file}: ${document.name} is valid. Nothing was tried: credentials of the format ${document.credentials.format} have no token endpoint.`;
    return { file, json, text, ok };
  }
  const summary = ok
    ? `All ${played} as the document has it.`
    : `${unexpected} of ${played} not as the document has it.`;
  return {
    file,
    json,
    text: `${file}: ${document.name} is valid\n\n${renderCheck(results)}\n\n${summary}`,
    ok,
  };
}
