/** Everything the web process may know. Anything else stays with the processes that open sealed values. */
const allowed = new Set([
  "API_ORIGIN",
  "EVERGRANT_URL",
  "HOME",
  "LANG",
  "LC_ALL",
  "LOG_LEVEL",
  "NODE_CHANNEL_FD",
  "NODE_CHANNEL_SERIALIZATION_MODE",
  "NODE_ENV",
  "NODE_OPTIONS",
  "PATH",
  "PWD",
  "TMPDIR",
  "TZ",
  "WEB_PORT",
]);

/** Names that carry keys, passwords or the way to a database, ours and those of the machines we run on. */
const secretive =
  /^(EVERGRANT_|DATABASE_|MIGRATION_DATABASE_|METRICS_|PG|POSTGRES|AWS_|AZURE_|GOOGLE_|GCP_|VAULT_)|SECRET|TOKEN|DATABASE_URL|PASSWORD|PASSWD|CREDENTIAL|KEYRING|PRIVATE|_KEY$|^KEY_|APIKEY|_DSN$/i;

function isKept(name: string): boolean {
  return allowed.has(name) || (name.startsWith("NEXT_") && !secretive.test(name));
}

/** Names of variables this process must not have, sorted; empty when it may go on. */
export function foreignVariables(environment: NodeJS.ProcessEnv): string[] {
  return Object.keys(environment)
    .filter((name) => !isKept(name) && secretive.test(name))
    .toSorted();
}

/** The allow-listed part of an environment. */
export function keptEnvironment(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const kept = Object.entries(environment).filter(([name, value]) => value !== undefined && isKept(name));
  return Object.fromEntries(kept) as NodeJS.ProcessEnv;
}
