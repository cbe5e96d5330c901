import { createHash, timingSafeEqual } from "node:crypto";
import { DefaultAzureCredential } from "@azure/identity";
import { CryptographyClient, KeyClient, type CryptographyClientOptions, type KeyVaultKey } from "@azure/keyvault-keys";
import { DomainError } from "#core/domain/problem/domain-error";
import { keyBytes } from "#core/domain/sealing/aead";
import type { WrapContext } from "#core/ports/kms";
import type { Randomness } from "#core/ports/randomness";
import { callKms, connectionCode, invalid, type KmsVerdict } from "./call-kms.ts";
import { asRotation, callRotation, type RotationVerdict } from "./call-rotation.ts";
import type { KeyWrapper } from "./keyed-kms.ts";
import type { KeyReference } from "./parse-key-references.ts";
import type { AzureKmsConfig } from "./read-kms-config.ts";
import { associatedData } from "./wrap-context.ts";

type Credential = ConstructorParameters<typeof KeyClient>[1];

const algorithm = "RSA-OAEP-256";
const versionBytes = 16;
/** For how long a key named without a version keeps the version that was found, milliseconds. */
const versionMs = 300_000;

/**
 * Azure Key Vault: wrapKey and unwrapKey of an RSA key, RSA-OAEP-256. It takes no associated data, so what is wrapped is
 * `key (32) | SHA-256 of the context (32)`, compared after unwrapping; a block of RSA-2048 has room for 190 bytes.
 *
 * Wrapped form: `version of the key (16) | block`. A key named without a version wraps with its newest; the version that wrapped
 * stands in the wrapped form and opens it.
 *
 * @param overrides credential and pipeline of a test
 */
export function createAzureKeys(
  config: Pick<AzureKmsConfig, "ca" | "deadlineMs">,
  random: Pick<Randomness, "fraction">,
  overrides: { readonly credential?: Credential; readonly client?: CryptographyClientOptions } = {},
): KeyWrapper<KeyReference> {
  const credential = overrides.credential ?? new DefaultAzureCredential();
  const options = {
    // callKms tries again.
    retryOptions: { maxRetries: 0 },
    ...(config.ca === null ? {} : { tlsOptions: { ca: config.ca } }),
    ...overrides.client,
  };
  const vaults = new Map<string, KeyClient>();
  const clients = new Map<string, CryptographyClient>();
  const newest = new Map<string, { readonly version: string; readonly untilMs: number }>();

  const vaultOf = (vault: string): KeyClient => {
    const known = vaults.get(vault) ?? new KeyClient(vault, credential, options);
    vaults.set(vault, known);
    return known;
  };
  const clientOf = ({ vault, name }: KeyAddress, version: string): CryptographyClient => {
    const id = `${vault}/keys/${name}/${version}`;
    // Described rather than looked up: that spares a call and its permission, and a version past its expiry still opens.
    const key: KeyVaultKey = { id, name, properties: { id, name, version, vaultUrl: vault } };
    const known = clients.get(id) ?? new CryptographyClient(key, credential, options);
    clients.set(id, known);
    return known;
  };
  /** @returns null when there is no such key at all */
  const findNewest = async ({ vault, name }: KeyAddress, signal: AbortSignal): Promise<string> => {
    const { version } = (await vaultOf(vault).getKey(name, { abortSignal: signal })).properties;
    if (version === undefined || !isVersion(version))
      throw new Error("the vault answered with a key without a version");
    return version;
  };
  const wrappingVersion = async (address: KeyAddress, signal: AbortSignal): Promise<string> => {
    if (address.version !== null) return address.version;
    const id = `${address.vault}/${address.name}`;
    const known = newest.get(id);
    if (known !== undefined && performance.now() < known.untilMs) return known.version;
    const version = await findNewest(address, signal);
    newest.set(id, { version, untilMs: performance.now() + versionMs });
    return version;
  };
  const call = <T>(what: string, key: KeyReference, attempt: (signal: AbortSignal) => Promise<T>): Promise<T | null> =>
    callKms({ what: `Azure Key Vault, ${what} with ${key.id}`, deadlineMs: config.deadlineMs, random, judge }, attempt);

  return {
    async wrap(key, context, plain) {
      const address = parseAddress(key.reference);
      const block = Buffer.concat([plain, digest(context)]);
      try {
        const wrapped = await call("wrapKey", key, async (signal) => {
          const version = await wrappingVersion(address, signal);
          try {
            const { result } = await clientOf(address, version).wrapKey(algorithm, block, { abortSignal: signal });
            return Buffer.concat([Buffer.from(version, "hex"), result]);
          } catch (error) {
            // The version may have been disabled for a newer one.
            newest.delete(`${address.vault}/${address.name}`);
            throw error;
          }
        });
        if (wrapped === null) throw new Error("a wrap has nothing to be invalid");
        return wrapped;
      } finally {
        block.fill(0);
      }
    },

    async unwrap(key, context, wrapped) {
      if (wrapped.length <= versionBytes) return null;
      const address = parseAddress(key.reference);
      const version = Buffer.from(wrapped.subarray(0, versionBytes)).toString("hex");
      const block = await call("unwrapKey", key, async (signal) => {
        try {
          const client = clientOf(address, version);
          return (await client.unwrapKey(algorithm, wrapped.subarray(versionBytes), { abortSignal: signal })).result;
        } catch (error) {
          clients.delete(`${address.vault}/keys/${address.name}/${version}`);
          if (!isNotFound(error)) throw error;
          // Versions can't be deleted one by one: where the key is there and the version is not, the version was altered.
          await findNewest(address, signal);
          throw new NoSuchVersion();
        }
      });
      if (block === null) return null;
      const bytes = Buffer.from(block.buffer, block.byteOffset, block.byteLength);
      const bound = digest(context);
      const isBound = bytes.length === keyBytes + bound.length && timingSafeEqual(bytes.subarray(keyBytes), bound);
      const plain = isBound ? Buffer.from(bytes.subarray(0, keyBytes)) : null;
      bytes.fill(0);
      return plain;
    },

    async addVersion(key) {
      const { vault, name, version: pinned } = parseAddress(key.reference);
      if (pinned !== null) {
        throw new DomainError("invalid_request", {
          detail: `${key.id} is named with a version and stays at that one. Name it ${vault}/keys/${name} in EVERGRANT_KMS_KEYS, restart, and rotate again: what it wrapped goes on opening.`,
        });
      }
      const version = await callRotation(
        { kid: key.id, deadlineMs: config.deadlineMs, judge: judgeRotation },
        async (signal) => (await vaultOf(vault).rotateKey(name, { abortSignal: signal })).properties.version,
      );
      newest.delete(`${vault}/${name}`);
      return {
        kind: "version",
        kid: key.id,
        version: version ?? null,
        wait: `Each process looks for the newest version every ${versionMs / 60_000} minutes: wait for that.`,
      };
    },
  };
}

