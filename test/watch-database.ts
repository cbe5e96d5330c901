import pg from "pg";
import type { TestDatabase } from "./database.ts";

/** What passes through a database while somebody looks, and not only what is left of it. */
export interface DatabaseWatch {
  /** Every version of every row that was ever written, jobs too, as text with bytes in hex. */
  rows(): Promise<{ table: string; row: string }[]>;
  /** Every text of a query that pg_stat_activity showed. */
  queries(): string[];
  stop(): Promise<void>;
}

/** Puts a trigger on every table, and looks at what the connections do over and over. As superuser, so that no role is in its way. */
export async function watchDatabase(database: TestDatabase): Promise<DatabaseWatch> {
  await database.pool.query(`
    CREATE SCHEMA hunt;
    CREATE UNLOGGED TABLE hunt.seen (name text, row text);
    CREATE FUNCTION hunt.see() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
    BEGIN INSERT INTO hunt.seen VALUES (TG_TABLE_NAME, NEW::text); RETURN NULL; END $$;
    DO $$ DECLARE name text; BEGIN
      FOR name IN SELECT c.oid::regclass FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                   WHERE n.nspname IN ('public', 'graphile_worker') AND c.relkind IN ('r', 'p') AND NOT c.relispartition LOOP
        EXECUTE 'CREATE TRIGGER zz_hunt AFTER INSERT OR UPDATE ON ' || name || ' FOR EACH ROW EXECUTE FUNCTION hunt.see()';
      END LOOP;
    END $$`);
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  const queries = new Set<string>();
  let isWatching = true;
  const watching = (async () => {
    while (isWatching) {
      const { rows } = await client.query<{ query: string }>(
        "SELECT query FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()",
      );
      for (const { query } of rows) queries.add(query);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  })();
  return {
    async rows() {
      const { rows } = await database.pool.query<{ name: string; row: string }>("SELECT name, row FROM hunt.seen");
      return rows.map(({ name, row }) => ({ table: name, row }));
    },
    queries: () => [...queries],
    async stop() {
      isWatching = false;
      await watching;
      await client.end();
    },
  };
}
