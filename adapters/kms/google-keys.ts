import { KeyManagementServiceClient } from "@google-cloud/kms";
import type { WrapContext } from "#core/ports/kms";
import type { Randomness } from "#core/ports/randomness";
import { callKms, invalid, type KmsVerdict } from "./call-kms.ts";
import { asRotation, callRotation, type RotationCall, type RotationVerdict } from "./call-rotation.ts";
import { crc32c } from "./crc32c.ts";
import type { KeyWrapper } from "./keyed-kms.ts";
import { kmsUnavailable } from "./kms-unavailable.ts";
import type { KeyReference } from "./parse-key-references.ts";
import type { GoogleKmsConfig } from "./read-kms-config.ts";
import { associatedData } from "./wrap-context.ts";

/**
 * Google Cloud KMS: encrypt and decrypt with a symmetric key, over the client's REST transport. Every byte is checked by CRC-32C in
 * both directions. Wrapped form: the ciphertext as it came; it names the version of the key that made it. There is no rewrap
 * inside this KMS. Credentials are the application default ones.
 *
 * @param overrides the pause between two looks at a new version, milliseconds
 */
export function createGoogleKeys(
  config: Pick<GoogleKmsConfig, "endpoint" | "deadlineMs">,
  random: Pick<Randomness, "fraction">,
  overrides: { readonly lookMs?: number } = {},
): KeyWrapper<KeyReference> {
  let client: KeyManagementServiceClient | null = null;
  const open = (): KeyManagementServiceClient => {
    if (client !== null) return client;
    const url = config.endpoint === null ? null : new URL(config.endpoint);
    const protocol = url?.protocol.slice(0, -1) ?? "https";
    client = new KeyManagementServiceClient({
      // Plain HTTPS: it passes whatever stands between, and holds no stream that can die unnoticed.
      fallback: true,
      ...(url === null
        ? {}
        : { apiEndpoint: url.hostname, protocol, port: Number(url.port || (protocol === "https" ? 443 : 80)) }),
    });
    return client;
  };
  const using = async <T>(attempt: (client: KeyManagementServiceClient) => Promise<T>): Promise<T> => {
    const used = open();
    try {
      return await attempt(used);
    } catch (error) {
      // A client whose credentials could not be had stays so for ever: the next try takes another.
      if (grpcCode(error) === null && !(error instanceof Corrupted) && client === used) client = null;
      throw error;
    }
  };
  const call = <T>(
    what: string,
    key: KeyReference,
    judge: (error: unknown) => KmsVerdict,
    attempt: (client: KeyManagementServiceClient) => Promise<T>,
  ): Promise<T | null> =>
    callKms({ what: `Google Cloud KMS, ${what} with ${key.id}`, deadlineMs: config.deadlineMs, random, judge }, () =>
      using(attempt),
    );
  // callKms tries again.
  const options = { timeout: config.deadlineMs, retry: null };

  /** @param already what was changed by the steps before */
  const rotation = <T>(
    key: KeyReference,
    permission: string,
    already: NonNullable<RotationCall["already"]> | null,
    attempt: (client: KeyManagementServiceClient) => Promise<T>,
  ): Promise<T> =>
    callRotation(
      {
        kid: key.id,
        deadlineMs: config.deadlineMs,
        judge: (error) => judgeRotation(error, permission),
        ...(already === null ? {} : { already }),
      },
      () => using(attempt),
    );
  /** A key in an HSM takes its time. */
  const untilEnabled = async (key: KeyReference, name: string, unused: string): Promise<void> => {
    const already = { certain: unused, unknown: unused };
    for (let looks = 1; ; looks += 1) {
      const { state } = await rotation(key, "cloudkms.cryptoKeyVersions.get", already, async (client) => {
        const [version] = await client.getCryptoKeyVersion({ name }, options);
        return version;
      });
      if (isEnabled(state)) return;
      if (looks === mostLooks) throw kmsUnavailable(`the version ${name} is still not enabled. ${unused}`, unused);
      await new Promise((resolve) => setTimeout(resolve, overrides.lookMs ?? lookMs));
    }
  };

  return {
    async wrap(key, context, plain) {
      const wrapped = await call("encrypt", key, judgeWrap, async (client) => {
        const [answer] = await client.encrypt(
          {
            name: key.reference,
            plaintext: plain,
            plaintextCrc32c: { value: crc32c(plain) },
            ...bound(context),
          },
          options,
        );
        if (answer.verifiedPlaintextCrc32c !== true || answer.verifiedAdditionalAuthenticatedDataCrc32c !== true)
          throw new Corrupted("the request arrived altered, or its checksums did not");
        return checked(answer.ciphertext, answer.ciphertextCrc32c?.value);
      });
      if (wrapped === null) throw new Error("an encryption has no ciphertext to be invalid");
      return wrapped;
    },

    async unwrap(key, context, wrapped) {
      if (wrapped.length === 0) return null;
      return await call("decrypt", key, judgeUnwrap, async (client) => {
        const [answer] = await client.decrypt(
          {
            name: key.reference,
            ciphertext: wrapped,
            ciphertextCrc32c: { value: crc32c(wrapped) },
            ...bound(context),
          },
          options,
        );
        return checked(answer.plaintext, answer.plaintextCrc32c?.value);
      });
    },

    async addVersion(key) {
      const { version, state } = await rotation(key, "cloudkms.cryptoKeyVersions.create", null, async (client) => {
        const [made] = await client.createCryptoKeyVersion({ parent: key.reference, cryptoKeyVersion: {} }, options);
        const [, version] = /\/cryptoKeyVersions\/(\d+)$/.exec(made.name ?? "") ?? [];
        if (version === undefined) throw new Error("the answer names no version");
        return { version, state: made.state };
      });
      const unused = `The version ${version} was made and is not in use: make it the primary one there, or destroy it.`;
      if (!isEnabled(state)) await untilEnabled(key, `${key.reference}/cryptoKeyVersions/${version}`, unused);
      const unknown = `The version ${version} was made; look there whether it is the primary one by now, and make it that where it is not.`;
      await rotation(key, "cloudkms.cryptoKeys.update", { certain: unused, unknown }, (client) =>
        client.updateCryptoKeyPrimaryVersion({ name: key.reference, cryptoKeyVersionId: version }, options),
      );
      return {
        kind: "version",
        kid: key.id,
        version,
        wait: "Google may wrap with the version before for a minute, and in exceptional cases for hours: wait for that.",
      };
    },

    async close() {
      await client?.close();
    },
  };
}

