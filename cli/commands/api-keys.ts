import { isPermission, permissions, type KeyPermission } from "#core/domain/access/permission";
import { DomainError } from "#core/domain/problem/domain-error";
import { createApiKey } from "#core/usecases/administer-api-keys";
import type { Container } from "#adapters/container";
import { parseCidr } from "#adapters/egress/address-guard";
import type { CommandResult } from "../main.ts";
import { listOf, parseOptions } from "../parse-options.ts";
import { UsageError } from "../usage-error.ts";

export async function createKey(container: Container, args: string[]): Promise<CommandResult> {
  const { values } = parseOptions(args, {
    environment: "string",
    permissions: "string",
    name: "string",
    tenants: "string",
    integrations: "string",
    addresses: "string",
    "expires-in": "string",
  });
  const environment = await environmentNamed(container, values.environment);
  const granted = parsePermissions(values.permissions);
  const days = values["expires-in"] === undefined ? null : Number(values["expires-in"]);
  if (days !== null && !(days > 0 && days <= 3650)) throw new UsageError("--expires-in takes days, from 1 to 3650");
  const tenantIds = limitOf("--tenants", values.tenants);
  const integrationNames = limitOf("--integrations", values.integrations);
  const addresses = limitOf("--addresses", values.addresses);
  const wrong = addresses.find((range) => parseCidr(range) === null);
  if (wrong !== undefined) {
    throw new UsageError(`--addresses: ${wrong} is no range; give some such as 203.0.113.0/24,2001:db8::/32`);
  }
  const { apiKey, key } = await createApiKey(
    container,
    {
      kind: "command_line",
      id: "command_line",
      environmentId: environment.id,
      environment: environment.name,
      permissions: new Set(permissions),
      tenantIds: null,
      integrationNames: null,
    },
    {
      name: values.name ?? "made on the command line",
      permissions: granted,
      tenantIds,
      integrationNames,
      addresses,
      expiresAt: days === null ? null : new Date(Date.now() + days * 86_400_000),
    },
    undefined,
  );
  return {
    json: { id: apiKey.id, key },
    text: `${apiKey.id}\n${key}\nKeep it now: it is not shown again.`,
  };
}

export async function listKeys(container: Container, args: string[]): Promise<CommandResult> {
  const { values } = parseOptions(args, { environment: "string" });
  const environment = values.environment === undefined ? null : await environmentNamed(container, values.environment);
  const keys = await container.apiKeys.listAll(environment?.id ?? null);
  const views = keys.map((key) => ({
    id: key.id,
    environment: key.environment,
    name: key.name,
    ends_with: key.lastFour,
    permissions: key.permissions,
    tenants: key.tenantIds,
    integrations: key.integrationNames,
    addresses: key.addresses,
    created_at: key.createdAt.toISOString(),
    last_used_at: key.lastUsedAt?.toISOString() ?? null,
    expires_at: key.expiresAt?.toISOString() ?? null,
    revoked_at: key.revokedAt?.toISOString() ?? null,
    stopped_at: key.stoppedAt?.toISOString() ?? null,
  }));
  const lines = views.map(
    (key) =>
      `${key.id}  ${key.environment}  …${key.ends_with}  ${key.revoked_at !== null ? "revoked" : key.stopped_at !== null ? "stopped" : "valid"}  last used ${key.last_used_at ?? "never"}  ${key.name}`,
  );
  return {
    json: { keys: views },
    text: lines.length === 0 ? "No keys yet. Make one: api-keys create" : lines.join("\n"),
  };
}

export async function revokeKey(container: Container, args: string[]): Promise<CommandResult> {
  const { environmentId, id } = await keyNamed(container, args);
  const isRevoked = await container.apiKeys.revoke(environmentId, id, "command_line");
  if (!isRevoked) throw new DomainError("not_found", { detail: `There is no key ${id} that is not revoked already.` });
  return { json: { id, revoked: true }, text: `${id} is revoked; every process refuses it within a second.` };
}

export async function stopKey(container: Container, args: string[]): Promise<CommandResult> {
  const { environmentId, id } = await keyNamed(container, args);
  const isThere = await container.keyStops.stop(environmentId, id, "command_line", null);
  if (!isThere) throw new DomainError("not_found", { detail: `There is no key ${id} that is not revoked.` });
  return { json: { id, stopped: true }, text: `${id} is stopped; every process refuses it within a second.` };
}

export async function restartKey(container: Container, args: string[]): Promise<CommandResult> {
  const { environmentId, id } = await keyNamed(container, args);
  const isThere = await container.keyStops.restart(environmentId, id, "command_line");
  if (!isThere) throw new DomainError("not_found", { detail: `There is no key ${id} that is not revoked.` });
  return { json: { id, stopped: false }, text: `${id} works again; every process takes it within a second.` };
}

/** An id names its key whatever its environment is. */
async function keyNamed(container: Container, args: string[]): Promise<{ environmentId: string; id: string }> {
  const { positionals } = parseOptions(args, {});
  const [id] = positionals;
  if (id === undefined || positionals.length !== 1) throw new UsageError("name one key id");
  const key = (await container.apiKeys.listAll(null)).find((one) => one.id === id);
  if (key === undefined) throw new DomainError("not_found", { detail: `There is no key ${id}.` });
  return { environmentId: key.environmentId, id };
}

/** A limit that is given and names nothing, a variable of a script that is empty say, must not make a key without one. */
function limitOf(option: string, text: string | undefined): string[] {
  const limit = listOf(text);
  if (text !== undefined && limit.length === 0) {
    throw new UsageError(`${option} names nothing; leave it out for a key without this limit`);
  }
  return limit;
}

function parsePermissions(text: string | undefined): readonly KeyPermission[] {
  if (text === undefined) throw new UsageError(`--permissions is missing: all, or some of ${permissions.join(",")}`);
  if (text === "all") return permissions;
  const asked = listOf(text);
  const unknown = asked.find((one) => !isPermission(one));
  if (unknown !== undefined || asked.length === 0) {
    throw new UsageError(
      `--permissions: ${unknown ?? "nothing"} is no permission; all, or some of ${permissions.join(",")}`,
    );
  }
  return asked.filter((one) => isPermission(one));
}

export async function environmentNamed(container: Container, name: string | undefined) {
  if (name === undefined) throw new UsageError("--environment is missing: production or staging");
  const environment = await container.environments.findByName(name);
  if (environment !== null) return environment;
  const known = (await container.environments.list()).map((one) => one.name);
  throw new UsageError(`--environment: there is no ${name}; known are ${known.join(", ")}`);
}
