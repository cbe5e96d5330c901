import {
  constants,
  generateKeyPairSync,
  privateDecrypt,
  publicEncrypt,
  randomBytes,
  type KeyObject,
} from "node:crypto";
import { makeCertificate } from "../make-certificate.ts";
import { startFake, type FakeAnswer, type FakeKms } from "./start-fake.ts";

export interface FakeAzure extends FakeKms {
  /** PEM of its certificate. */
  readonly ca: string;
  readonly urls: readonly [string, string, string];
  /** A new version of a key, which is the newest from now on. @returns its id */
  rotate(url: string): string;
  /** All versions, as deleting does it. */
  remove(url: string): void;
  /** Whether whoever comes may have another version made; it may wrap all the same. */
  mayRotate: boolean;
  /** The bearer token that it wants. */
  readonly token: string;
}

/** Azure Key Vault as its REST reference has it: challenge, `wrapkey`, `unwrapkey`, versions, error bodies. Over TLS. */
export async function startAzure(): Promise<FakeAzure> {
  const certificate = makeCertificate({ commonName: "vault", address: "127.0.0.1" });
  const token = `at-${randomBytes(24).toString("hex")}`;
  const keys = new Map<string, Map<string, { publicKey: KeyObject; privateKey: KeyObject }>>();
  const addVersion = (name: string): string => {
    const version = randomBytes(16).toString("hex");
    const versions = keys.get(name) ?? new Map();
    versions.set(version, generateKeyPairSync("rsa", { modulusLength: 2048 }));
    keys.set(name, versions);
    return version;
  };
  const error = (status: number, code: string, message: string, inner?: string): FakeAnswer => ({
    status,
    body: { error: { code, message, ...(inner === undefined ? {} : { innererror: { code: inner } }) } },
  });
  const notFound = error(404, "KeyNotFound", "A key with this name and version was not found in this key vault.");

  const server = await startFake({
    certificate,
    answer({ method, path, headers, body }) {
      if (headers.authorization !== `Bearer ${token}`)
        return {
          ...error(401, "Unauthorized", "AKV10000: Request is missing a Bearer or PoP token."),
          headers: {
            "www-authenticate":
              'Bearer authorization="https://login.microsoftonline.com/00000000-0000-0000-0000-000000000000", resource="https://vault.azure.net"',
          },
        };
      const [, , name = "", version = "", operation = ""] = path.split("/");
      const versions = keys.get(name);
      const bundle = (of: string): FakeAnswer => ({
        status: 200,
        body: {
          key: { kid: `${server.origin}/keys/${name}/${of}`, kty: "RSA", key_ops: ["wrapKey", "unwrapKey"] },
          attributes: { enabled: true },
        },
      });
      if (method === "POST" && version === "rotate" && operation === "") {
        if (!fake.mayRotate)
          return error(403, "Forbidden", "Caller is not authorized to perform action on resource.", "ForbiddenByRbac");
        return versions === undefined ? notFound : bundle(addVersion(name));
      }
      if (method === "GET") {
        const newest = version === "" ? [...(versions?.keys() ?? [])].at(-1) : version;
        return newest === undefined || !versions?.has(newest) ? notFound : bundle(newest);
      }
      const key = versions?.get(version);
      if (key === undefined) return notFound;
      if (body.alg !== "RSA-OAEP-256") return error(400, "BadParameter", "Algorithm is not supported.");
      const value = Buffer.from(body.value, "base64url");
      const padding = { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: "sha256" };
      try {
        const result =
          operation === "wrapkey"
            ? publicEncrypt({ key: key.publicKey, ...padding }, value)
            : privateDecrypt({ key: key.privateKey, ...padding }, value);
        return {
          status: 200,
          body: { kid: `${server.origin}/keys/${name}/${version}`, value: result.toString("base64url") },
        };
      } catch {
        return error(400, "BadParameter", "Error occurred while decoding OAEP padding.");
      }
    },
    fail(fault, { headers }) {
      if (headers.authorization === undefined) return null;
      if (fault === "throttled")
        return error(429, "Throttled", "Request was not processed because too many requests were received.");
      if (fault === "denied")
        return error(403, "Forbidden", "Caller is not authorized to perform action on resource.", "ForbiddenByRbac");
      return error(403, "Forbidden", "Operation is not allowed on a disabled key.", "KeyDisabled");
    },
  });
  for (const name of ["one", "two", "three"]) addVersion(name);
  const nameOf = (url: string): string => new URL(url).pathname.split("/")[2] ?? "";
  const fake: FakeAzure = Object.assign(server, {
    mayRotate: true,
    ca: certificate.certificate,
    urls: [`${server.origin}/keys/one`, `${server.origin}/keys/two`, `${server.origin}/keys/three`] as const,
    token,
    rotate: (url: string) => addVersion(nameOf(url)),
    remove: (url: string) => void keys.delete(nameOf(url)),
  });
  return fake;
}