class NoSuchVersion extends Error {}

interface KeyAddress {
  readonly vault: string;
  readonly name: string;
  /** Null: the newest. */
  readonly version: string | null;
}

function parseAddress(reference: string): KeyAddress {
  const url = new URL(reference);
  const [, , name = "", version = null] = url.pathname.split("/");
  return { vault: url.origin, name, version };
}

function isVersion(text: string): boolean {
  return /^[0-9a-f]{32}$/.test(text);
}

function digest(context: WrapContext): Buffer {
  return createHash("sha256").update(associatedData(context)).digest();
}

function isNotFound(error: unknown): boolean {
  return (error as { statusCode?: unknown }).statusCode === 404;
}

const hints: Readonly<Record<number, string>> = {
  401: "the credentials were refused",
  403: "denied, or the key is disabled or expired; grant keys/get, keys/wrapKey and keys/unwrapKey (Key Vault Crypto User), and look at the key's state",
  404: "no such key; it may be deleted: recover it",
};

function judge(error: unknown): KmsVerdict {
  if (error instanceof NoSuchVersion) return invalid;
  const { statusCode, code } = error as { statusCode?: unknown; code?: unknown };
  if (typeof statusCode !== "number") {
    const connection = connectionCode(error);
    if (connection !== null) return { kind: "again", internal: `not reached (${connection})` };
    return {
      kind: "again",
      internal: isCredential(error) ? "no credentials could be had" : "the answer was no answer",
    };
  }
  const word = typeof code === "string" && /^\w{1,60}$/.test(code) ? `, ${code}` : "";
  // BadParameter is what the vault says of a block that does not open.
  if (statusCode === 400 && code === "BadParameter") return invalid;
  const hint = Object.hasOwn(hints, statusCode) ? `: ${hints[statusCode]}` : "";
  const isPassing = statusCode === 408 || statusCode === 429 || statusCode >= 500;
  return { kind: isPassing ? "again" : "unavailable", internal: `status ${statusCode}${word}${hint}` };
}

function judgeRotation(error: unknown): RotationVerdict {
  const { statusCode, code } = error as { statusCode?: unknown; code?: unknown };
  const word = typeof code === "string" && /^\w{1,60}$/.test(code) ? `, ${code}` : "";
  if (statusCode === 403) {
    return {
      kind: "denied",
      words: `status 403${word}: grant keys/rotate (Microsoft.KeyVault/vaults/keys/rotate/action, as in Key Vault Crypto Officer) on the key to the identity of this command line; a disabled key answers so, too`,
    };
  }
  if (statusCode === 400 || statusCode === 405) {
    return {
      kind: "unsupported",
      words: `status ${statusCode}${word}: the vault rotates no key of this kind; add a version in the way that this one was made, or make a new key and put it in front`,
    };
  }
  const isRefusal = typeof statusCode === "number" && statusCode >= 400 && statusCode < 500 && statusCode !== 408;
  return asRotation(judge(error), isRefusal || isCredential(error));
}

/** The vault was not asked. */
function isCredential(error: unknown): boolean {
  const { name } = error as { name?: unknown };
  return typeof name === "string" && /^(?:\w*Authentication\w*Error|CredentialUnavailableError)$/.test(name);
}
