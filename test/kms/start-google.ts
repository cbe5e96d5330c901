import { randomBytes } from "node:crypto";
import { crc32c } from "#adapters/kms/crc32c";
import { openInside, sealInside, startFake, type FakeAnswer, type FakeKms } from "./start-fake.ts";

const ring = "projects/acme/locations/europe-west3/keyRings/evergrant/cryptoKeys";

export interface FakeGoogle extends FakeKms {
  readonly names: readonly [string, string, string];
  /** How often the next requests or answers are altered on their way. */
  corrupted: { request: number; answer: number };
  /** The number of the version that wraps, and of the newest. */
  versions(name: string): { readonly primary: number; readonly newest: number };
  /** How often a new version is looked at before it is enabled. */
  looksUntilEnabled: number;
  /** The step of a rotation that the caller may not take. */
  deniedStep: "create" | "get" | "updatePrimaryVersion" | null;
}

/** Of google.cloud.kms.v1.CryptoKeyVersion.CryptoKeyVersionState. */
const states = { enabled: 1, pendingGeneration: 5 };

/** Google Cloud KMS as its REST reference has it: `:encrypt`, `:decrypt`, associated data, CRC-32C, google.rpc.Status. */
export async function startGoogle(): Promise<FakeGoogle> {
  const names = [`${ring}/one`, `${ring}/two`, `${ring}/three`] as const;
  const keys = new Map<string, { versions: Buffer[]; primary: number; looks: number }>(
    names.map((one) => [one, { versions: [randomBytes(32)], primary: 1, looks: 0 }]),
  );
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

  const denied = (permission: string): FakeAnswer =>
    error(403, "PERMISSION_DENIED", `Permission '${permission}' denied on resource (or it may not exist).`);
  /** Null: it is none about versions. The client asks for numbers in place of the names of states. */
  const answerVersions = (method: string, path: string, body: any): FakeAnswer | null => {
    const [, name = "", number, isUpdate] =
      /^\/v1\/(projects\/[^:]+\/cryptoKeys\/[^/:]+)(?:\/cryptoKeyVersions(?:\/(\d+))?|(:updatePrimaryVersion))$/.exec(
        path,
      ) ?? [];
    const key = keys.get(name);
    if (name === "") return null;
    if (key === undefined) return error(404, "NOT_FOUND", `CryptoKey ${name} not found.`);
    const view = (version: number): FakeAnswer => ({
      status: 200,
      body: {
        name: `${name}/cryptoKeyVersions/${version}`,
        state: version === 1 || key.looks >= fake.looksUntilEnabled ? states.enabled : states.pendingGeneration,
      },
    });
    if (isUpdate !== undefined && method === "POST") {
      if (fake.deniedStep === "updatePrimaryVersion") return denied("cloudkms.cryptoKeys.update");
      const version = Number(body.cryptoKeyVersionId);
      if (!(version >= 1 && version <= key.versions.length)) return error(404, "NOT_FOUND", "no such version");
      if (version > 1 && key.looks < fake.looksUntilEnabled)
        return error(400, "FAILED_PRECONDITION", "The version is not enabled.");
      key.primary = version;
      return { status: 200, body: { name, purpose: 1, primary: view(version).body } };
    }
    if (number === undefined && method === "POST") {
      if (fake.deniedStep === "create") return denied("cloudkms.cryptoKeyVersions.create");
      key.versions.push(randomBytes(32));
      key.looks = 0;
      return view(key.versions.length);
    }
    if (number === undefined || method !== "GET") return error(404, "NOT_FOUND", "no such method");
    if (fake.deniedStep === "get") return denied("cloudkms.cryptoKeyVersions.get");
    key.looks += 1;
    return view(Number(number));
  };

  const server = await startFake({
    answer({ method, path, headers, body }) {
      if (!/^Bearer eyJ[\w-]+\.[\w-]+\.[\w-]+$/.test(headers.authorization ?? ""))
        return error(401, "UNAUTHENTICATED", "Request had invalid authentication credentials.");
      const ofVersions = answerVersions(method, path, body);
      if (ofVersions !== null) return ofVersions;
      const [, name = "", operation] = /^\/v1\/(projects\/.+):(encrypt|decrypt)$/.exec(path) ?? [];
      const key = keys.get(name);
      if (method !== "POST" || operation === undefined) return error(404, "NOT_FOUND", "no such method");
      if (key === undefined) return error(404, "NOT_FOUND", `CryptoKey ${name} not found.`);
      const aad = Buffer.from(body.additionalAuthenticatedData ?? "", "base64");
      const bytes = Buffer.from(body.plaintext ?? body.ciphertext ?? "", "base64");
      const isAadSound = String(body.additionalAuthenticatedDataCrc32c) === String(crc32c(aad));
      if (operation === "encrypt") {
        const iv = randomBytes(12);
        const sealed = sealInside(key.versions[key.primary - 1] ?? Buffer.alloc(32), iv, aad, bytes);
        const ciphertext = Buffer.concat([Buffer.from("v"), Buffer.of(key.primary), iv, sealed]);
        return {
          status: 200,
          body: {
            name: `${name}/cryptoKeyVersions/${key.primary}`,
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
      const isOurs = bytes.subarray(0, 1).toString("latin1") === "v" && bytes.length >= 14;
      const version = isOurs ? key.versions[bytes.readUInt8(1) - 1] : undefined;
      const plain = version === undefined ? null : openInside(version, bytes.subarray(2, 14), aad, bytes.subarray(14));
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
  const fake: FakeGoogle = Object.assign(server, {
    names,
    corrupted,
    versions: (name: string) => {
      const { primary = 0, versions = [] } = keys.get(name) ?? {};
      return { primary, newest: versions.length };
    },
    looksUntilEnabled: 0,
    deniedStep: null,
  });
  return fake;
}
