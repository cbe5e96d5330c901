import { randomBytes } from "node:crypto";
import { mkdir, open, readFile, readdir, rename, unlink } from "node:fs/promises";
import { join } from "node:path";
import type { AccountChange } from "#core/ports/account-store";
import type { AnswerSpool } from "#core/ports/answer-spool";

/**
 * One file per answer, mode 0600, written under another name, synced and renamed: a crash leaves a whole entry or none. The token
 * set inside is sealed like in the database; nothing in the clear touches the disk.
 */
export function createFileSpool(directory: string): AnswerSpool {
  return {
    async put(change) {
      await mkdir(directory, { recursive: true, mode: 0o700 });
      const id = `${change.accountId}.${Date.now()}-${randomBytes(8).toString("hex")}.json`;
      const draft = join(directory, `.${id}`);
      const file = await open(draft, "wx", 0o600);
      try {
        await file.writeFile(encodeChange(change));
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(draft, join(directory, id));
      const folder = await open(directory, "r");
      try {
        await folder.sync();
      } finally {
        await folder.close();
      }
      return id;
    },

    async list(accountId) {
      const names = (await unlessGone(readdir(directory))) ?? [];
      const wanted = accountId === undefined ? "" : `${accountId}.`;
      const entries = names
        .filter((name) => !name.startsWith(".") && name.endsWith(".json") && name.startsWith(wanted))
        .toSorted();
      const read = entries.map(async (id) => {
        const text = await unlessGone(readFile(join(directory, id), "utf8"));
        if (text === null) return [];
        try {
          return [{ id, change: decodeChange(text) }];
        } catch {
          // Set aside under a name that is not read again: one broken entry must not keep the others waiting.
          await unlessGone(rename(join(directory, id), join(directory, `${id}.unreadable`)));
          return [];
        }
      });
      return (await Promise.all(read)).flat();
    },

    async remove(id) {
      await unlessGone(unlink(join(directory, id)));
    },
  };
}

/** Several processes share the directory: what one has removed is no error for another. */
async function unlessGone<T>(work: Promise<T>): Promise<T | null> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
    throw error;
  }
}

/** JSON with three tags, for what JSON lacks: bytes, instants, big integers. */
function encodeChange(change: AccountChange): string {
  return JSON.stringify(change, function tag(this: Record<string, unknown>, key: string, value: unknown): unknown {
    const raw = this[key];
    if (raw instanceof Uint8Array) return { $bytes: Buffer.from(raw).toString("base64") };
    if (raw instanceof Date) return { $date: raw.toISOString() };
    if (typeof raw === "bigint") return { $bigint: raw.toString() };
    return value;
  });
}

/** What an earlier version wrote lacks what came since. */
const since = { expectedScopes: null, recorded: null } as const;

function decodeChange(text: string): AccountChange {
  const change = JSON.parse(text, (_key, value: unknown) => {
    if (typeof value !== "object" || value === null) return value;
    if ("$bytes" in value && typeof value.$bytes === "string") return Buffer.from(value.$bytes, "base64");
    if ("$date" in value && typeof value.$date === "string") return new Date(value.$date);
    if ("$bigint" in value && typeof value.$bigint === "string") return BigInt(value.$bigint);
    return value;
  }) as AccountChange;
  return { ...since, ...change };
}

/** How many answers wait in the directory, and how many were set aside as unreadable; for whoever watches over it. */
export async function countSpool(
  directory: string,
): Promise<{ readonly waiting: number; readonly unreadable: number }> {
  const names = ((await unlessGone(readdir(directory))) ?? []).filter((name) => !name.startsWith("."));
  return {
    waiting: names.filter((name) => name.endsWith(".json")).length,
    unreadable: names.filter((name) => name.endsWith(".unreadable")).length,
  };
}
