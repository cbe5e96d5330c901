// Prisma's schema engine as WebAssembly: migrations and diffs without downloading a binary.
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { PrismaPg } from "@prisma/adapter-pg";
import { bindMigrationAwareSqlAdapterFactory, ColumnTypeEnum } from "@prisma/driver-adapter-utils";
import type { SqlDriverAdapter, SqlQuery, SqlResultSet } from "@prisma/driver-adapter-utils";
import type { MigrationList, SchemaEngine, SchemaFilter } from "@prisma/schema-engine-wasm";
import pg from "pg";

export const prismaDirectory = fileURLToPath(new URL("../../prisma", import.meta.url));
export const everything: SchemaFilter = { externalTables: [], externalEnums: [] };

type EngineConstructor = typeof SchemaEngine;
type PgAdapter = Awaited<ReturnType<PrismaPg["connect"]>>;

const loadedKey = Symbol.for("evergrant.schema-engine");
const holder = globalThis as {
  [loadedKey]?: Promise<EngineConstructor>;
  PRISMA_WASM_PANIC_REGISTRY?: { set_message(message: string): void };
};

// Instantiated by hand, since importing the .wasm prints an ExperimentalWarning; and once per process, since a second instance
// would pull the bindings away from the first.
async function instantiate(): Promise<EngineConstructor> {
  const require = createRequire(import.meta.url);
  const bindingsPath = require.resolve("@prisma/schema-engine-wasm/schema_engine_bg");
  const bindings = (await import("@prisma/schema-engine-wasm/schema_engine_bg")) as unknown as {
    __wbg_set_wasm(exports: WebAssembly.Exports): void;
    SchemaEngine: EngineConstructor;
  };
  const wasm = new WebAssembly.Module(readFileSync(bindingsPath.replace(/\.js$/, ".wasm")));
  const instance = new WebAssembly.Instance(wasm, { "./schema_engine_bg.js": withoutLingeringTimers(bindings) });
  bindings.__wbg_set_wasm(instance.exports);
  // Without a registry a panic of the engine shows as "Cannot read properties of undefined".
  holder.PRISMA_WASM_PANIC_REGISTRY = {
    set_message: (message) => void process.stderr.write(`schema engine panic: ${message}\n`),
  };
  (instance.exports["__wbindgen_start"] as () => void)();
  return bindings.SchemaEngine;
}

// The engine's time limit on its lock is a timer of ten seconds that it never clears: it would keep a finished process alive.
function withoutLingeringTimers(bindings: object): WebAssembly.ModuleImports {
  return Object.fromEntries(
    Object.entries(bindings).map(([name, value]) =>
      name.startsWith("__wbg_setTimeout")
        ? [name, (work: () => void, delayMs: number) => setTimeout(work, delayMs >>> 0).unref()]
        : [name, value],
    ),
  );
}

function loadSchemaEngine(): Promise<EngineConstructor> {
  holder[loadedKey] ??= instantiate();
  return holder[loadedKey];
}

/** Runs `work` with an engine on `pool` and frees it after. The pool stays the caller's to end. */
export async function withSchemaEngine<T>(
  pool: pg.Pool,
  work: (engine: SchemaEngine, datamodel: string) => Promise<T>,
): Promise<T> {
  const Engine = await loadSchemaEngine();
  const datamodel = readDatamodel();
  const engine = await Engine.new(
    { datamodels: [["schema.prisma", datamodel]] },
    () => {},
    bindMigrationAwareSqlAdapterFactory(new MigrationAdapterFactory(pool)),
  );
  try {
    return await work(engine, datamodel);
  } finally {
    engine.free();
  }
}

export function readDatamodel(): string {
  return readFileSync(`${prismaDirectory}/schema.prisma`, "utf8");
}

