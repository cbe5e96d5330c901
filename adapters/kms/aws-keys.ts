import { randomBytes } from "node:crypto";
import {
  DecryptCommand,
  EncryptCommand,
  KMSClient,
  ReEncryptCommand,
  RotateKeyOnDemandCommand,
  type KMSClientConfig,
} from "@aws-sdk/client-kms";
import { keyBytes } from "#core/domain/sealing/aead";
import type { WrapContext } from "#core/ports/kms";
import type { Randomness } from "#core/ports/randomness";
import { callKms, connectionCode, invalid, type KmsVerdict } from "./call-kms.ts";
import { asRotation, callRotation, type RotationVerdict } from "./call-rotation.ts";
import type { KeyWrapper } from "./keyed-kms.ts";
import { kmsUnavailable } from "./kms-unavailable.ts";
import type { KeyReference } from "./parse-key-references.ts";
import type { AwsKmsConfig } from "./read-kms-config.ts";

/**
 * AWS KMS: Encrypt, Decrypt and ReEncrypt with a symmetric key; the encryption context is the associated data. Wrapped form: the
 * ciphertext blob as it came. Credentials come from where the SDK looks (AWS_*, a web identity, the instance's role).
 *
 * Rotation inside AWS, automatic or on demand, needs nothing of us: a blob names the material that made it.
 *
 * @param overrides credentials of a test
 */
export function createAwsKeys(
  config: Pick<AwsKmsConfig, "endpoint" | "region" | "ca" | "deadlineMs">,
  random: Pick<Randomness, "fraction">,
  overrides: Pick<KMSClientConfig, "credentials"> = {},
): KeyWrapper<KeyReference> {
  const clients = new Map<string, KMSClient>();
  const regionOf = ({ reference }: KeyReference): string =>
    /^arn:[^:]+:kms:([^:]+):/.exec(reference)?.[1] ?? config.region ?? "";
  const clientOf = (key: KeyReference): KMSClient => {
    const region = regionOf(key);
    const known = clients.get(region);
    if (known !== undefined) return known;
    const client = new KMSClient({
      region,
      ...(config.endpoint === null ? {} : { endpoint: config.endpoint }),
      // callKms tries again.
      maxAttempts: 1,
      requestHandler: {
        connectionTimeout: config.deadlineMs,
        requestTimeout: config.deadlineMs,
        httpsAgent: { keepAlive: true, maxSockets: 64, ...(config.ca === null ? {} : { ca: config.ca }) },
      },
      ...overrides,
    });
    clients.set(region, client);
    return client;
  };
  const call = <T>(
    what: string,
    key: KeyReference,
    judge: (error: unknown, key: KeyReference) => KmsVerdict,
    attempt: (signal: AbortSignal) => Promise<T>,
  ): Promise<T | null> =>
    callKms(
      {
        what: `AWS KMS, ${what} with ${key.id}`,
        deadlineMs: config.deadlineMs,
        random,
        judge: (error) => judge(error, key),
      },
      attempt,
    );

  /** By a wrap, which is permitted already, and whose answer names the key itself. */
  const keyOfAlias = async (key: KeyReference): Promise<string> => {
    const unchanged = "Nothing was changed.";
    const answer = await callRotation(
      {
        kid: key.id,
        deadlineMs: config.deadlineMs,
        already: { certain: unchanged, unknown: unchanged },
        judge: judgeAlias,
      },
      (abortSignal) =>
        clientOf(key).send(
          new EncryptCommand({
            KeyId: key.reference,
            Plaintext: randomBytes(keyBytes),
            EncryptionContext: encryptionContext({ environmentId: "none", purpose: "data_key" }),
          }),
          { abortSignal },
        ),
    );
    return answer.KeyId ?? nothing();
  };

  return {
    async wrap(key, context, plain) {
      const answer = await call("Encrypt", key, judgeWrap, (abortSignal) =>
        clientOf(key).send(
          new EncryptCommand({ KeyId: key.reference, Plaintext: plain, EncryptionContext: encryptionContext(context) }),
          { abortSignal },
        ),
      );
      return answer?.CiphertextBlob ?? nothing();
    },

    async unwrap(key, context, wrapped) {
      if (wrapped.length === 0) return null;
      const answer = await call("Decrypt", key, judgeUnwrap, (abortSignal) =>
        clientOf(key).send(
          new DecryptCommand({
            KeyId: key.reference,
            CiphertextBlob: wrapped,
            EncryptionContext: encryptionContext(context),
          }),
          { abortSignal },
        ),
      );
      return answer === null ? null : (answer.Plaintext ?? nothing());
    },

    async rewrap(from, to, context, wrapped) {
      if (regionOf(from) !== regionOf(to)) return "apart";
      if (wrapped.length === 0) return null;
      const answer = await call("ReEncrypt", from, judgeUnwrap, (abortSignal) =>
        clientOf(from).send(
          new ReEncryptCommand({
            CiphertextBlob: wrapped,
            SourceKeyId: from.reference,
            SourceEncryptionContext: encryptionContext(context),
            DestinationKeyId: to.reference,
            DestinationEncryptionContext: encryptionContext(context),
          }),
          { abortSignal },
        ),
      );
      return answer === null ? null : (answer.CiphertextBlob ?? nothing());
    },

    async addVersion(key) {
      // It takes a key by its id or ARN alone, and says of an alias that there is no such key.
      const keyId = isAlias(key) ? await keyOfAlias(key) : key.reference;
      await callRotation({ kid: key.id, deadlineMs: config.deadlineMs, judge: judgeRotation }, (abortSignal) =>
        clientOf(key).send(new RotateKeyOnDemandCommand({ KeyId: keyId }), { abortSignal }),
      );
      return {
        kind: "version",
        kid: key.id,
        version: null,
        wait: `AWS makes it in the background: wait until "aws kms get-key-rotation-status --key-id ${keyId}" shows no OnDemandRotationStartDate any more.`,
      };
    },

    async close() {
      for (const client of clients.values()) client.destroy();
    },
  };
}

