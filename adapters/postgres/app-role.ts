import pg from "pg";

/**
 * Rights for the role of api and worker where another role owns the tables: no right to change the schema, none to change or
 * delete audit records. Runs after every migration, since graphile-worker's new tables come with row level security on and
 * without a policy: full grants alone would show the role no row.
 */
export async function grantToAppRole(client: pg.ClientBase, appRole: string): Promise<void> {
  const role = pg.escapeIdentifier(appRole);
  const known = await client.query("SELECT FROM pg_roles WHERE rolname = $1", [appRole]);
  if (known.rowCount === 0) throw new Error(`the role ${appRole} of DATABASE_URL does not exist in this database`);
  await client.query("BEGIN");
  try {
    for (const schema of ["public", "graphile_worker"]) {
      await client.query(`
        GRANT USAGE ON SCHEMA ${schema} TO ${role};
        GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA ${schema} TO ${role};
        GRANT USAGE, SELECT, UPDATE ON ALL SEQUENCES IN SCHEMA ${schema} TO ${role};
        GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA ${schema} TO ${role};
        ALTER DEFAULT PRIVILEGES IN SCHEMA ${schema} GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO ${role};
        ALTER DEFAULT PRIVILEGES IN SCHEMA ${schema} GRANT USAGE, SELECT, UPDATE ON SEQUENCES TO ${role};
        ALTER DEFAULT PRIVILEGES IN SCHEMA ${schema} GRANT EXECUTE ON FUNCTIONS TO ${role};`);
    }
    await client.query(`REVOKE INSERT, UPDATE, DELETE ON _prisma_migrations FROM ${role}`);
    const audit = await client.query<{ name: string }>(
      `SELECT relid::regclass::text AS name FROM pg_partition_tree('audit_event')
       UNION ALL SELECT relid::regclass::text FROM pg_partition_tree('audit_link') UNION ALL SELECT 'audit_anchor'`,
    );
    for (const { name } of audit.rows) await client.query(`REVOKE UPDATE, DELETE, TRUNCATE ON ${name} FROM ${role}`);
    await openRowSecurity(client, appRole);
    await client.query("COMMIT");
  } catch (error) {
    await client.query("ROLLBACK");
    throw error;
  }
}

async function openRowSecurity(client: pg.ClientBase, appRole: string): Promise<void> {
  const closed = await client.query<{ name: string }>(
    `SELECT format('%I.%I', n.nspname, c.relname) AS name
     FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname = 'graphile_worker' AND c.relkind IN ('r', 'p') AND c.relrowsecurity
       AND NOT EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid AND p.polname = 'evergrant_' || $1)`,
    [appRole],
  );
  for (const { name } of closed.rows) {
    await client.query(
      `CREATE POLICY ${pg.escapeIdentifier(`evergrant_${appRole}`)} ON ${name} TO ${pg.escapeIdentifier(appRole)} USING (true) WITH CHECK (true)`,
    );
  }
}
