import type pg from "pg";

/** Every row of every table as text (bytes in hex), and every value of a bytea column as it is. */
export async function dumpDatabase(pool: pg.Pool): Promise<{ tables: string[]; chunks: Buffer[]; bytes: number }> {
  const { rows: tables } = await pool.query<{ name: string; bytea: string[] | null }>(
    `SELECT format('%I.%I', n.nspname, c.relname) AS name,
            (SELECT array_agg(quote_ident(a.attname)) FROM pg_attribute a
              WHERE a.attrelid = c.oid AND a.atttypid = 'bytea'::regtype AND a.attnum > 0 AND NOT a.attisdropped) AS bytea
       FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relkind IN ('r', 'm') AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg_toast%'`,
  );
  const chunks: Buffer[] = [];
  for (const { name, bytea } of tables) {
    const { rows } = await pool.query<{ row: string }>(`SELECT t::text AS row FROM ${name} t`);
    chunks.push(Buffer.from(rows.map(({ row }) => row).join("\n")));
    for (const column of bytea ?? []) {
      const values = await pool.query<{ value: Buffer | null }>(`SELECT ${column} AS value FROM ${name}`);
      chunks.push(...values.rows.flatMap(({ value }) => value ?? []));
    }
  }
  return {
    tables: tables.map(({ name }) => name),
    chunks,
    bytes: chunks.reduce((sum, chunk) => sum + chunk.length, 0),
  };
}

/**
 * The beginnings of the secrets that stand in the chunks: as text, URL-encoded, as in a form or a JSON text, in hex, or in base64 or
 * base64url at any of the three places where it may begin in something longer.
 */
export function findSecrets(secrets: readonly string[], chunks: readonly Buffer[]): string[] {
  const find = createFinder(new Map(secrets.map((secret) => [secret, secret])));
  const found = new Set(chunks.flatMap((chunk) => [...find(chunk)]));
  return secrets.filter((secret) => found.has(secret)).map((secret) => `${secret.slice(0, 8)}…`);
}

/** Looks for thousands of forms in one pass: with `includes` for each, hundreds of megabytes take minutes. @returns the names of what stands there */
export function createFinder(secrets: ReadonlyMap<string, string>): (chunk: Buffer) => Set<string> {
  const mayBegin = new Uint8Array(2 ** 16);
  const byBeginning = new Map<number, { name: string; form: Buffer }[]>();
  for (const [name, secret] of secrets) {
    for (const text of formsOf(secret)) {
      const form = Buffer.from(text, "latin1");
      if (form.length < 4) throw new Error(`${name} is too short to be looked for`);
      mayBegin[form.readUInt16LE(0)] = 1;
      const beginning = form.readUInt32LE(0);
      byBeginning.set(beginning, [...(byBeginning.get(beginning) ?? []), { name, form }]);
    }
  }
  return (chunk) => {
    const found = new Set<string>();
    for (let at = 0; at + 4 <= chunk.length; at += 1) {
      if (mayBegin[(chunk[at] ?? 0) | ((chunk[at + 1] ?? 0) << 8)] !== 1) continue;
      for (const { name, form } of byBeginning.get(chunk.readUInt32LE(at)) ?? []) {
        if (!found.has(name) && chunk.subarray(at, at + form.length).equals(form)) found.add(name);
      }
    }
    return found;
  };
}

/** Every form in which something may hold a secret, as the letters of its bytes. */
export function formsOf(secret: string): string[] {
  const bytes = Buffer.from(secret);
  const hex = bytes.toString("hex");
  const texts = [
    secret,
    encodeURIComponent(secret),
    encodeURIComponent(secret).replaceAll(/%[0-9A-F]{2}/g, (one) => one.toLowerCase()),
    new URLSearchParams([["", secret]]).toString().slice(1),
    JSON.stringify(secret).slice(1, -1),
    JSON.stringify(secret).slice(1, -1).replaceAll("/", "\\/"),
  ];
  // As PostgreSQL writes a row with a backslash in it.
  const inRows = texts.map((text) => text.replaceAll("\\", "\\\\"));
  const all = [...texts, ...inRows, hex, hex.toUpperCase(), ...[0, 1, 2].flatMap((shift) => base64Forms(bytes, shift))];
  return [...new Set(all.map((form) => Buffer.from(form).toString("latin1")))];
}

/** The part of a base64 text that does not depend on what stands before and after the secret. */
function base64Forms(bytes: Buffer, shift: number): string[] {
  const padded = Buffer.concat([Buffer.alloc(shift), bytes]);
  const whole = padded.length - (padded.length % 3);
  const skipped = shift === 0 ? 0 : 4;
  const text = padded.subarray(0, whole).toString("base64").slice(skipped);
  return [text, text.replaceAll("+", "-").replaceAll("/", "_")];
}
