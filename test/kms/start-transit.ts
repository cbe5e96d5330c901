import { randomBytes } from "node:crypto";
import { openInside, sealInside, startFake, type FakeAnswer, type FakeKms } from "./start-fake.ts";

export interface FakeTransit extends FakeKms {
  readonly namespace: string;
  /** Tokens that it lets in, and the seconds each has left when it is looked up. */
  readonly tokens: Map<string, { ttl: number; renewable: boolean; renewals: number }>;
  /** Another version of a key, which encrypts from now on. */
  rotate(name: string): void;
  /** The last version is not there any more, as on a server restored from a backup. */
  forgetVersion(name: string): void;
  setMinimum(name: string, version: number): void;
}

/** The Transit engine of Vault and OpenBao as their API documentation has it, with namespaces and the calls of tokens. */
export async function startTransit(firstToken: string): Promise<FakeTransit> {
  const namespace = "acme/eu";
  const keys = new Map(["one", "two", "three"].map((name) => [name, { versions: [randomBytes(32)], minimum: 1 }]));
  const tokens: FakeTransit["tokens"] = new Map([[firstToken, { ttl: 3600, renewable: true, renewals: 0 }]]);
  const errors = (status: number, ...words: string[]): FakeAnswer => ({ status, body: { errors: words } });
  const data = (members: Record<string, unknown>): FakeAnswer => ({
    status: 200,
    body: { request_id: "r", data: members },
  });

  const encrypt = (versions: readonly Buffer[], aad: Buffer, plain: Buffer): FakeAnswer => {
    const iv = randomBytes(12);
    const sealed = Buffer.concat([iv, sealInside(versions.at(-1) ?? Buffer.alloc(32), iv, aad, plain)]);
    return data({ ciphertext: `vault:v${versions.length}:${sealed.toString("base64")}`, key_version: versions.length });
  };
  const decrypt = (
    key: { versions: readonly Buffer[]; minimum: number },
    aad: Buffer,
    text: string,
  ): FakeAnswer | Buffer => {
    const [, digits, encoded = ""] = /^vault:v(\d+):(.*)$/.exec(text) ?? [];
    if (digits === undefined) return errors(400, "invalid ciphertext: no prefix");
    // As the server has it: what was written before versions counted from 1 has version 0.
    const version = Number(digits) === 0 ? 1 : Number(digits);
    if (version > key.versions.length) return errors(400, "invalid ciphertext: version is too new");
    if (version < key.minimum) return errors(400, "ciphertext or signature version is disallowed by policy (too old)");
    const sealed = Buffer.from(encoded, "base64");
    if (sealed.length < 28) return errors(400, "invalid ciphertext: unable to decrypt");
    const plain = openInside(
      key.versions[version - 1] ?? Buffer.alloc(32),
      sealed.subarray(0, 12),
      aad,
      sealed.subarray(12),
    );
    return plain ?? errors(400, "cipher: message authentication failed");
  };

  const fake = await startFake({
    answer({ method, path, headers, body }) {
      const token = tokens.get(String(headers["x-vault-token"]));
      if (token === undefined) return errors(403, "permission denied", "invalid token");
      if (path === "/v1/auth/token/lookup-self" && method === "GET")
        return data({ ttl: token.ttl, renewable: token.renewable, type: "service" });
      if (path === "/v1/auth/token/renew-self" && method === "POST") {
        token.renewals += 1;
        return { status: 200, body: { auth: { lease_duration: token.ttl, renewable: token.renewable } } };
      }
      if (headers["x-vault-namespace"] !== namespace) return errors(404, 'no handler for route "transit/"');
      const [, operation, name = ""] = /^\/v1\/transit\/(encrypt|decrypt|rewrap)\/([\w.-]+)$/.exec(path) ?? [];
      if (operation === undefined || method !== "POST") return errors(404);
      const key = keys.get(name);
      if (key === undefined) return errors(400, "encryption key not found");
      const aad = Buffer.from(body.associated_data ?? "", "base64");
      if (operation === "encrypt") return encrypt(key.versions, aad, Buffer.from(body.plaintext, "base64"));
      const plain = decrypt(key, aad, String(body.ciphertext));
      if (!Buffer.isBuffer(plain)) return plain;
      return operation === "decrypt"
        ? data({ plaintext: plain.toString("base64") })
        : encrypt(key.versions, aad, plain);
    },
    fail(fault) {
      if (fault === "throttled") return errors(429, "request path: rate limit quota exceeded");
      return fault === "denied" ? errors(403, "permission denied") : errors(503, "Vault is sealed");
    },
  });
  const keyOf = (name: string) => {
    const key = keys.get(name);
    if (key === undefined) throw new Error(`no key ${name}`);
    return key;
  };
  return Object.assign(fake, {
    namespace,
    tokens,
    rotate: (name: string) => void keyOf(name).versions.push(randomBytes(32)),
    forgetVersion: (name: string) => void keyOf(name).versions.pop(),
    setMinimum: (name: string, version: number) => void (keyOf(name).minimum = version),
  });
}
