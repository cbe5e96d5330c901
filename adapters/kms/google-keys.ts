import { KeyManagementServiceClient } from "@google-cloud/kms";
import type { WrapContext } from "#core/ports/kms";
import type { Randomness } from "#core/ports/randomness";
import { callKms, invalid, type KmsVerdict } from "./call-kms.ts";
import { crc32c } from "./crc32c.ts";
import type { KeyWrapper } from "./keyed-kms.ts";
import type { KeyReference } from "./parse-key-references.ts";
import type { GoogleKmsConfig } from "./read-kms-config.ts";
import { associatedData } from "./wrap-context.ts";

/**
 * Google Cloud KMS: encrypt and decrypt with a symmetric key, over the client's REST transport. Every byte is checked by CRC-32C in
 * both directions. Wrapped form: the ciphertext as it came; it names the version of the key that made it. There is no rewrap
 * inside this KMS. Credentials are the application default ones.
 */
export function createGoogleKeys(
  config: Pick<GoogleKmsConfig, "endpoint" | "deadlineMs">,
  random: Pick<Randomness, "fraction">,
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
  const call = <T>(
    what: string,
    key: KeyReference,
    judge: (error: unknown) => KmsVerdict,
    attempt: (client: KeyManagementServiceClient) => Promise<T>,
  ): Promise<T | null> =>
    callKms(
      { what: `Google Cloud KMS, ${what} with ${key.id}`, deadlineMs: config.deadlineMs, random, judge },
      async () => {
        const used = open();
        try {
          return await attempt(used);
        } catch (error) {
          // A client whose credentials could not be had stays so for ever: the next try takes another.
          if (grpcCode(error) === null && !(error instanceof Corrupted) && client === used) client = null;
          throw error;
        }
      },
    );
  // callKms tries again.
  const options = { timeout: config.deadlineMs, retry: null };

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

    async close() {
      await client?.close();
    },
  };
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
