import pg from "pg";
import {
  databaseRoles,
  ownersFunctions,
  schemas,
  tableRights,
  type DatabaseRole,
  type TableRights,
} from "./role-rights.ts";

/** What the names of the roles begin with where EVERGRANT_ROLE_PREFIX does not say otherwise. */
export const defaultRolePrefix = "evergrant";

/** Roles that own nothing and cannot sign in: those that do are made members of them. */
export function roleName(role: DatabaseRole, prefix: string): string {
  return `${prefix}_${role}`;
}

/** Names of roles are the cluster's: two installations on one need two prefixes. @returns false for what begins no name of a role */
export function isRolePrefix(prefix: string): boolean {
  return /^[a-z_][a-z0-9_]{0,40}$/.test(prefix) && !prefix.startsWith("pg_");
}

export interface RoleState {
  readonly role: DatabaseRole;
  readonly name: string;
  readonly exists: boolean;
  /** Roles that have its rights. */
  readonly members: readonly string[];
}

export async function findRoles(client: pg.ClientBase, prefix: string): Promise<RoleState[]> {
  const { rows } = await client.query<{ name: string; members: string[] }>(
    `SELECT r.rolname AS name, coalesce(array_agg(m.rolname ORDER BY m.rolname) FILTER (WHERE m.rolname <> current_user), '{}')::text[] AS members
       FROM pg_roles r LEFT JOIN pg_auth_members a ON a.roleid = r.oid LEFT JOIN pg_roles m ON m.oid = a.member
      WHERE r.rolname = ANY($1) GROUP BY r.rolname`,
    [databaseRoles.map((role) => roleName(role, prefix))],
  );
  return databaseRoles.map((role) => {
    const name = roleName(role, prefix);
    const found = rows.find((row) => row.name === name);
    return { role, name, exists: found !== undefined, members: found?.members ?? [] };
  });
}

/** Makes those that are missing. Takes the right to create roles. @returns the names of the new ones */
export async function createRoles(client: pg.ClientBase, prefix: string): Promise<string[]> {
  const missing = (await findRoles(client, prefix)).filter(({ exists }) => !exists).map(({ name }) => name);
  for (const name of missing) await client.query(`CREATE ROLE ${pg.escapeIdentifier(name)} NOLOGIN`);
  return missing;
}

/**
 * Gives each of the three roles that exists in this cluster exactly its rights to this database (role-rights.ts), and takes all
 * others. Runs after every migration: tables that are new get their rights, and those of the queue come with row level security
 * and no policy, which would show a role no row.
 *
 * @param appRole a role that api and worker use together, and that another one migrates for: it gets what both may
 * @returns the roles that have their rights now
 */
export async function grantToRoles(
  client: pg.ClientBase,
  { prefix, appRole }: { readonly prefix: string; readonly appRole?: string },
): Promise<string[]> {
  const groups = (await findRoles(client, prefix)).filter(({ exists }) => exists);
  const given: { readonly name: string; readonly roles: readonly DatabaseRole[] }[] = groups.map(({ name, role }) => ({
    name,
    roles: [role],
  }));
  if (appRole !== undefined) {
    const known = await client.query("SELECT FROM pg_roles WHERE rolname = $1", [appRole]);
    if (known.rowCount === 0) throw new Error(`the role ${appRole} of DATABASE_URL does not exist in this database`);
    // A member of one of the groups has what the group has, and what it had by itself before is taken back.
    const isMember = groups.some(({ members }) => members.includes(appRole));
    given.push({ name: appRole, roles: isMember ? [] : ["api", "worker"] });
  }
  if (given.length === 0) return [];
  const columns = await columnsOf(client);
  await client.query("BEGIN");
  try {
    for (const { name, roles } of given) await grantOne(client, name, roles, columns);
    await client.query("COMMIT");
  } catch (error) {
    await client.query("ROLLBACK");
    throw error;
  }
  return given.filter(({ roles }) => roles.length > 0).map(({ name }) => name);
}

type Columns = ReadonlyMap<string, readonly string[]>;

/** Tables and views of both schemas, without partitions: what is allowed goes through their parents. */
async function columnsOf(client: pg.ClientBase): Promise<Columns> {
  const { rows } = await client.query<{ name: string; columns: string[] }>(
    `SELECT n.nspname || '.' || c.relname AS name, array_agg(a.attname::text ORDER BY a.attnum) AS columns
       FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid
      WHERE n.nspname = ANY($1) AND c.relkind IN ('r', 'p', 'v') AND NOT c.relispartition AND a.attnum > 0 AND NOT a.attisdropped
      GROUP BY 1`,
    [schemas],
  );
  return new Map(rows.map(({ name, columns }) => [name, columns]));
}

