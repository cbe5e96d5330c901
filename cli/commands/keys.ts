import { randomBytes } from "node:crypto";
import { parseKeyring } from "#adapters/kms/parse-keyring";
import type { Container } from "#adapters/container";
import { keyBytes } from "#core/domain/sealing/aead";
import { isSealingPolicy } from "#core/domain/sealing/sealing-policy";
import { changeSealingPolicy } from "#core/usecases/change-sealing-policy";
import { disableKey, enableKey } from "#core/usecases/disable-key";
import { drillKeys } from "#core/usecases/drill-keys";
import { rotateTenantKey } from "#core/usecases/rotate-tenant-key";
import { readKeys, type KeyRecord } from "#core/usecases/read-keys";
import type { EnvironmentRecord } from "#core/ports/environment-store";
import type { CommandResult } from "../main.ts";
import { parseOptions } from "../parse-options.ts";
import { UsageError } from "../usage-error.ts";
import { environmentNamed } from "./api-keys.ts";

/** Trusted, and audited. */
export function onCommandLine({ id, name }: EnvironmentRecord) {
  return { kind: "command_line", id: "command_line", environmentId: id, environment: name } as const;
}

/** The named environment, or all of them. */
export async function environmentsOf(
  container: Container,
  name: string | undefined,
): Promise<readonly EnvironmentRecord[]> {
  return name === undefined ? await container.environments.list() : [await environmentNamed(container, name)];
}

/**
 * The key-encryption keys and how many values each still seals. A key that seals some and is not in the keyring shows as disabled. One
 * that several environments share stands once, with what it seals in all of them; it is disabled only where it is so in each.
 */
export async function keysStatus(container: Container): Promise<CommandResult> {
  const described = await container.kms.describe();
  const own = new Set(described.flatMap((key) => key.environment ?? []));
  const keys: KeyStatus[] = [];
  const environments: Record<string, unknown> = {};
  for (const environment of await container.environments.list()) {
    const { policy, tenantKeys, keys: records } = await readKeys(container, environment);
    environments[environment.name] = {
      policy,
      tenant_keys: {
        current: tenantKeys.current,
        retired: tenantKeys.retired,
        destroyed: tenantKeys.destroyed,
        wraps: tenantKeys.wraps,
      },
    };
    for (const record of records) {
      // What no keyring has is told by environment, since nobody can say whether it was one key.
      const isShared = !own.has(environment.name) && record.isConfigured;
      const there = keys.find((key) => key.id === record.kid && key.environment === undefined);
      if (isShared && there !== undefined) {
        there.sealed += record.sealedTotal;
        there.wraps += record.wraps;
        if (record.state !== "disabled") there.state = record.state;
      } else {
        keys.push({ ...statusOf(record), ...(isShared ? {} : { environment: environment.name }) });
      }
    }
  }
  return {
    json: { keys, environments },
    text: keys
      .map(
        (key) =>
          `${key.id}  ${key.state}  seals ${key.sealed}${key.environment === undefined ? "" : `  (${key.environment})`}`,
      )
      .join("\n"),
  };
}

interface KeyStatus {
  readonly id: string;
  state: KeyRecord["state"];
  sealed: number;
  wraps: number;
  /** Absent: of all environments without a keyring of their own. */
  readonly environment?: string;
}

function statusOf({ kid, state, sealedTotal, wraps }: KeyRecord): KeyStatus {
  return { id: kid, state, sealed: sealedTotal, wraps };
}

/** `keys rotate --tenant`: that tenant's key gets a new version, which is in use at once. */
export async function rotateKeyOfTenant(container: Container, args: string[]): Promise<CommandResult> {
  const { values } = parseOptions(args, { environment: "string", tenant: "string" });
  const { tenant: tenantId } = values;
  if (tenantId === undefined || tenantId === "") throw new UsageError("--tenant takes the tenant's id");
  const environment = await environmentNamed(container, values.environment);
  const { id, retired } = await rotateTenantKey(container, onCommandLine(environment), tenantId);
  return {
    json: { environment: environment.name, tenant_id: tenantId, id, retired },
    text: `${tenantId} in ${environment.name}: what is new is sealed with ${id} within seconds. ${retired} opens the rest until keys rewrap has brought it under the new one.`,
  };
}

/** `_STAGING` for `staging`: of the variables for an environment's own keys. */
export function suffixOf(environment: string | null): string {
  return environment === null ? "" : `_${environment.toUpperCase().replaceAll("-", "_")}`;
}

/**
 * The one command that prints key material: the keyring that is configured, with a new key in front. It changes nothing: the processes
 * seal with the new key once they are started with it.
 */
