import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { IntegrationDocument } from "#core/domain/integration/integration-document";
import { readDocumentText, type TextError } from "#core/domain/integration/read-document-text";
import type { Container } from "#adapters/container";
import { CheckUnavailable } from "../check/check-unavailable.ts";
import type { Check } from "../check/run-check.ts";
import { readSamples } from "../check/read-samples.ts";
import type { CommandResult } from "../main.ts";
import { parseOptions } from "../parse-options.ts";
import { UsageError } from "../usage-error.ts";
import { environmentNamed } from "./api-keys.ts";

/** Trusted, and audited: whoever may run commands on the server says where credentials may go. */
export async function approveHosts(container: Container, args: string[]): Promise<CommandResult> {
  const { positionals, values } = parseOptions(args, { environment: "string" });
  const [name] = positionals;
  if (name === undefined || positionals.length > 1) throw new UsageError("name one integration");
  const environment = await environmentNamed(container, values.environment);
  const approved = await container.integrations.approveHosts(environment.id, name, {
    environmentId: environment.id,
    actor: "command_line",
    action: "integration.hosts_approved",
    target: name,
  });
  if (approved === null) throw new UsageError(`there is no integration ${name} in ${environment.name}`);
  const { pinned, inForce } = approved;
  const before = pinned === null ? "nothing" : pinned.hosts;
  return {
    json: {
      integration_name: name,
      environment: environment.name,
      before: pinned?.hosts ?? null,
      hosts: inForce.hosts,
    },
    text: `Credentials of ${name} in ${environment.name} may go to: ${inForce.hosts}\nBefore: ${before}`,
  };
}

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

/** `file` as it was named, `path` where it is. */
type Read = { readonly file: string; readonly path: string } & (
  | { readonly kind: "document"; readonly document: IntegrationDocument }
  | { readonly kind: "faulty"; readonly errors: readonly TextError[] }
);

async function readFrom(file: string): Promise<Read> {
  const path = locate(file);
  const text = await readFile(path, "utf8").catch((error: unknown) => {
    throw new UsageError(unreadable(file, path, error));
  });
  return { file, path, ...readDocumentText(text) };
}

/** npm runs a script where its package is, and says where it was called. */
function locate(file: string): string {
  const called = process.env["INIT_CWD"];
  const [here, there] = [resolve(file), called === undefined ? null : resolve(called, file)];
  return there !== null && !existsSync(here) && existsSync(there) ? there : here;
}

function unreadable(file: string, path: string, error: unknown): string {
  const { code, message } = (error ?? {}) as { readonly code?: unknown; readonly message?: unknown };
  if (code === "ENOENT") return `${file}: there is no such file (${path})`;
  if (code === "EISDIR") return `${file} is a directory; name the document`;
  return `${file} can't be read: ${typeof message === "string" ? message : "unknown"}`;
}

function describeRead(read: Read): FileResult {
  const { file } = read;
  if (read.kind === "document") {
    const { name } = read.document;
    const json = { file, ok: true, valid: true, name, errors: [], scenarios: null, left_aside: [] };
    return { file, json, text: `${file}: ${name} is valid`, ok: true };
  }
  const lines = read.errors.map(
    ({ line, column, pointer, detail }) => `${file}:${line}:${column}  ${pointer === "" ? "/" : pointer}  ${detail}`,
  );
  return {
    file,
    json: { file, ok: false, valid: false, name: null, errors: read.errors, scenarios: null, left_aside: [] },
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

/** So many documents at a time: some scenarios wait, and others can use the time. */
const lanes = 4;

async function tryAll(check: Check, all: readonly Read[]): Promise<FileResult[]> {
  const results: FileResult[] = [];
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let index = next++; index < all.length; index = next++) {
      const read = all[index] as Read;
      results[index] = read.kind === "document" ? await tryOne(check, read) : describeRead(read);
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return results;
}

async function tryOne(check: Check, read: Read & { readonly kind: "document" }): Promise<FileResult> {
  const { renderCheck, toCheckJson, verdictOf } = await import("../check/render-check.ts");
  const { leftAside } = await import("../check/relocate-document.ts");
  const { file, path, document } = read;
  const results = await check.run(document, await readSamples(path, document.name), (result) => {
    process.stderr.write(`  ${document.name}: ${result.scenario.title}, ${verdictOf(result).replaceAll("_", " ")}\n`);
  });
  const unexpected = results.filter((one) => verdictOf(one) === "unexpected").length;
  const played = results.filter((one) => one.kind === "played").length;
  // Where nothing could be tried, nothing is known.
  const ok = unexpected === 0 && played > 0;
  const aside = leftAside(document);
  const json = {
    file,
    ok,
    valid: true,
    name: document.name,
    errors: [],
    scenarios: results.map(toCheckJson),
    left_aside: aside,
  };
  const summary =
    played === 0
      ? "Nothing could be tried; see the reasons above."
      : ok
        ? `All ${played} as the document has it.`
        : `${unexpected} of ${played} not as the document has it.`;
  const table = renderCheck(results, tableWidth());
  const notes = aside.map((one) => `Left aside: ${one}.\n`).join("");
  return { file, json, text: `${file}: ${document.name} is valid\n\n${table}\n\n${notes}${summary}`, ok };
}

/** A file or a pipe has no width; most editors and logs show this much. */
function tableWidth(): number {
  return Math.max(80, process.stdout.columns ?? 120);
}