async function grantOne(
  client: pg.ClientBase,
  name: string,
  roles: readonly DatabaseRole[],
  columns: Columns,
): Promise<void> {
  const role = pg.escapeIdentifier(name);
  await takeAll(client, role);
  for (const schema of schemas) {
    if (roles.length > 0) await client.query(`GRANT USAGE ON SCHEMA ${schema} TO ${role}`);
  }
  const statements = roles.flatMap((one) =>
    [...columns].flatMap(([table, all]) => {
      const rights = tableRights[table];
      return rights === undefined ? [] : grantsOf(one, rights, all, quoted(table), role);
    }),
  );
  for (const [signature, allowed] of Object.entries(ownersFunctions)) {
    if (roles.some((one) => allowed.includes(one))) {
      statements.push(`GRANT EXECUTE ON FUNCTION ${signature} TO ${role}`);
    }
  }
  if (roles.some((one) => one === "api" || one === "worker")) {
    statements.push(`GRANT USAGE ON ALL SEQUENCES IN SCHEMA graphile_worker TO ${role}`);
    statements.push(`GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA graphile_worker TO ${role}`);
  }
  if (statements.length > 0) await client.query(statements.join(";\n"));
  await openRowSecurity(client, name, roles.length > 0);
}

/** Also what an earlier version gave: everything, and on partitions and tables to come. */
async function takeAll(client: pg.ClientBase, role: string): Promise<void> {
  for (const schema of schemas) {
    await client.query(`
      ALTER DEFAULT PRIVILEGES IN SCHEMA ${schema} REVOKE ALL ON TABLES FROM ${role};
      ALTER DEFAULT PRIVILEGES IN SCHEMA ${schema} REVOKE ALL ON SEQUENCES FROM ${role};
      ALTER DEFAULT PRIVILEGES IN SCHEMA ${schema} REVOKE ALL ON FUNCTIONS FROM ${role};
      REVOKE ALL ON ALL TABLES IN SCHEMA ${schema} FROM ${role};
      REVOKE ALL ON ALL SEQUENCES IN SCHEMA ${schema} FROM ${role};
      REVOKE ALL ON ALL FUNCTIONS IN SCHEMA ${schema} FROM ${role};
      REVOKE ALL ON SCHEMA ${schema} FROM ${role};`);
  }
}

function grantsOf(
  role: DatabaseRole,
  rights: TableRights,
  columns: readonly string[],
  table: string,
  grantee: string,
): string[] {
  const letters = rights[role] ?? "";
  const hidden = rights.hidden?.[role] ?? [];
  const fixed = rights.fixed ?? [];
  const updates = columns.filter((one) => rights.updates?.[role]?.includes(one) ?? !fixed.includes(one));
  const of = (names: readonly string[]): string =>
    names.length === columns.length ? "" : ` (${names.map((one) => pg.escapeIdentifier(one)).join(", ")})`;
  return [
    ...(letters.includes("S") ? [`SELECT${of(columns.filter((one) => !hidden.includes(one)))}`] : []),
    ...(letters.includes("I") ? ["INSERT"] : []),
    ...(letters.includes("U") ? [`UPDATE${of(updates)}`] : []),
    ...(letters.includes("D") ? ["DELETE"] : []),
  ].map((right) => `GRANT ${right} ON ${table} TO ${grantee}`);
}

function quoted(table: string): string {
  return table
    .split(".")
    .map((part) => pg.escapeIdentifier(part))
    .join(".");
}

async function openRowSecurity(client: pg.ClientBase, name: string, isOpen: boolean): Promise<void> {
  const policy = `evergrant_${name}`.slice(0, 63);
  const { rows } = await client.query<{ table: string; has: boolean }>(
    `SELECT format('%I.%I', n.nspname, c.relname) AS table,
            EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid AND p.polname = $1) AS has
       FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname = 'graphile_worker' AND c.relkind IN ('r', 'p') AND c.relrowsecurity`,
    [policy],
  );
  for (const { table, has } of rows) {
    const named = `${pg.escapeIdentifier(policy)} ON ${table}`;
    // What a role may do there its rights say; the policy only lets it see the rows.
    if (isOpen && !has) {
      await client.query(`CREATE POLICY ${named} TO ${pg.escapeIdentifier(name)} USING (true) WITH CHECK (true)`);
    }
    if (!isOpen && has) await client.query(`DROP POLICY ${named}`);
  }
}