export async function keysRotate(args: string[]): Promise<CommandResult> {
  const { values } = parseOptions(args, { environment: "string" });
  const kms = (process.env["EVERGRANT_KMS"] ?? "").trim();
  if (kms !== "" && kms !== "local") throw new UsageError(`EVERGRANT_KMS is ${kms}, and there is no such KMS`);
  const variable = `EVERGRANT_KEYRING${suffixOf(values.environment ?? null)}`;
  const present = process.env[variable];
  if (present === undefined || present === "")
    throw new UsageError(`${variable} is not set, so there is nothing to rotate`);
  const keyring = parseKeyring(present);
  if (typeof keyring === "string") throw new UsageError(`${variable}: ${keyring}`);
  const id = newKeyId(
    keyring.map((key) => key.id),
    new Date(),
  );
  const next = `${id}:${randomBytes(keyBytes).toString("base64")},${present.trim()}`;
  process.stderr.write(
    `This is a secret: whoever has it and the database can open everything. Keep it where ${variable} is kept, and nowhere else.\n` +
      "Start every process with it; then run keys rewrap, and take the old key out once keys status says that it seals nothing.\n" +
      "Where processes restart one after the other, start all of them with the new key at the end first: each must open what another seals.\n",
  );
  return { json: { variable, id, keyring: next }, text: `${variable}=${next}` };
}

/** `k-2026-11-26`, with a number behind it where that is taken. */
export function newKeyId(taken: readonly string[], now: Date): string {
  const day = `k-${now.toISOString().slice(0, 10)}`;
  for (let number = 1; ; number += 1) {
    const id = number === 1 ? day : `${day}-${number}`;
    if (!taken.includes(id)) return id;
  }
}

export async function keysDisable(container: Container, args: string[]): Promise<CommandResult> {
  const { positionals, values } = parseOptions(args, { environment: "string", force: "boolean" });
  const kid = oneKey(positionals);
  const environment = await environmentNamed(container, values.environment);
  const key = await disableKey(container, onCommandLine(environment), kid, values.force === true);
  return {
    json: { ...statusOf(key), environment: environment.name },
    text: `${kid} is disabled in ${environment.name}: within seconds it wraps and opens nothing.${
      key.sealedTotal === 0
        ? ""
        : ` ${key.sealedTotal} values that it seals are out of reach until it is enabled again.`
    }`,
  };
}

export async function keysEnable(container: Container, args: string[]): Promise<CommandResult> {
  const { positionals, values } = parseOptions(args, { environment: "string" });
  const kid = oneKey(positionals);
  const environment = await environmentNamed(container, values.environment);
  const key = await enableKey(container, onCommandLine(environment), kid);
  return {
    json: { ...statusOf(key), environment: environment.name },
    text: `${kid} is enabled in ${environment.name}.`,
  };
}

function oneKey(positionals: readonly string[]): string {
  const [kid] = positionals;
  if (kid === undefined || positionals.length > 1) throw new UsageError("name one key");
  return kid;
}

export async function keysPolicy(container: Container, args: string[]): Promise<CommandResult> {
  const { values } = parseOptions(args, { environment: "string", set: "string" });
  const environment = await environmentNamed(container, values.environment);
  const { set } = values;
  if (set !== undefined && !isSealingPolicy(set)) throw new UsageError("--set takes direct or tenant");
  if (set !== undefined) await changeSealingPolicy(container, onCommandLine(environment), set);
  const { policy } = await readKeys(container, environment);
  const said = set === undefined ? "" : " What is sealed already stays as it is until keys rewrap.";
  return { json: { environment: environment.name, policy }, text: `${environment.name}: ${policy}.${said}` };
}

export async function keysDrill(container: Container, args: string[]): Promise<CommandResult> {
  const { values } = parseOptions(args, { environment: "string" });
  const drills = [];
  for (const environment of await environmentsOf(container, values.environment)) {
    const drill = await drillKeys(container, onCommandLine(environment));
    drills.push({ environment: environment.name, drill });
  }
  // Where nothing is sealed nothing is proven, and nothing is wrong.
  const tried = drills.filter(({ drill }) => drill.sample > 0);
  const isProven = tried.length > 0 && tried.every(({ drill }) => drill.isProven);
  return {
    json: {
      proven: isProven,
      drills: drills.map(({ environment, drill }) => ({
        environment,
        sample: drill.sample,
        opened: drill.opened,
        opened_without_keys: drill.openedByStranger,
        opened_with_keys_of: drill.openedByOthers,
        proven: drill.isProven,
      })),
    },
    text: drills
      .map(({ environment, drill }) => {
        const others = Object.entries(drill.openedByOthers).map(([name, count]) => `, with those of ${name}: ${count}`);
        if (drill.sample === 0) return `${environment}: nothing is sealed there, so there was nothing to try.`;
        const verdict = drill.isProven ? "proven" : "NOT PROVEN";
        return `${environment}: of ${drill.sample} values ${drill.opened} open with their keys, with random keys: ${drill.openedByStranger}${others.join("")}. ${verdict}`;
      })
      .join("\n"),
    exitCode: isProven ? 0 : 1,
  };
}
