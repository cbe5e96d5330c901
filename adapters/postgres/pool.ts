import pg from "pg";
import { DomainError } from "#core/domain/problem/domain-error";

/** The one pool of a process, shared by pg, prisma and graphile-worker. */
export type DatabasePool = pg.Pool;
export type DatabaseClient = pg.PoolClient;

/**
 * @param onError told of connections that broke while idle; without a listener they would end the process
 */
export function createPool(options: {
  readonly connectionString: string;
  readonly max: number;
  readonly applicationName: string;
  readonly onError: (error: Error) => void;
}): DatabasePool {
  const pool = new pg.Pool({
    connectionString: options.connectionString,
    max: options.max,
    application_name: options.applicationName,
    connectionTimeoutMillis: 5_000,
    // A connection whose packets are swallowed answers nothing, not even an error.
    query_timeout: 10_000,
    idleTimeoutMillis: 30_000,
    keepAlive: true,
    // The pool waits for it, though its types don't say so.
    // oxlint-disable-next-line typescript/no-misused-promises
    onConnect: limitStatements,
  });
  pool.on("error", options.onError);
  pool.on("connect", (client) => client.on("error", options.onError));
  return pool;
}

/**
 * A statement that its client has given up ends in the database too, soon after (checklist F12). By SET and not as a parameter of the
 * connection, which PgBouncer refuses; behind it in transaction mode the value stays on the server connections, as one for all.
 */
async function limitStatements(client: pg.ClientBase): Promise<void> {
  await client.query("SET statement_timeout = '15s'; SET idle_in_transaction_session_timeout = '60s'");
}

/** Runs `work` in one transaction; its failure, or the connection's, undoes everything. */
export async function inTransaction<T>(pool: DatabasePool, work: (client: DatabaseClient) => Promise<T>): Promise<T> {
  const client = await pool.connect().catch(asUnavailable);
  let broken = false;
  try {
    await client.query("BEGIN");
    const result = await work(client);
    await client.query(result === rollback ? "ROLLBACK" : "COMMIT");
    return result;
  } catch (error) {
    // A connection that did not answer once is not asked again: closing it rolls back as well.
    broken =
      isDatabaseUnavailable(error) ||
      (await client.query("ROLLBACK").then(
        () => false,
        () => true,
      ));
    return asUnavailable(error);
  } finally {
    client.release(broken);
  }
}

/** What a transaction's work returns to leave nothing behind without it being a failure. */
export const rollback: unique symbol = Symbol("rollback");

/** One statement on any connection. With a name it is prepared once per connection. */
export async function query<R extends pg.QueryResultRow>(
  pool: DatabasePool,
  text: string,
  values: readonly unknown[],
  name?: string,
): Promise<pg.QueryResult<R>> {
  return await pool
    .query<R>(name === undefined ? { text, values: [...values] } : { name, text, values: [...values] })
    .catch(asUnavailable);
}

/** SQLSTATE classes that say "the database", not "this statement": connection, resources, operator intervention, system. */
const unavailableClasses = new Set(["08", "53", "57", "58"]);
const networkCodes = new Set(["ECONNREFUSED", "ECONNRESET", "ETIMEDOUT", "EPIPE", "ENOTFOUND", "EHOSTUNREACH"]);

export function isDatabaseUnavailable(error: unknown): boolean {
  if (error instanceof DomainError) return error.code === "database_unavailable";
  if (!(error instanceof Error)) return false;
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  if (networkCodes.has(code) || unavailableClasses.has(code.slice(0, 2))) return true;
  // 40P01 and friends are the statement's; these texts are pg's own for connections that ended under a query.
  return code === "" && /connection|terminat|timeout/i.test(error.message);
}

/** A database that is down as the problem `database_unavailable`; null for every other error. */
export function asDatabaseProblem(error: unknown): DomainError | null {
  if (!isDatabaseUnavailable(error)) return null;
  if (error instanceof DomainError) return error;
  return new DomainError("database_unavailable", {
    detail: "The database does not answer. Nothing was changed; try again shortly.",
    internal: error instanceof Error ? error.message : String(error),
    retryAfterSeconds: 2,
    cause: error,
  });
}

/** What a trigger says of a value that was sealed with a tenant's key, and the key is no more. */
const destroyedKey = "EG001";

function asDestroyedKey(error: unknown): DomainError | null {
  if (!(error instanceof Error) || !("code" in error) || error.code !== destroyedKey) return null;
  return new DomainError("conflict", {
    detail: "The key of this tenant was destroyed a moment ago, so nothing was stored. Try again: it gets another one.",
    internal: error.message,
    extensions: { reason: "key_destroyed" },
    cause: error,
  });
}

/** Throws what it is given; a database that is down as the problem `database_unavailable`, a key that is no more as `conflict`. */
export function asUnavailable(error: unknown): never {
  throw asDatabaseProblem(error) ?? asDestroyedKey(error) ?? error;
}
