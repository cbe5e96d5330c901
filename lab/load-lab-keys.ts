import { generateKeyPair, randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import type { JWK } from "oidc-provider";
import { z } from "zod";

const keysFile = z.object({ jwk: z.record(z.string(), z.string()), cookieKeys: z.array(z.string()).min(1) });

export type LabKeys = { jwk: JWK; cookieKeys: string[] };

let keysOfThisProcess: Promise<LabKeys> | null = null;

/** The signing key and the cookie keys: kept in the directory, or made once per process when there is none. */
export async function loadLabKeys(directory: string | null): Promise<LabKeys> {
  if (directory === null) {
    keysOfThisProcess ??= generateLabKeys();
    return keysOfThisProcess;
  }
  const file = path.join(directory, "keys.json");
  if (existsSync(file)) return keysFile.parse(JSON.parse(readFileSync(file, "utf8")));
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const keys = await generateLabKeys();
  writeFileSync(`${file}.new`, JSON.stringify(keys), { mode: 0o600 });
  renameSync(`${file}.new`, file);
  return keys;
}

async function generateLabKeys(): Promise<LabKeys> {
  // RS256, because OpenID Connect Core §15.1 makes it the one algorithm every client must know.
  const { privateKey } = await promisify(generateKeyPair)("rsa", { modulusLength: 2048 });
  const jwk: JWK = {
    ...privateKey.export({ format: "jwk" }),
    kid: randomBytes(8).toString("hex"),
    use: "sig",
    alg: "RS256",
  };
  return { jwk, cookieKeys: [randomBytes(32).toString("base64url")] };
}
