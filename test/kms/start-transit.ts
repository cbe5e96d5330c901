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
  /**
   * How it takes requests for another version: as it is now, as older servers do, of a token or a key that may not, sealed, or behind a
   * proxy that loses its answer.
   */
  rotations: "now" | "older" | "denied" | "imported" | "sealed" | "behind";
  /** How often each version of a key opened something. */
  opened(name: string): Readonly<Record<number, number>>;
}

interface Key {
  readonly versions: Buffer[];
  minimum: number;
  /** Version → how often it opened something. */
  readonly opened: Record<number, number>;
}

/** The Transit engine of Vault and OpenBao as their API documentation has it, with namespaces and the calls of tokens. */
export async function startTransit(firstToken: string): Promise<FakeTransit> {
  const namespace = "acme/eu";
  const keys = new Map<string, Key>(
    ["one", "two", "three"].map((name) => [name, { versions: [randomBytes(32)], minimum: 1, opened: {} }]),
  );
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
  const decrypt = (key: Key, aad: Buffer, text: string): FakeAnswer | Buffer => {
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
    if (plain !== null) key.opened[version] = (key.opened[version] ?? 0) + 1;
    return plain ?? errors(400, "cipher: message authentication failed");
  };
  const rotate = (name: string): FakeAnswer => {
    const key = keys.get(name);
    if (key === undefined) return errors(400, "key not found");
    if (fake.rotations === "denied") return errors(403, "1 error occurred:\n\t* permission denied\n\n");
    if (fake.rotations === "imported")
      return errors(500, `1 error occurred:\n\t* imported key ${name} does not allow rotation within Vault\n\n`);
    if (fake.rotations === "sealed") return errors(503, "Vault is sealed");
    key.versions.push(randomBytes(32));
    if (fake.rotations === "behind") return { status: 503 };
    if (fake.rotations === "older") return { status: 204 };
    const times = key.versions.map((_, index) => [String(index + 1), 1_700_000_000 + index]);
    return data({
      name,
      type: "aes256-gcm96",
      keys: Object.fromEntries(times),
      latest_version: key.versions.length,
      min_decryption_version: key.minimum,
      min_encryption_version: 0,
    });
  };

  const server = await startFake({
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
      const [, rotated] = /^\/v1\/transit\/keys\/([\w.-]+)\/rotate$/.exec(path) ?? [];
      if (rotated !== undefined && method === "POST") return rotate(rotated);
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
  const fake: FakeTransit = Object.assign(server, {
    rotations: "now" as const,
    opened: (name: string) => keyOf(name).opened,
    namespace,
    tokens,
    rotate: (name: string) => void keyOf(name).versions.push(randomBytes(32)),
    forgetVersion: (name: string) => void keyOf(name).versions.pop(),
    setMinimum: (name: string, version: number) => void (keyOf(name).minimum = version),
  });
  return fake;
}
