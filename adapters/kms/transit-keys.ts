import { createHash, randomBytes } from "node:crypto";
import { keyBytes } from "#core/domain/sealing/aead";
import type { Randomness } from "#core/ports/randomness";
import type { WrapContext } from "#core/ports/kms";
import { createInfrastructureClient } from "../egress/infrastructure-client.ts";
import { callKms, connectionCode, invalid, type KmsVerdict } from "./call-kms.ts";
import { asRotation, callRotation, type RotationVerdict } from "./call-rotation.ts";
import type { KeyWrapper } from "./keyed-kms.ts";
import { kmsUnavailable } from "./kms-unavailable.ts";
import type { KeyReference } from "./parse-key-references.ts";
import type { TransitKmsConfig } from "./read-kms-config.ts";
import { createTransitToken, TokenUnreadable, type TokenLife } from "./transit-token.ts";
import { associatedData } from "./wrap-context.ts";

const headerBytes = 8;

/**
 * The Transit engine of Vault or OpenBao, over its HTTP API: encrypt, decrypt, rewrap with `associated_data`, for keys of an AEAD type
 * that are not derived.
 *
 * Wrapped form: `version of the key (4) | check (4) | the decoded bytes behind "vault:vN:"`. Decoded, since several texts of base64
 * stand for the same bytes. The check, four bytes of SHA-256 over version and bytes, tells a version that was altered from one that
 * this server doesn't have: restored from a backup, it may be behind.
 */
