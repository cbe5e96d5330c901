import { randomBytes } from "node:crypto";
import { crc32c } from "#adapters/kms/crc32c";
import { openInside, sealInside, startFake, type FakeAnswer, type FakeKms } from "./start-fake.ts";

const ring = "projects/acme/locations/europe-west3/keyRings/evergrant/cryptoKeys";

export interface FakeGoogle extends FakeKms {
  readonly names: readonly [string, string, string];
  /** How often the next requests or answers are altered on their way. */
  corrupted: { request: number; answer: number };
}

/** Google Cloud KMS as its REST reference has it: `:encrypt`, `:decrypt`, associated data, CRC-32C, google.rpc.Status. */
export async function startGoogle(): Promise<FakeGoogle> {
  const names = [`${ring}/one`, `${ring}/two`, `${ring}/three`] as const;
  const keys = new Map<string, Buffer>(names.map((one) => [one, randomBytes(32)]));
  const corrupted = { request: 0, answer: 0 };
  const error = (status: number, word: string, message: string): FakeAnswer => ({
    status,
    body: { error: { code: status, status: word, message } },
  });
  const isCorrupted = (what: "request" | "answer"): boolean => {
    if (corrupted[what] === 0) return false;
    corrupted[what] -= 1;
    return true;
  };
  const sound = (bytes: Buffer, crc: unknown): boolean =>
    String(crc) === String(crc32c(bytes)) && !isCorrupted("request");
  /** The bytes that arrive, beside the checksum of those that were sent. */
  const onItsWay = (bytes: Buffer): string => {
    const changed = Buffer.from(bytes);
    if (isCorrupted("answer")) changed[0] = (changed[0] ?? 0) ^ 1;
    return changed.toString("base64");
  };

  const fake = await startFake({
    answer({ method, path, headers, body }) {
      if (!/^Bearer eyJ[\w-]+\.[\w-]+\.[\w-]+$/.test(headers.authorization ?? ""))
        return error(401, "UNAUTHENTICATED", "Request had invalid authentication credentials.");
      const [, name = "", operation] = /^\/v1\/(projects\/.+):(encrypt|decrypt)$/.exec(path) ?? [];
      const key = keys.get(name);
      if (method !== "POST" || operation === undefined) return error(404, "NOT_FOUND", "no such method");
      if (key === undefined) return error(404, "NOT_FOUND", `CryptoKey ${name} not found.`);
      const aad = Buffer.from(body.additionalAuthenticatedData ?? "", "base64");
      const bytes = Buffer.from(body.plaintext ?? body.ciphertext ?? "", "base64");
      const isAadSound = String(body.additionalAuthenticatedDataCrc32c) === String(crc32c(aad));
      if (operation === "encrypt") {
        const iv = randomBytes(12);
        const ciphertext = Buffer.concat([Buffer.from("v1"), iv, sealInside(key, iv, aad, bytes)]);
        return {
          status: 200,
          body: {
            name: `${name}/cryptoKeyVersions/1`,
            ciphertextCrc32c: String(crc32c(ciphertext)),
            ciphertext: onItsWay(ciphertext),
            verifiedPlaintextCrc32c: sound(bytes, body.plaintextCrc32c),
            verifiedAdditionalAuthenticatedDataCrc32c: isAadSound,
          },
        };
      }
      if (!sound(bytes, body.ciphertextCrc32c) || !isAadSound)
        return error(
          400,
          "INVALID_ARGUMENT",
          "The checksum in field ciphertext_crc32c did not match the data in field ciphertext.",
        );
      const isOurs = bytes.subarray(0, 2).toString("latin1") === "v1" && bytes.length >= 14;
      const plain = isOurs ? openInside(key, bytes.subarray(2, 14), aad, bytes.subarray(14)) : null;
      if (plain === null)
        return error(400, "INVALID_ARGUMENT", "Decryption failed: verify that 'name' refers to the correct CryptoKey.");
      return {
        status: 200,
        body: { plaintextCrc32c: String(crc32c(plain)), plaintext: onItsWay(plain), usedPrimary: true },
      };
    },
    fail(fault) {
      if (fault === "throttled") return error(429, "RESOURCE_EXHAUSTED", "Quota exceeded for quota metric.");
      if (fault === "denied") return error(403, "PERMISSION_DENIED", "Permission 'useToEncrypt' denied on resource.");
      return error(
        400,
        "FAILED_PRECONDITION",
        `${ring}/one/cryptoKeyVersions/1 is not enabled, current state is: DISABLED.`,
      );
    },
  });
  return Object.assign(fake, { names, corrupted });
}
