import { readFile } from "node:fs/promises";
import type { IntegrationDocument } from "#core/domain/integration/integration-document";
import { readDocumentText, type TextError } from "#core/domain/integration/read-document-text";
import type { Container } from "#adapters/container";
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