export function createTransitKeys(
  config: Pick<TransitKmsConfig, "endpoint" | "namespace" | "mount" | "token" | "ca" | "deadlineMs">,
  random: Pick<Randomness, "fraction">,
): KeyWrapper<KeyReference> {
  const client = createInfrastructureClient(config.endpoint, config.ca);
  const ask = async (method: "GET" | "POST", path: string, token: string, signal: AbortSignal, body?: unknown) => {
    const { status, text } = await client.request(`/v1/${path}`, {
      method,
      headers: {
        "x-vault-token": token,
        // Without it the server of an agent in between refuses.
        "x-vault-request": "true",
        ...(config.namespace === null ? {} : { "x-vault-namespace": config.namespace }),
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal,
    });
    const answer = parse(text);
    // 204: done, with nothing to tell.
    if (status !== 200 && status !== 204) throw new TransitRefused(status, errorsIn(answer));
    return answer;
  };
  const tokenCall = async (method: "GET" | "POST", path: string, token: string): Promise<TokenLife | null> => {
    const answer = await ask(
      method,
      path,
      token,
      AbortSignal.timeout(config.deadlineMs),
      method === "POST" ? {} : undefined,
    );
    return lifeIn(answer);
  };
  const token = createTransitToken(config.token, {
    lookUp: (value) => tokenCall("GET", "auth/token/lookup-self", value),
    renew: (value) => tokenCall("POST", "auth/token/renew-self", value),
  });

  const post = async (path: string, signal: AbortSignal, body: unknown): Promise<unknown> => {
    const value = await token.read();
    try {
      return await ask("POST", path, value, signal, body);
    } catch (error) {
      const isDenied = error instanceof TransitRefused && error.status === 403;
      if (!isDenied || !(await token.refused(value))) throw error;
      return await ask("POST", path, await token.read(), signal, body);
    }
  };
  const call = (
    operation: "encrypt" | "decrypt" | "rewrap",
    key: KeyReference,
    context: WrapContext,
    members: Readonly<Record<string, string>>,
  ): Promise<Readonly<Record<string, unknown>> | null> =>
    callKms(
      {
        what: `Transit, ${operation} with ${key.id}`,
        deadlineMs: config.deadlineMs,
        random,
        judge: (error) => judge(error, operation),
      },
      async (signal) => {
        const body = { ...members, associated_data: associatedData(context).toString("base64") };
        return dataIn(await post(`${config.mount}/${operation}/${key.reference}`, signal, body));
      },
    );

  return {
    async wrap(key, context, plain) {
      const data = await call("encrypt", key, context, { plaintext: Buffer.from(plain).toString("base64") });
      return pack(data?.["ciphertext"]);
    },

    async unwrap(key, context, wrapped) {
      const ciphertext = unpack(wrapped);
      if (ciphertext === null) return null;
      const data = await call("decrypt", key, context, { ciphertext });
      if (data === null) return null;
      const plain = data["plaintext"];
      if (typeof plain !== "string") throw kmsUnavailable("Transit answered without a plaintext");
      return Buffer.from(plain, "base64");
    },

    async rewrap(from, to, context, wrapped) {
      if (from.reference !== to.reference) return "apart";
      const ciphertext = unpack(wrapped);
      if (ciphertext === null) return null;
      const data = await call("rewrap", from, context, { ciphertext });
      return data === null ? null : pack(data["ciphertext"]);
    },

    async addVersion(key) {
      const path = `${config.mount}/keys/${key.reference}/rotate`;
      const answer = await callRotation(
        { kid: key.id, deadlineMs: config.deadlineMs, judge: (error) => judgeRotation(error, path) },
        (signal) => post(path, signal, {}),
      );
      const { latest_version: latest } = dataIn(answer);
      if (typeof latest === "number") return { kind: "version", kid: key.id, version: String(latest), wait: null };
      // Older servers answer with nothing. A wrap says which version is in use.
      const probe = { plaintext: randomBytes(keyBytes).toString("base64") };
      const version = await call("encrypt", key, { environmentId: "none", purpose: "data_key" }, probe).then(
        (data) => String(pack(data?.["ciphertext"]).readUInt32BE(0)),
        // It has one all the same.
        () => null,
      );
      return { kind: "version", kid: key.id, version, wait: null };
    },

    async close() {
      token.close();
      await client.close();
    },
  };
}

/** An answer that is none of success; the words are the server's own and repeat no request. */
class TransitRefused extends Error {
  readonly status: number;
  readonly errors: readonly string[];

  constructor(status: number, errors: readonly string[]) {
    super(`status ${status}`);
    this.status = status;
    this.errors = errors;
  }
}

function pack(ciphertext: unknown): Buffer {
  const parts =
    typeof ciphertext === "string" ? /^vault:v([1-9]\d{0,9}):([A-Za-z0-9+/]+={0,2})$/.exec(ciphertext) : null;
  if (parts === null) throw kmsUnavailable("Transit answered with a ciphertext of an unknown form");
  const version = Buffer.alloc(4);
  version.writeUInt32BE(Number(parts[1]));
  const bytes = Buffer.from(parts[2] ?? "", "base64");
  return Buffer.concat([version, check(version, bytes), bytes]);
}

/** Null: not a form that `pack` makes. Version 0 opens as version 1 on the server. */
function unpack(wrapped: Uint8Array): string | null {
  if (wrapped.length <= headerBytes) return null;
  const all = Buffer.from(wrapped.buffer, wrapped.byteOffset, wrapped.byteLength);
  const version = all.readUInt32BE(0);
  const bytes = all.subarray(headerBytes);
  if (version === 0 || !all.subarray(4, headerBytes).equals(check(all.subarray(0, 4), bytes))) return null;
  return `vault:v${version}:${bytes.toString("base64")}`;
}

function check(version: Uint8Array, bytes: Uint8Array): Buffer {
  return createHash("sha256").update(version).update(bytes).digest().subarray(0, 4);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function errorsIn(answer: unknown): readonly string[] {
  const errors = (answer as { errors?: unknown } | null)?.errors;
  return Array.isArray(errors) ? errors.filter((one): one is string => typeof one === "string") : [];
}

function dataIn(answer: unknown): Readonly<Record<string, unknown>> {
  const data = (answer as { data?: unknown } | null)?.data;
  return typeof data === "object" && data !== null ? (data as Record<string, unknown>) : {};
}

/** Of a look-up (`data.ttl`, `data.renewable`) or a renewal (`auth.lease_duration`, `auth.renewable`). */
function lifeIn(answer: unknown): TokenLife | null {
  const { auth } = (answer as { auth?: { lease_duration?: unknown; renewable?: unknown } | null } | null) ?? {};
  const data = dataIn(answer);
  const secondsLeft = auth?.lease_duration ?? data["ttl"];
  const isRenewable = auth?.renewable ?? data["renewable"];
  return typeof secondsLeft === "number" ? { secondsLeft, isRenewable: isRenewable === true } : null;
}

/** Bytes that don't open, in the words of Vault and of OpenBao. */
const broken = /message authentication failed|invalid ciphertext|(?:unable|could not|failed) to? ?(?:decrypt|decode)/i;
/** They open with a version that this server doesn't have or doesn't allow: nothing is wrong with them. */
const elsewhere = /too old|too new|larger than the latest/i;

function judge(error: unknown, operation: "encrypt" | "decrypt" | "rewrap"): KmsVerdict {
  if (error instanceof TokenUnreadable)
    return { kind: "unavailable", internal: "the file of EVERGRANT_KMS_TOKEN_FILE can't be read, or is empty" };
  if (!(error instanceof TransitRefused)) {
    const connection = connectionCode(error);
    return {
      kind: "again",
      internal: connection === null ? "the answer was no answer" : `not reached (${connection})`,
    };
  }
  const { status } = error;
  const words = error.errors.join("; ").slice(0, 300);
  const internal = `status ${status}${words === "" ? "" : `: ${words}`}`;
  if (status === 400 && elsewhere.test(words))
    return {
      kind: "unavailable",
      internal: `${internal}; lower min_decryption_version, or wait until this server has the key's newest version`,
    };
  if (status === 400 && operation !== "encrypt" && broken.test(words)) return invalid;
  if (status === 403)
    return {
      kind: "unavailable",
      internal: `${internal}; the token is over, or its policy lacks update on ${operation}`,
    };
  if (status === 404 || /key not found/i.test(words))
    return {
      kind: "unavailable",
      internal: `${internal}; no such key or engine: look at EVERGRANT_KMS_KEYS and EVERGRANT_KMS_MOUNT`,
    };
  // 412: a replica that has not caught up; 429: a rate limit, or a standby; 5xx: sealed (503), or worse.
  const isPassing = status === 412 || status === 429 || status >= 500;
  return { kind: isPassing ? "again" : "unavailable", internal };
}

function judgeRotation(error: unknown, path: string): RotationVerdict {
  const verdict = asRotation(judge(error, "encrypt"), isRefusal(error));
  if (!(error instanceof TransitRefused)) return verdict;
  if (error.status === 403) {
    return {
      kind: "denied",
      words: `status 403; the token is over, or its policy lacks: path "${path}" { capabilities = ["update"] }`,
    };
  }
  // With status 500.
  if (error.errors.some((one) => /does not allow rotation/i.test(one))) {
    return {
      kind: "unsupported",
      words:
        "its material was imported and may not be rotated there; import a version, allow it to be rotated (allow_rotation), or make a new key and put it in front",
    };
  }
  return verdict;
}

/** It says for certain that nothing was done. A 503 alone does not: whoever stands in between answers so for a connection that broke. */
function isRefusal(error: unknown): boolean {
  if (error instanceof TokenUnreadable) return true;
  if (!(error instanceof TransitRefused)) return false;
  return error.status < 500 || error.errors.some((one) => /\bis sealed\b/i.test(one));
}