const lookMs = 1_000;
/** At a new version that is not enabled yet: a minute. */
const mostLooks = 60;

/** CryptoKeyVersionState.ENABLED, which may come as a number or as its name. */
function isEnabled(state: unknown): boolean {
  return state === 1 || state === "ENABLED";
}

function bound(context: WrapContext) {
  const aad = associatedData(context);
  return { additionalAuthenticatedData: aad, additionalAuthenticatedDataCrc32c: { value: crc32c(aad) } };
}

/** What arrived is not what was sent, by its checksum. Another try makes sense. */
class Corrupted extends Error {}

function checked(
  bytes: Uint8Array | string | null | undefined,
  crc: { toString(): string } | null | undefined,
): Uint8Array {
  if (bytes === null || bytes === undefined || typeof bytes === "string")
    throw new Corrupted("the answer lacks its bytes");
  // A checksum of 64 bits by its type, so that it may come as a number, a text or an object with a text in it.
  if (crc === null || crc === undefined || crc.toString() !== String(crc32c(bytes)))
    throw new Corrupted("the answer arrived altered");
  return Buffer.from(bytes);
}

/** Of google.rpc.Code. */
const codes = {
  invalidArgument: 3,
  notFound: 5,
  permissionDenied: 7,
  resourceExhausted: 8,
  failedPrecondition: 9,
  unauthenticated: 16,
} as const;

const hints: Readonly<Record<number, string>> = {
  [codes.notFound]: "no such key; look at EVERGRANT_KMS_KEYS",
  [codes.permissionDenied]:
    "permission denied; grant roles/cloudkms.cryptoKeyEncrypterDecrypter on the key to this identity",
  [codes.failedPrecondition]: "the key's version is disabled or destroyed; enable or restore it",
  [codes.unauthenticated]: "the credentials were refused",
};

function judgeWrap(error: unknown): KmsVerdict {
  if (error instanceof Corrupted) return { kind: "again", internal: error.message };
  const code = grpcCode(error);
  if (code === null) return { kind: "again", internal: "no credentials could be had, or the answer was no answer" };
  const hint = Object.hasOwn(hints, code) ? `: ${hints[code]}` : "";
  return { kind: isPassing(code) ? "again" : "unavailable", internal: `code ${code}${hint}` };
}

function judgeUnwrap(error: unknown): KmsVerdict {
  if (grpcCode(error) !== codes.invalidArgument) return judgeWrap(error);
  // The same code stands for a request that was altered on its way.
  const { message } = error as { message?: unknown };
  return typeof message === "string" && /crc32c|checksum/i.test(message)
    ? { kind: "again", internal: "the request arrived altered" }
    : invalid;
}

/** DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED, ABORTED, INTERNAL, UNAVAILABLE, UNKNOWN. */
function isPassing(code: number): boolean {
  return [2, 4, codes.resourceExhausted, 10, 13, 14].includes(code);
}

function grpcCode(error: unknown): number | null {
  const { code } = error as { code?: unknown };
  return typeof code === "number" && code > 0 && code <= 16 ? code : null;
}

/** @param permission that the step needs */
function judgeRotation(error: unknown, permission: string): RotationVerdict {
  const code = grpcCode(error);
  if (code === codes.permissionDenied)
    return { kind: "denied", words: `grant ${permission} on the key to the identity of this command line` };
  if (code === codes.invalidArgument)
    return {
      kind: "unsupported",
      words:
        "this key can't be given one so, as one whose material is imported or kept elsewhere; add the version there and make it the primary one, or make a new key and put it in front",
    };
  return asRotation(judgeWrap(error), code !== null && !mayBeDone.has(code));
}

/** CANCELLED, UNKNOWN, DEADLINE_EXCEEDED, INTERNAL, UNAVAILABLE, DATA_LOSS: a step may have been done all the same. */
const mayBeDone: ReadonlySet<number> = new Set([1, 2, 4, 13, 14, 15]);