/** In the clear in CloudTrail: ids of our own, no name and no address. */
function encryptionContext(context: WrapContext): Record<string, string> {
  const owner = context.owner ?? "";
  return {
    "evergrant:environment": context.environmentId,
    "evergrant:purpose": context.purpose,
    ...(owner === "" ? {} : { "evergrant:owner": owner }),
  };
}

function isAlias({ reference }: KeyReference): boolean {
  return /(?:^|:)alias\//.test(reference);
}

function nothing(): never {
  throw kmsUnavailable("AWS KMS answered without the bytes that its protocol promises");
}

const hints: Readonly<Record<string, string>> = {
  AccessDeniedException:
    "grant kms:Encrypt, kms:Decrypt, kms:ReEncryptFrom and kms:ReEncryptTo on the key to this role",
  DisabledException: "the key is disabled; enable it",
  KMSInvalidStateException: "the key can't be used; it may be pending deletion: cancel that",
  NotFoundException: "no such key in this account and region; look at EVERGRANT_KMS_KEYS and EVERGRANT_KMS_REGION",
  InvalidKeyUsageException: "the key must be symmetric, for encryption and decryption",
  CredentialsProviderError: "no credentials were found",
  UnrecognizedClientException: "the credentials are not known",
  ExpiredTokenException: "the credentials have expired",
};

/** KMS throttles with status 400. The clock names come after the SDK set its clock by the answer. */
const passing =
  /^(?:Throttling|ThrottlingException|ThrottledException|RequestThrottled\w*|TooManyRequestsException|LimitExceededException|RequestLimitExceeded|DependencyTimeoutException|KeyUnavailableException|KMSInternalException|InternalFailure|ServiceUnavailable\w*|RequestTimeTooSkewed|RequestExpired|InvalidSignatureException|SignatureDoesNotMatch)$/;

function judgeWrap(error: unknown): KmsVerdict {
  const { name, $metadata } = error as { name?: unknown; $metadata?: { httpStatusCode?: number } };
  const code = typeof name === "string" ? name : "an unknown error";
  const status = $metadata?.httpStatusCode;
  const connection = connectionCode(error);
  if (connection !== null) return { kind: "again", internal: `not reached (${connection})` };
  const hint = Object.hasOwn(hints, code) ? `: ${hints[code]}` : "";
  const internal = `${code}${status === undefined ? "" : `, status ${status}`}${hint}`;
  return { kind: passing.test(code) || (status !== undefined && status >= 500) ? "again" : "unavailable", internal };
}

function judgeUnwrap(error: unknown, key: KeyReference): KmsVerdict {
  const { name } = error as { name?: unknown };
  if (name === "InvalidCiphertextException") return invalid;
  if (name === "IncorrectKeyException") {
    // An alias can be pointed at another key, and then every value of the first seems broken. They are not.
    return isAlias(key)
      ? {
          kind: "unavailable",
          internal:
            "IncorrectKeyException: another key wrapped it than the one that the alias points to now; name that key by its ARN, and give the new one a name of its own",
        }
      : invalid;
  }
  return judgeWrap(error);
}

/** API reference, RotateKeyOnDemand. */
const rotationWords: Readonly<Record<string, Pick<RotationVerdict, "kind" | "words">>> = {
  AccessDeniedException: {
    kind: "denied",
    words: "grant kms:RotateKeyOnDemand on the key, in its own account, to the identity of this command line",
  },
  UnsupportedOperationException: {
    kind: "unsupported",
    words:
      "only symmetric keys outside of custom key stores can be rotated on demand, imported material only once new material was imported, and of a multi-Region key only the primary one; otherwise make a new key and put it in front",
  },
  LimitExceededException: {
    kind: "unsupported",
    words:
      "a key can be rotated on demand 25 times in its life; let AWS rotate it every year, or make a new key and put it in front",
  },
  ConflictException: {
    kind: "busy",
    words: "AWS is rotating it, or begins to within 20 minutes",
  },
};

function judgeAlias(error: unknown): RotationVerdict {
  const { name } = error as { name?: unknown };
  return name === "AccessDeniedException"
    ? {
        kind: "denied",
        words:
          "AccessDeniedException: which key the alias points to is found by kms:Encrypt, for no environment; grant kms:RotateKeyOnDemand and name the key by its ARN",
      }
    : asRotation(judgeWrap(error), true);
}

function judgeRotation(error: unknown): RotationVerdict {
  const { name } = error as { name?: unknown };
  const known = typeof name === "string" && Object.hasOwn(rotationWords, name) ? rotationWords[name] : undefined;
  if (known !== undefined) return { kind: known.kind, words: `${String(name)}: ${known.words}` };
  return asRotation(judgeWrap(error), isRefusal(error));
}

/** By its status, which throttling has too; without one, where it was never asked for want of credentials. */
function isRefusal(error: unknown): boolean {
  const { name, $metadata } = error as { name?: unknown; $metadata?: { httpStatusCode?: number } };
  const status = $metadata?.httpStatusCode;
  return status === undefined ? name === "CredentialsProviderError" : status >= 400 && status < 500 && status !== 408;
}