export function readMigrations(directory = `${prismaDirectory}/migrations`): MigrationList {
  const names = readdirSync(directory, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .toSorted();
  return {
    baseDir: directory,
    lockfile: { path: "migration_lock.toml", content: readFileSync(`${directory}/migration_lock.toml`, "utf8") },
    shadowDbInitScript: "",
    migrationDirectories: names.map((path) => ({
      path,
      migrationFile: {
        path: "migration.sql",
        content: { tag: "ok", value: readFileSync(`${directory}/${path}/migration.sql`, "utf8") },
      },
    })),
  };
}

const CHAR = 18;
const CHAR_ARRAY = 1002;
const TEXT = 25;
const TEXT_ARRAY = 1009;

/**
 * Mends three faults of the adapter: it splits scripts at every semicolon (also inside a function's body), it does not know
 * the type "char" that every introspection reads, and it leaves a failed script's transaction open on the connection.
 */
function mend(adapter: PgAdapter, pool: pg.Pool): PgAdapter {
  type Io = { fields: { dataTypeID: number; evergrantChar?: boolean }[] };
  const internals = adapter as unknown as { performIO(query: SqlQuery): Promise<Io>; onError(error: unknown): never };
  const performIO = internals.performIO.bind(adapter);
  const charColumns = new WeakMap<SqlQuery, number[]>();
  internals.performIO = async (query) => {
    const result = await performIO(query);
    const columns: number[] = [];
    for (const [index, field] of result.fields.entries()) {
      if (field.dataTypeID === CHAR) {
        field.dataTypeID = TEXT;
        columns.push(index);
      } else if (field.dataTypeID === CHAR_ARRAY) {
        field.dataTypeID = TEXT_ARRAY;
      }
    }
    charColumns.set(query, columns);
    return result;
  };
  const queryRaw = adapter.queryRaw.bind(adapter);
  adapter.queryRaw = async (query: SqlQuery): Promise<SqlResultSet> => {
    const result = await queryRaw(query);
    for (const index of charColumns.get(query) ?? []) result.columnTypes[index] = ColumnTypeEnum.Character;
    return result;
  };
  adapter.executeScript = async (script: string): Promise<void> => {
    const client = await pool.connect();
    try {
      await client.query(script);
    } catch (error) {
      await client.query("ROLLBACK").catch(() => {});
      // Makes of it the error that the engine can put into words.
      internals.onError(error);
    } finally {
      client.release();
    }
  };
  return adapter;
}

class MigrationAdapterFactory extends PrismaPg {
  readonly #pool: pg.Pool;

  constructor(pool: pg.Pool) {
    super(pool);
    this.#pool = pool;
  }

  override async connect(): Promise<PgAdapter> {
    return mend(await super.connect(), this.#pool);
  }

  // The adapter's own shadow database keeps a connectionString, which wins over `database` in pg: it would work on the real
  // database. It also drops the shadow before closing its pool. Both are done here in the order that works.
  override async connectToShadowDb(): Promise<PgAdapter> {
    const database = `prisma_migrate_shadow_db_${crypto.randomUUID()}`;
    await this.#pool.query(`CREATE DATABASE "${database}"`);
    const pool = new pg.Pool({ ...connectionFields(this.#pool), database, max: 1 });
    pool.on("error", () => {});
    const adapter: SqlDriverAdapter = await new PrismaPg(pool).connect();
    adapter.dispose = async () => {
      await pool.end();
      await this.#pool.query(`DROP DATABASE IF EXISTS "${database}" WITH (FORCE)`);
    };
    return mend(adapter as PgAdapter, pool);
  }
}

/** The pool's connection as separate fields, whatever form its URL has. */
function connectionFields(pool: pg.Pool): pg.PoolConfig {
  const client = new pg.Client(pool.options);
  return {
    host: client.host,
    port: client.port,
    ...(client.user === undefined ? {} : { user: client.user }),
    ...(client.password === undefined || client.password === null ? {} : { password: client.password }),
    ssl: client.ssl,
  };
}
