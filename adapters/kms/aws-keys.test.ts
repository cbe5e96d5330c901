import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startAws, type FakeAws } from "#test/kms/start-aws";
import { describeKms, environmentName, type NamedKeys } from "#test/kms/kms.contract";
import { systemRandomness } from "../system/system-randomness.ts";
import { createAwsKeys } from "./aws-keys.ts";
import { createKeyedKms, type KeyRow } from "./keyed-kms.ts";
import type { KeyReference } from "./parse-key-references.ts";

const credentials = { accessKeyId: "AKIATEST", secretAccessKey: "aws-secret-of-the-test", sessionToken: "aws-session" };

function createKms(aws: FakeAws, shared: KeyRow<KeyReference>, staging?: KeyRow<KeyReference>, deadlineMs = 30_000) {
  const config = { endpoint: aws.origin, region: "eu-central-1", ca: null, deadlineMs };
  return createKeyedKms({
    keys: { shared, perEnvironment: new Map(staging === undefined ? [] : [["staging", staging]]) },
    environmentName,
    wrapper: createAwsKeys(config, systemRandomness, { credentials }),
  });
}

describeKms("AWS", ["unreachable", "throttled", "denied", "disabled", "silent"], async () => {
  const aws = await startAws();
  const named = (keys: NamedKeys): KeyRow<KeyReference> =>
    keys.map(([id, key]) => ({ id, reference: aws.arns[key] })) as unknown as KeyRow<KeyReference>;
  return {
    create: ({ shared, staging }, deadlineMs) =>
      createKms(aws, named(shared), staging === undefined ? undefined : named(staging), deadlineMs),
    setFault: aws.setFault,
    requests: () => aws.requests,
    rotation: { adds: "version", permission: "kms:RotateKeyOnDemand" },
    secrets: [credentials.secretAccessKey, credentials.sessionToken],
    close: aws.close,
  };
});

describe("AWS KMS", () => {
  let aws: FakeAws;
  beforeAll(async () => {
    aws = await startAws();
  });
  afterAll(() => aws.close());
  const context = { environmentId: "env_prod", purpose: "data_key" } as const;
  const key = Buffer.alloc(32, 5);

  it("takes no value for broken because an alias points elsewhere now", async () => {
    const { wrapped } = await createKms(aws, [{ id: "k1", reference: aws.arns[0] }]).wrap(context, key);
    const alias = "alias/evergrant";
    aws.alias(alias, aws.arns[1]);
    const kms = createKms(aws, [{ id: "k1", reference: alias }]);
    await expect(kms.unwrap(context, { kid: "k1", wrapped })).rejects.toMatchObject({
      code: "kms_unavailable",
      internal: expect.stringContaining("another key wrapped it than the one that the alias points to now"),
    });
  });

  it.each([
    ["denied", "grant kms:Encrypt, kms:Decrypt, kms:ReEncryptFrom"],
    ["disabled", "the key is disabled; enable it"],
  ] as const)("tells operators what to do when it is %s", async (fault, hint) => {
    const kms = createKms(aws, [{ id: "k1", reference: aws.arns[0] }]);
    await aws.setFault(fault);
    await expect(kms.wrap(context, key)).rejects.toMatchObject({ internal: expect.stringContaining(hint) });
    await aws.setFault(null);
  });

  it("says which key is not there", async () => {
    const missing = aws.arns[0].replace(/.{12}$/, "000000000000");
    const kms = createKms(aws, [{ id: "k9", reference: missing }]);
    const internal = expect.stringMatching(/with k9: NotFoundException.*EVERGRANT_KMS_REGION/);
    await expect(kms.wrap(context, key)).rejects.toMatchObject({ code: "kms_unavailable", internal });
    await expect(kms.unwrap(context, { kid: "k9", wrapped: Buffer.alloc(100) })).rejects.toMatchObject({ internal });
  });

  it("rotates the key that an alias points to, which AWS takes by its own name alone", async () => {
    aws.alias("alias/rotated", aws.arns[2]);
    const kms = createKms(aws, [{ id: "k1", reference: "alias/rotated" }]);
    const before = aws.materials(aws.arns[2]);
    const wrapped = await kms.wrap(context, key);
    const added = await kms.addVersion(null);
    expect(added).toMatchObject({ kind: "version", kid: "k1", version: null });
    expect(added).toMatchObject({ wait: expect.stringContaining(`--key-id ${aws.arns[2]}`) });
    expect(aws.materials(aws.arns[2])).toBe(before + 1);
    expect(Buffer.from((await kms.unwrap(context, wrapped)) ?? [])).toEqual(key);
  });

  it("says to name the key by its ARN where it may not look behind the alias", async () => {
    aws.alias("alias/hidden", aws.arns[2]);
    const kms = createKms(aws, [{ id: "k1", reference: "alias/hidden" }]);
    const before = aws.materials(aws.arns[2]);
    await aws.setFault("denied");
    await expect(kms.addVersion(null)).rejects.toMatchObject({
      code: "forbidden",
      detail: expect.stringMatching(/name the key by its ARN\. Nothing was changed\.$/),
    });
    await aws.setFault(null);
    expect(aws.materials(aws.arns[2])).toBe(before);
  });

  it("says so when a key has been rotated as often as AWS lets it be", async () => {
    const own = await startAws();
    const kms = createKms(own, [{ id: "k1", reference: own.arns[0] }]);
    for (let rotations = 0; rotations < 25; rotations += 1) await kms.addVersion(null);
    await expect(kms.addVersion(null)).rejects.toMatchObject({
      code: "invalid_request",
      detail: expect.stringMatching(/25 times in its life.*put it in front\. Nothing was changed\./),
    });
    expect(own.materials(own.arns[0])).toBe(26);
    await own.close();
  });

  it.each([
    ["unsupported", "invalid_request", "make a new key and put it in front"],
    ["busy", "conflict", "AWS is rotating it"],
  ] as const)("tells apart a key whose rotation is %s", async (state, code, words) => {
    const own = await startAws();
    own.setRotation(own.arns[0], state);
    const kms = createKms(own, [{ id: "k1", reference: own.arns[0] }]);
    await expect(kms.addVersion(null)).rejects.toMatchObject({ code, detail: expect.stringContaining(words) });
    await own.close();
  });

  it("moves a key between regions through this process, since none can do it inside", async () => {
    const elsewhere = aws.arns[1].replace("eu-central-1", "us-east-1");
    const kms = createKms(aws, [{ id: "k1", reference: aws.arns[0] }]);
    const both = createKms(aws, [
      { id: "k2", reference: elsewhere },
      { id: "k1", reference: aws.arns[0] },
    ]);
    const wrapped = await kms.wrap(context, key);
    // The server is of one region and refuses the other's signature: so it was asked with that, and not for a ReEncrypt.
    await expect(both.rewrap(context, wrapped)).rejects.toMatchObject({
      internal: expect.stringContaining("Encrypt with k2"),
    });
  });
});
