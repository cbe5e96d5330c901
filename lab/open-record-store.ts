import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import path from "node:path";
import { z } from "zod";

const journalLine = z.object({
  kind: z.string(),
  id: z.string(),
  value: z.unknown(),
  expiresAt: z.number().nullable(),
});
type JournalLine = z.infer<typeof journalLine>;
type Held = { value: unknown; expiresAt: number | null };

/** Expired records are dropped, and the journal rewritten, after this many changes or as many as there are records. */
const leastChangesBetweenCompactions = 20_000;

export type RecordStore = {
  /** A copy: changing it changes nothing in the store. `undefined` when unknown or expired. */
  get(kind: string, id: string): unknown;
  /** `expiresAt` in milliseconds since the epoch; `null` keeps the record for ever. */
  put(kind: string, id: string, value: unknown, expiresAt: number | null): void;
  delete(kind: string, id: string): void;
  list(kind: string): Array<{ id: string; value: unknown }>;
  close(): void;
};

/**
 * Records of a kind and an id, in memory and, with a directory, in an append-only journal there.
 *
 * Every change is written before the call returns, and so before a token can leave in an answer: a token that was sent
 * is never unknown after `kill -9`. (It is not synced to the disk: a power cut may lose the last second.)
 */
export function openRecordStore(directory: string | null): RecordStore {
  const kinds = new Map<string, Map<string, Held>>();
  const journalPath = directory === null ? null : path.join(directory, "journal.jsonl");
  let descriptor: number | null = null;
  let changes = 0;
  let recordsAtCompaction = 0;
  let isClosed = false;

  function apply(line: JournalLine): void {
    let records = kinds.get(line.kind);
    if (records === undefined) {
      records = new Map();
      kinds.set(line.kind, records);
    }
    if (line.value === null) records.delete(line.id);
    else records.set(line.id, { value: line.value, expiresAt: line.expiresAt });
  }

  function compact(): void {
    const now = Date.now();
    const live: string[] = [];
    for (const [kind, records] of kinds) {
      for (const [id, held] of records) {
        if (held.expiresAt !== null && held.expiresAt <= now) records.delete(id);
        else if (journalPath !== null) live.push(`${JSON.stringify({ kind, id, ...held })}\n`);
      }
    }
    changes = 0;
    recordsAtCompaction = countRecords(kinds);
    if (journalPath === null) return;
    writeFileSync(`${journalPath}.new`, live.join(""), { mode: 0o600 });
    renameSync(`${journalPath}.new`, journalPath);
    if (descriptor !== null) closeSync(descriptor);
    descriptor = openSync(journalPath, "a", 0o600);
  }

  function write(line: JournalLine): void {
    // After close() no answer leaves any more, so nothing that is dropped here was ever sent.
    if (isClosed) return;
    apply(line);
    if (descriptor !== null) writeSync(descriptor, `${JSON.stringify(line)}\n`);
    changes += 1;
    if (changes > Math.max(leastChangesBetweenCompactions, recordsAtCompaction)) compact();
  }

  if (directory !== null && journalPath !== null) {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    if (existsSync(journalPath)) for (const line of readJournal(journalPath)) apply(line);
    compact();
  }

  return {
    get(kind, id) {
      const held = kinds.get(kind)?.get(id);
      if (held === undefined || isExpired(held)) return undefined;
      return structuredClone(held.value);
    },
    put(kind, id, value, expiresAt) {
      write({ kind, id, value: structuredClone(value), expiresAt });
    },
    delete(kind, id) {
      if (kinds.get(kind)?.has(id) === true) write({ kind, id, value: null, expiresAt: null });
    },
    list(kind) {
      const records = [...(kinds.get(kind) ?? [])].filter(([, held]) => !isExpired(held));
      return records.map(([id, held]) => ({ id, value: structuredClone(held.value) }));
    },
    close() {
      isClosed = true;
      if (descriptor !== null) closeSync(descriptor);
      descriptor = null;
    },
  };
}

function isExpired(held: Held): boolean {
  return held.expiresAt !== null && held.expiresAt <= Date.now();
}

function countRecords(kinds: Map<string, Map<string, Held>>): number {
  return [...kinds.values()].reduce((sum, records) => sum + records.size, 0);
}

function* readJournal(journalPath: string): Generator<JournalLine> {
  for (const text of readFileSync(journalPath, "utf8").split("\n")) {
    if (text === "") continue;
    let parsed: unknown;
    try {
      parsed = JSON.parse(text);
    } catch {
      // Only the last line can be torn, by a kill in the middle of its write: its answer was never sent.
      return;
    }
    yield journalLine.parse(parsed);
  }
}
