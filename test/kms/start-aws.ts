import { randomBytes, randomUUID } from "node:crypto";
import { openInside, sealInside, startFake, type FakeAnswer, type FakeKms } from "./start-fake.ts";

const region = "eu-central-1";

export interface FakeAws extends FakeKms {
  readonly arns: readonly [string, string, string];
  /** Points an alias at one of its keys. */
  alias(alias: string, arn: string): void;
  /** How many materials a key has had by now. */
  materials(arn: string): number;
  /** Of a kind that can't be rotated on demand, or being rotated already. */
  setRotation(arn: string, state: "unsupported" | "busy"): void;
}

/** On-demand rotations of one key. */
const mostRotations = 25;

interface Key {
  readonly materials: Buffer[];
  rotation: "possible" | "unsupported" | "busy";
}

/** AWS KMS as its API reference has it: JSON 1.1, TrentService, encryption contexts, error names. */
export async function startAws(): Promise<FakeAws> {
  const arns = [arn(), arn(), arn()] as const;
  const keys = new Map<string, Key>(
    arns.map((one) => [one, { materials: [randomBytes(32)], rotation: "possible" as const }]),
  );
  const aliases = new Map<string, string>();
  const error = (status: number, type: string): FakeAnswer => ({
    status,
    body: { __type: type, message: `${type} of the test` },
  });

  const arnOf = (named: string): string => aliases.get(named) ?? named;
  const encrypt = (named: string, context: unknown, plain: Buffer): FakeAnswer | Buffer => {
    const keyId = arnOf(named);
    const key = keys.get(keyId);
    if (key === undefined) return error(400, "NotFoundException");
    const iv = randomBytes(12);
    const header = Buffer.from(keyId.slice(-36), "ascii");
    // Whatever opens it is named in it, and nobody has to say.
    const material = Buffer.of(key.materials.length);
    const sealed = sealInside(key.materials.at(-1) ?? Buffer.alloc(32), iv, canonical(context), plain);
    return Buffer.concat([header, material, iv, sealed]);
  };
  const decrypt = (named: string, context: unknown, blob: Buffer): FakeAnswer | Buffer => {
    const keyId = arnOf(named);
    const key = keys.get(keyId);
    if (key === undefined) return error(400, "NotFoundException");
    const madeBy = blob.subarray(0, 36).toString("latin1");
    if (!arns.some((one) => one.endsWith(madeBy)) || blob.length < 49) return error(400, "InvalidCiphertextException");
    if (!keyId.endsWith(madeBy)) return error(400, "IncorrectKeyException");
    const material = key.materials[blob.readUInt8(36) - 1];
    const plain =
      material === undefined
        ? null
        : openInside(material, blob.subarray(37, 49), canonical(context), blob.subarray(49));
    return plain ?? error(400, "InvalidCiphertextException");
  };

  const fake = await startFake({
    answer({ method, path, headers, body }) {
      const signature =
        /^AWS4-HMAC-SHA256 Credential=[^,]+\/eu-central-1\/kms\/aws4_request, SignedHeaders=[^,]*x-amz-target[^,]*, Signature=[0-9a-f]{64}$/;
      if (!signature.test(headers.authorization ?? "")) return error(400, "MissingAuthenticationTokenException");
      if (method !== "POST" || path !== "/" || headers["content-type"] !== "application/x-amz-json-1.1")
        return error(404, "UnknownOperationException");
      const blob = Buffer.from(body.CiphertextBlob ?? "", "base64");
      switch (headers["x-amz-target"]) {
        case "TrentService.Encrypt": {
          const made = encrypt(body.KeyId, body.EncryptionContext, Buffer.from(body.Plaintext, "base64"));
          return Buffer.isBuffer(made)
            ? { status: 200, body: { CiphertextBlob: made.toString("base64"), KeyId: arnOf(body.KeyId) } }
            : made;
        }
        case "TrentService.Decrypt": {
          const plain = decrypt(body.KeyId, body.EncryptionContext, blob);
          return Buffer.isBuffer(plain)
            ? { status: 200, body: { Plaintext: plain.toString("base64"), KeyId: arnOf(body.KeyId) } }
            : plain;
        }
        case "TrentService.ReEncrypt": {
          const plain = decrypt(body.SourceKeyId, body.SourceEncryptionContext, blob);
          if (!Buffer.isBuffer(plain)) return plain;
          const made = encrypt(body.DestinationKeyId, body.DestinationEncryptionContext, plain);
          return Buffer.isBuffer(made)
            ? { status: 200, body: { CiphertextBlob: made.toString("base64"), KeyId: body.DestinationKeyId } }
            : made;
        }
        case "TrentService.RotateKeyOnDemand": {
          // An alias is none to it.
          const key = keys.get(body.KeyId);
          if (key === undefined) return error(400, "NotFoundException");
          if (key.rotation === "unsupported") return error(400, "UnsupportedOperationException");
          if (key.rotation === "busy") return error(400, "ConflictException");
          if (key.materials.length > mostRotations) return error(400, "LimitExceededException");
          key.materials.push(randomBytes(32));
          return { status: 200, body: { KeyId: body.KeyId } };
        }
        default:
          return error(404, "UnknownOperationException");
      }
    },
    fail(fault) {
      if (fault === "throttled") return error(400, "ThrottlingException");
      return error(400, fault === "denied" ? "AccessDeniedException" : "DisabledException");
    },
  });
  return Object.assign(fake, {
    arns,
    alias: (alias: string, arn: string) => void aliases.set(alias, arn),
    materials: (arn: string) => keys.get(arn)?.materials.length ?? 0,
    setRotation: (arn: string, state: "unsupported" | "busy") => {
      const key = keys.get(arn);
      if (key !== undefined) key.rotation = state;
    },
  });
}

function arn(): string {
  return `arn:aws:kms:${region}:111122223333:key/${randomUUID()}`;
}

/** Whatever order the members came in; a context and none are two things. */
function canonical(context: unknown): Buffer {
  const members = Object.entries((context ?? {}) as Record<string, string>).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Buffer.from(JSON.stringify(members));
}
