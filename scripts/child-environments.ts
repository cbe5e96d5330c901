// Which variables each process gets. An allow-list: what stands in the operator's shell besides these reaches no child.

type Environment = Record<string, string | undefined>;

const EVERY_PROCESS = ["PATH", "HOME", "TZ", "LANG", "NODE_ENV", "LOG_LEVEL", "EVERGRANT_URL"];
// The web process renders pages and holds nothing worth stealing: no key, no secret, no database (ARCHITECTURE, three processes).
const WEB = [...EVERY_PROCESS, "API_ORIGIN", "WEB_PORT", "NEXT_TELEMETRY_DISABLED"];

export function webEnvironment(environment: Environment): Environment {
  return { ...pick(environment, WEB), NODE_ENV: "production", NEXT_TELEMETRY_DISABLED: "1" };
}

/** What a process of ours needs of the machine alone, for the demo, which sets everything else itself. */
export function machineEnvironment(environment: Environment): Environment {
  return { ...pick(environment, ["PATH", "HOME", "TZ", "LANG", "TMPDIR", "LOG_LEVEL"]), NODE_ENV: "production" };
}

/**
 * For api and worker, which read the whole configuration, but for the client at the identity provider, which is the api's. Where each has a database role of its own, it learns its own address and
 * neither the other's nor the migrator's.
 */
export function serverEnvironment(environment: Environment, process: "api" | "worker"): Environment {
  const {
    MIGRATION_DATABASE_URL: _migrator,
    API_DATABASE_URL: forApi,
    WORKER_DATABASE_URL: forWorker,
    ...rest
  } = environment;
  const own = (process === "api" ? forApi : forWorker)?.trim();
  // Nobody signs in at the worker.
  const read = Object.entries(rest).filter(([name]) => process === "api" || !name.startsWith("EVERGRANT_OIDC_"));
  return {
    ...Object.fromEntries(read),
    ...(own ? { DATABASE_URL: own } : {}),
    NODE_ENV: environment["NODE_ENV"] ?? "production",
  };
}

function pick(environment: Environment, names: readonly string[]): Environment {
  return Object.fromEntries(
    names.flatMap((name) => (environment[name] === undefined ? [] : [[name, environment[name]]])),
  );
}
