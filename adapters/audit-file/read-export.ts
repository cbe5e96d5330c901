import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { DomainError } from "#core/domain/problem/domain-error";
import type { AuditAnchor } from "#core/domain/audit/audit-anchor";
import type { ChainSource, UnlinkedEntry } from "#core/ports/audit-chain";
import type { LinkedEntry } from "#core/domain/audit/check-chain";
import { anchorLine, exportFormat, exportLine, linkOf, type ExportLine } from "./audit-lines.ts";

const atATime = 500;

export interface ExportedChain {
  readonly name: string | null;
  /** To be read once, in the order of a check: head and anchors, links, then what is not sealed. */
  readonly source: ChainSource;
  readonly exportedAt: Date;
}

/**
 * The chains of an export, one after the other, in constant memory. What a check leaves unread of one is passed over.
 *
 * @throws DomainError invalid_request where the file is no export, or not a whole one
 */
export async function* readExport(path: string): AsyncGenerator<ExportedChain, void> {
  const lines = createLines(path);
  const first = await lines.next();
  if (first?.type !== exportFormat) throw damaged(path, "it does not begin as an export of the audit log");
  for (;;) {
    const head = await lines.next();
    if (head?.type === "end_of_file") return;
    if (head?.type !== "environment") throw damaged(path, `line ${lines.number()} is not where an environment begins`);
    const anchors: AuditAnchor[] = [];
    while ((await lines.peek())?.type === "anchor") {
      const line = await lines.next();
      if (line?.type === "anchor") anchors.push(line.anchor);
    }
    const source: ChainSource = {
      environmentId: head.environment_id,
      head: async () => ({
        environmentId: head.environment_id,
        seq: head.seq,
        hash: head.hash,
        sealedAt: head.sealed_at,
        lookedAt: head.looked_at,
        unprovenUntil: head.unproven_until,
        latestCheck: null,
      }),
      anchors: async () => anchors.toSorted((a, b) => a.seq - b.seq || a.at.getTime() - b.at.getTime()),
      hashOf: async () => null,
      async *links(afterSeq, toSeq) {
        for (;;) {
          const page: LinkedEntry[] = [];
          while (page.length < atATime && (await lines.peek())?.type === "sealed") {
            const line = await lines.next();
            if (line?.type !== "sealed" || line.seq <= afterSeq || line.seq > toSeq) continue;
            page.push({ link: linkOf(head.environment_id, line), entry: line.record, proof: "unknown" });
          }
          if (page.length === 0) return;
          yield page;
        }
      },
      async *unlinked() {
        for (;;) {
          const page: UnlinkedEntry[] = [];
          while (page.length < atATime && (await lines.peek())?.type === "unsealed") {
            const line = await lines.next();
            if (line?.type === "unsealed") page.push({ entry: line.record, proof: "unknown" });
          }
          if (page.length === 0) return;
          yield page;
        }
      },
    };
    yield { name: head.name, source, exportedAt: first.exported_at };
    for (let line = await lines.next(); line?.type !== "end"; line = await lines.next()) {
      if (line?.type === "sealed" || line?.type === "unsealed") continue;
      throw damaged(path, `it ends, or goes wrong, at line ${lines.number()}: it is not whole`);
    }
  }
}

/**
 * Anchors from wherever they were kept: what `audit anchors --json` printed, pages of the API, the worker's log as it is.
 *
 * @throws DomainError invalid_request where there is none
 */
export async function readAnchors(path: string): Promise<readonly AuditAnchor[]> {
  const found: AuditAnchor[] = [];
  for await (const text of linesOf(path)) {
    if (!text.includes('"signature"')) continue;
    for (const one of candidatesOf(text)) {
      const parsed = anchorLine.safeParse(one);
      if (parsed.success) found.push(parsed.data);
    }
  }
  if (found.length === 0) throw damaged(path, "there is no anchor in it");
  return found;
}

function candidatesOf(text: string): readonly unknown[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return [];
  }
  if (typeof value !== "object" || value === null) return [];
  const { anchor, anchors, data } = value as { anchor?: unknown; anchors?: unknown; data?: unknown };
  return [value, anchor, ...(Array.isArray(anchors) ? anchors : []), ...(Array.isArray(data) ? data : [])];
}

function createLines(path: string) {
  const iterator = linesOf(path);
  let ahead: ExportLine | null | undefined;
  let number = 0;
  const read = async (): Promise<ExportLine | null> => {
    const { value, done } = await iterator.next();
    if (done === true) return null;
    number += 1;
    let json: unknown;
    try {
      json = JSON.parse(value);
    } catch {
      throw damaged(path, `line ${number} is no JSON`);
    }
    const parsed = exportLine.safeParse(json);
    if (!parsed.success) throw damaged(path, `line ${number} is not as an export has it`);
    return parsed.data;
  };
  return {
    number: () => number,
    async peek(): Promise<ExportLine | null> {
      ahead ??= await read();
      return ahead;
    },
    async next(): Promise<ExportLine | null> {
      const line = ahead === undefined || ahead === null ? await read() : ahead;
      ahead = undefined;
      return line;
    },
  };
}

async function* linesOf(path: string): AsyncGenerator<string, void> {
  const stream = createReadStream(path, { encoding: "utf8" });
  // Node's reader of lines loses the error of a stream that it is iterated over.
  const failed = new Promise<never>((_, reject) => stream.once("error", reject));
  failed.catch(() => {});
  const opened = new Promise<void>((resolve) => stream.once("open", () => resolve()));
  await Promise.race([opened, failed]).catch((error: unknown) => {
    throw damaged(path, error instanceof Error ? error.message : String(error));
  });
  yield* createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY });
}

function damaged(path: string, why: string): DomainError {
  return new DomainError("invalid_request", { detail: `${path} can't be checked: ${why}.` });
}
