import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { finished } from "node:stream/promises";
import { parseAnchorKey, type AnchorKey, type AuditAnchor, checkAnchor } from "#core/domain/audit/audit-anchor";
import { DomainError } from "#core/domain/problem/domain-error";
import type { AnchorSigning } from "#core/ports/audit-chain";
import { anchorAudit, anchorView, declareRestored } from "#core/usecases/anchor-audit";
import { createSealer } from "#core/usecases/seal-audit";
import { verifyAudit, type VerifyReport } from "#core/usecases/verify-audit";
import { readAnchors, readExport } from "#adapters/audit-file/read-export";
import { writeExport } from "#adapters/audit-file/write-export";
import { readEngineConfig, readOrExit } from "#adapters/config/read-config";
import type { Container } from "#adapters/container";
import { insertAudit } from "#adapters/postgres/audit-log";
import { createAnchorSigning } from "#adapters/system/anchor-signing";
import type { CommandResult } from "../main.ts";
import { listOf, parseOptions } from "../parse-options.ts";
import { UsageError } from "../usage-error.ts";
import { environmentNamed } from "./api-keys.ts";
import { reportText, reportView } from "./audit-report.ts";

const never = new AbortController().signal;
const verifyOptions = {
  environment: "string",
  anchors: "string",
  "public-key": "string",
  file: "string",
  after: "string",
} as const;

/** Of the database; exit code 1 when something is broken. */
export async function verifyDatabase(container: Container, args: string[]): Promise<CommandResult> {
  const { values } = parseOptions(args, verifyOptions);
  const shipped = values.anchors === undefined ? [] : await readAnchors(values.anchors);
  const afterSeq = parseAfter(values.after);
  const signing = withKeys(container.signing, parseKeys(values["public-key"]));
  const reports: { readonly name: string | null; readonly report: VerifyReport }[] = [];
  for (const { id, name } of await chainsOf(container, values.environment)) {
    const report = await verifyAudit({
      source: container.chains.source(id),
      signing,
      now: container.clock.now(),
      shipped,
      afterSeq,
      onProgress: progress(name ?? id),
    });
    reports.push({ name, report });
  }
  return resultOf(reports);
}

/** Of an export, without a database. */
export async function verifyFile(args: string[]): Promise<CommandResult> {
  const { values } = parseOptions(args, verifyOptions);
  if (values.file === undefined) throw new UsageError("--file is missing");
  if (values.after !== undefined) throw new UsageError("--after is for the database; a file is checked as a whole");
  const shipped = values.anchors === undefined ? [] : await readAnchors(values.anchors);
  const signing = fileSigning(values["public-key"]);
  const reports: { readonly name: string | null; readonly report: VerifyReport }[] = [];
  for await (const { name, source, exportedAt } of readExport(values.file)) {
    if (values.environment !== undefined && values.environment !== name) continue;
    const onProgress = progress(name ?? source.environmentId);
    reports.push({ name, report: await verifyAudit({ source, signing, now: exportedAt, shipped, onProgress }) });
  }
  if (reports.length === 0) throw new UsageError("there is no such environment in this file");
  return resultOf(reports);
}

/** Records, links and anchors as lines of JSON, on standard output or into a file. */
export async function exportAudit(container: Container, args: string[]): Promise<CommandResult> {
  const { values } = parseOptions(args, { environment: "string", out: "string" });
  const chains = await chainsOf(container, values.environment);
  // Told before anything leaves, as with everything that is read out.
  await insertAudit(
    container.pool,
    chains.map(({ id }) => ({
      environmentId: id,
      actor: "command_line",
      action: "audit.exported",
      target: id,
    })),
  );
  const out = values.out === undefined ? process.stdout : createWriteStream(values.out, { flags: "wx", mode: 0o600 });
  if (out !== process.stdout) await once(out, "open").catch(unwritable(values.out ?? ""));
  const tell = progress("records");
  const total = await writeExport(
    chains.map(({ id, name }) => ({ name, source: container.chains.source(id) })),
    container.clock.now(),
    async (text) => {
      if (!out.write(text)) await once(out, "drain");
    },
    ({ sealed }) => tell(sealed),
  );
  if (out !== process.stdout) {
    out.end();
    await finished(out);
  }
  const file = values.out ?? null;
  process.stderr.write(`Exported ${total.sealed} sealed records, and ${total.unsealed} that wait.\n`);
  return {
    json: { ...total, file },
    text: file === null ? "" : file,
    isWritten: file === null,
  };
}

/** All anchors that the database has, oldest first: to be kept elsewhere. */
export async function listAnchors(container: Container, args: string[]): Promise<CommandResult> {
  const { values } = parseOptions(args, { environment: "string" });
  const anchors: AuditAnchor[] = [];
  for (const { id } of await chainsOf(container, values.environment)) {
    anchors.push(...(await container.chains.source(id).anchors()));
  }
  const views = anchors.map(anchorView);
  return {
    json: { anchors: views },
    text:
      views.length === 0
        ? "No anchors yet: a worker makes one every hour, `audit anchor` makes one now."
        : views.map((one) => `${one.at}  ${one.environment_id}  ${one.kind}  ${one.seq}  ${one.hash}`).join("\n"),
  };
}

