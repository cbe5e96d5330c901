import { readFile } from "node:fs/promises";
import { join } from "node:path";
import pg from "pg";

/** What PostgreSQL itself keeps of one database: its files, with rows that are no more in them, and what was logged ahead of writing. */
export interface DatabaseFiles {
  /** By name; the log without the headers of its pages, which may stand in the middle of a value. */
  read(): AsyncGenerator<{ name: string; bytes: Buffer }>;
  /** The log before is looked at no more. */
  startAnew(): Promise<void>;
  stop(): Promise<void>;
}

const pageSize = 8192;

/** Keeps the log from here on until `stop`. For a cluster of this machine whose files may be read, as the tests' own is. */
export async function keepDatabaseFiles(url: string, name: string): Promise<DatabaseFiles> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const ask = async <Row extends Record<string, unknown>>(text: string, values: unknown[] = []): Promise<Row[]> =>
    (await client.query<Row>({ text, values })).rows;
  const logNow = async (): Promise<string> =>
    (await ask<{ name: string }>("SELECT pg_walfile_name(pg_current_wal_lsn()) AS name"))[0]?.name ?? "";
  const slot = `kept_${name}`;
  await ask("SELECT pg_create_physical_replication_slot($1, true)", [slot]);
  let first = await logNow();

  const [directory] = await ask<{ path: string }>("SELECT current_setting('data_directory') AS path");
  /** A file may go while others are read. */
  const fileOf = async (path: string): Promise<Buffer> =>
    await readFile(join(directory?.path ?? "", path)).catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return Buffer.alloc(0);
      throw error;
    });

  return {
    async *read() {
      await ask("CHECKPOINT");
      const files = await ask<{ name: string }>(
        `SELECT 'base/' || oid || '/' || pg_ls_dir('base/' || oid) AS name FROM pg_database WHERE datname = current_database()`,
      );
      for (const { name: path } of files) yield { name: path, bytes: await fileOf(path) };
      const segments = await ask<{ name: string }>(
        "SELECT name FROM pg_ls_waldir() WHERE name ~ '^[0-9A-F]{24}$' AND name BETWEEN $1 AND $2 ORDER BY name",
        [first, await logNow()],
      );
      if (segments[0]?.name !== first) throw new Error("the log was not kept");
      // The end of the one before, for a value that goes on in the next.
      let end = Buffer.alloc(0);
      for (const { name: segment } of segments) {
        const bytes = Buffer.concat([end, withoutHeaders(await fileOf(`pg_wal/${segment}`))]);
        end = Buffer.from(bytes.subarray(-pageSize));
        yield { name: segment, bytes };
      }
    },
    async startAnew() {
      first = await logNow();
    },
    async stop() {
      await ask("SELECT pg_drop_replication_slot($1)", [slot]);
      await client.end();
    },
  };
}

/** The first page of a segment has a header of 40 bytes, each other one of 24 (xlog_internal.h). */
function withoutHeaders(segment: Buffer): Buffer {
  const pages: Buffer[] = [];
  for (let at = 0; at < segment.length; at += pageSize) {
    pages.push(segment.subarray(at + (at === 0 ? 40 : 24), at + pageSize));
  }
  return Buffer.concat(pages);
}
