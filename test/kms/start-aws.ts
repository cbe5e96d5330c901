import { randomBytes, randomUUID } from "node:crypto";
import { openInside, sealInside, startFake, type FakeAnswer, type FakeKms } from "./start-fake.ts";

const region = "eu-central-1";

export interface FakeAws extends FakeKms {
  readonly arns: readonly [string, string, string];
  /** Points an alias at one of its keys. */
  alias(alias: string, arn: string): void;
}

/** AWS KMS as its API reference has it: JSON 1.1, TrentService, encryption contexts, error names. */
export async function startAws(): Promise<FakeAws> {
  const arns = [arn(), arn(), arn()] as const;
  const keys = new Map(arns.map((one) => [one, randomBytes(32)]));
  const aliases = new Map<string, string>();
  const error = (status: number, type: string): FakeAnswer => ({
    status,
    body: { __type: type, message: `${type} of the test` },
  });

  const encrypt = (named: string, context: unknown, plain: Buffer): FakeAnswer | Buffer => {
    const keyId = aliases.get(named) ?? named;
    const key = keys.get(keyId);
    if (key === undefined) return error(400, "NotFoundException");
    const iv = randomBytes(12);
    const header = Buffer.from(keyId.slice(-36), "ascii");
    return Buffer.concat([header, iv, sealInside(key, iv, canonical(context), plain)]);
  };
  const decrypt = (named: string, context: unknown, blob: Buffer): FakeAnswer | Buffer => {
    const keyId = aliases.get(named) ?? named;
    const key = keys.get(keyId);
    if (key === undefined) return error(400, "NotFoundException");
    const madeBy = blob.subarray(0, 36).toString("latin1");
    if (!arns.some((one) => one.endsWith(madeBy)) || blob.length < 48) return error(400, "InvalidCiphertextException");
    if (!keyId.endsWith(madeBy)) return error(400, "IncorrectKeyException");
    const plain = openInside(key, blob.subarray(36, 48), canonical(context), blob.subarray(48));
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
            ? { status: 200, body: { CiphertextBlob: made.toString("base64"), KeyId: body.KeyId } }
            : made;
        }
        case "TrentService.Decrypt": {
          const plain = decrypt(body.KeyId, body.EncryptionContext, blob);
          return Buffer.isBuffer(plain)
            ? { status: 200, body: { Plaintext: plain.toString("base64"), KeyId: body.KeyId } }
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
        default:
          return error(404, "UnknownOperationException");
      }
    },
    fail(fault) {
      if (fault === "throttled") return error(400, "ThrottlingException");
      return error(400, fault === "denied" ? "AccessDeniedException" : "DisabledException");
    },
  });
  return Object.assign(fake, { arns, alias: (alias: string, arn: string) => void aliases.set(alias, arn) });
}

function arn(): string {
  return `arn:aws:kms:${region}:111122223333:key/${randomUUID()}`;
}

/** Whatever order the members came in; a context and none are two things. */
function canonical(context: unknown): Buffer {
  const members = Object.entries((context ?? {}) as Record<string, string>).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Buffer.from(JSON.stringify(members));
}