/** Seals what waits and signs where each chain stands, now. */
export async function makeAnchors(container: Container, args: string[]): Promise<CommandResult> {
  const { values } = parseOptions(args, { environment: "string" });
  const chains = await chainsOf(container, values.environment);
  await createSealer(container).seal(never);
  const anchors: AuditAnchor[] = [];
  const refused: string[] = [];
  for (const { id, name } of chains) {
    const outcome = await anchorAudit(container, id);
    if (outcome.kind === "anchored") anchors.push(outcome.anchor);
    if (outcome.kind === "refused") refused.push(`${name ?? id}: no anchor, since ${outcome.reason}`);
  }
  const made = anchors.map((one) => `${one.at.toISOString()}  ${one.environmentId}  ${one.seq}  ${one.hash}`);
  const lines = [...made, ...refused];
  return {
    json: { anchors: anchors.map(anchorView), refused },
    text: lines.length === 0 ? "Nothing was sealed since the latest anchor." : lines.join("\n"),
    exitCode: refused.length === 0 ? 0 : 1,
  };
}

/** After the database came back from a copy: see docs/guides/verify-the-audit-log.md. */
export async function resealAudit(container: Container, args: string[]): Promise<CommandResult> {
  const { values } = parseOptions(args, { environment: "string", reason: "string", anchors: "string" });
  const environment = await environmentNamed(container, values.environment);
  const reason = values.reason?.trim() ?? "";
  if (reason === "" || reason.length > 500) throw new UsageError("--reason is missing: why, in at most 500 characters");
  const shipped = values.anchors === undefined ? [] : await readAnchors(values.anchors);
  const anchor = await declareRestored(container, environment.id, reason, shipped);
  await insertAudit(container.pool, [
    {
      environmentId: environment.id,
      actor: "command_line",
      action: "audit.restored",
      target: environment.id,
      detail: { seq: anchor.seq, reason },
    },
  ]);
  return {
    json: { anchor: anchorView(anchor) },
    text: `Records behind ${anchor.seq} that older anchors know count as lost with the restored copy.`,
  };
}

/** What whoever checks anchors elsewhere needs; no secret. */
export async function publicKey(args: string[]): Promise<CommandResult> {
  parseOptions(args, {});
  const config = readOrExit(readEngineConfig);
  const { keyId, publicKey: key } = createAnchorSigning(config.secret, []);
  return { json: { key_id: keyId, public_key: key }, text: key };
}

async function chainsOf(
  container: Container,
  environment: string | undefined,
): Promise<readonly { readonly id: string; readonly name: string | null }[]> {
  const known = await container.environments.list();
  if (environment !== undefined) {
    const { id, name } = await environmentNamed(container, environment);
    return [{ id, name }];
  }
  const ids = await container.chains.environments();
  return ids.map((id) => ({ id, name: known.find((one) => one.id === id)?.name ?? null }));
}

function resultOf(reports: readonly { readonly name: string | null; readonly report: VerifyReport }[]): CommandResult {
  const isOk = reports.every(({ report }) => report.firstBroken === null);
  const first = reports.find(({ report }) => report.firstBroken !== null);
  const views = reports.map(({ name, report }) => reportView(name, report));
  return {
    json: {
      ok: isOk,
      checked: reports.reduce((sum, { report }) => sum + report.checked, 0),
      first_broken: first === undefined ? null : reportView(first.name, first.report).first_broken,
      environments: views,
    },
    text:
      reports.length === 0
        ? "There are no records."
        : reports.map(({ name, report }) => reportText(name, report)).join("\n"),
    exitCode: isOk ? 0 : 1,
  };
}

function parseKeys(text: string | undefined): readonly AnchorKey[] {
  return listOf(text).map((one) => {
    const key = parseAnchorKey(one);
    if (key === null) throw new UsageError(`--public-key: ${one} is none; \`audit public-key\` prints it`);
    return key;
  });
}

function withKeys(signing: AnchorSigning, keys: readonly AnchorKey[]): Pick<AnchorSigning, "check" | "keyId"> {
  return {
    keyId: signing.keyId,
    check: (anchor) => {
      const known = signing.check(anchor);
      return known === "unknown_key" ? checkAnchor(keys, anchor) : known;
    },
  };
}

/** What the file itself says of keys counts for nothing: whoever rewrites it can write that as well. */
function fileSigning(text: string | undefined): Pick<AnchorSigning, "check"> & { readonly keyId: null } {
  const given = parseKeys(text);
  if (given.length > 0) return { keyId: null, check: (anchor) => checkAnchor(given, anchor) };
  if (process.env["EVERGRANT_SECRET"] === undefined) {
    throw new UsageError("--public-key is missing: what `audit public-key` printed where the file comes from");
  }
  const config = readOrExit(readEngineConfig);
  return { keyId: null, check: createAnchorSigning(config.secret, config.earlierAuditKeys).check };
}

function parseAfter(text: string | undefined): number | null {
  if (text === undefined) return null;
  if (!/^\d{1,15}$/.test(text)) throw new UsageError("--after takes the number of a record");
  return Number(text);
}

/** A line a second at most, and none for what is done at once. */
function progress(what: string): (count: number) => void {
  let toldMs = performance.now();
  return (count) => {
    if (performance.now() - toldMs < 1_000) return;
    toldMs = performance.now();
    process.stderr.write(`${what}: ${count}\n`);
  };
}

function unwritable(path: string): (error: unknown) => never {
  return (error) => {
    throw new DomainError("invalid_request", {
      detail: `${path} can't be written: ${error instanceof Error ? error.message : String(error)}.`,
    });
  };
}
