import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { environmentName } from "#test/kms/kms.contract";
import { systemRandomness } from "../system/system-randomness.ts";
import { createKms } from "./create-kms.ts";
import { createLocalKeyring, type Keyring } from "./local-keyring.ts";
import { withFormerKeyring } from "./with-former-keyring.ts";

const script = fileURLToPath(new URL("../../test/kms/list-loaded.ts", import.meta.url));
const clients = ["@aws-sdk/client-kms", "@google-cloud/kms", "@azure/identity", "@azure/keyvault-keys", "pkcs11js"];
const own: Readonly<Record<string, readonly string[]>> = {
  local: [],
  aws: ["@aws-sdk/client-kms"],
  google: ["@google-cloud/kms"],
  azure: ["@azure/identity", "@azure/keyvault-keys"],
  transit: [],
  // Another process loads it, once it is needed.
  pkcs11: [],
};

describe("the chosen KMS", () => {
  it.each(Object.entries(own))(
    "%s loads its own client library and no other",
    async (kind, packages) => {
      const run = promisify(execFile);
      const { stdout } = await run(process.execPath, [script, kind]);
      const loaded = JSON.parse(stdout) as string[];
      expect(loaded.length).toBeGreaterThan(10);
      const ofClients = clients.filter((name) => loaded.some((url) => url.includes(`/node_modules/${name}/`)));
      expect(ofClients).toEqual(packages);
      const adapters = loaded.flatMap((url) => /\/adapters\/kms\/(\w+)-keys\.ts$/.exec(url)?.[1] ?? []);
      expect(adapters).toEqual(kind === "local" ? [] : [kind]);
    },
    60_000,
  );

  it("wraps as its configuration says", async () => {
    const keyrings = { shared: [{ id: "k1", key: randomBytes(32) }] as const, perEnvironment: new Map() };
    const kms = await createKms({ kind: "local", keyrings }, { environmentName, random: systemRandomness });
    const context = { environmentId: "env_prod", purpose: "data_key" } as const;
    const key = randomBytes(32);
    const opened = await kms.unwrap(context, await kms.wrap(context, key));
    expect(opened === null ? null : Buffer.from(opened)).toEqual(key);
  });
});

describe("a keyring that was in use before", () => {
  const context = { environmentId: "env_prod", purpose: "data_key" } as const;
  const keyring = (...names: string[]) => {
    const shared = names.map((id) => ({ id, key: new Uint8Array(32).fill(id.length) })) as unknown as Keyring;
    return createLocalKeyring({
      keyrings: { shared, perEnvironment: new Map() },
      environmentName,
      random: systemRandomness,
    });
  };
  const former = keyring("old", "older");
  const kms = withFormerKeyring(keyring("now"), former);
  const bytes = (key: Uint8Array | null) => (key === null ? null : Buffer.from(key));

  it("opens what it wrapped, and wraps nothing any more", async () => {
    const key = randomBytes(32);
    for (const one of [former, keyring("older", "old")])
      expect(bytes(await kms.unwrap(context, await one.wrap(context, key)))).toEqual(key);
    expect((await kms.wrap(context, key)).kid).toBe("now");
  });

  it("gives its keys over to the KMS, and can go", async () => {
    const key = randomBytes(32);
    const moved = await kms.rewrap(context, await former.wrap(context, key));
    if (moved === null) throw new Error("it did not open");
    expect(moved.kid).toBe("now");
    expect(bytes(await keyring("now").unwrap(context, moved))).toEqual(key);
    const again = await kms.rewrap(context, moved);
    expect(again?.kid).toBe("now");
    const altered = { kid: "old", wrapped: moved.wrapped };
    expect(await kms.rewrap(context, altered)).toBeNull();
    expect(await kms.unwrap(context, altered)).toBeNull();
    expect(await kms.unwrap(context, { kid: "nobody", wrapped: moved.wrapped })).toBeNull();
  });

  it("is described as opening alone", async () => {
    expect((await kms.describe()).map(({ id, state }) => [id, state])).toEqual([
      ["now", "current"],
      ["old", "opens"],
      ["older", "opens"],
    ]);
  });
});
