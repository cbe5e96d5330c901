import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { makeCertificate } from "#test/make-certificate";
import { temporaryDirectory } from "#test/temporary-directory";
import { readKmsConfig, type KmsConfig } from "./read-kms-config.ts";

type Env = Readonly<Record<string, string>>;
const keyringKey = Buffer.alloc(32, 1).toString("base64");
const arn = "arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";
const cryptoKey = "projects/acme/locations/europe-west3/keyRings/evergrant/cryptoKeys/tokens";

function read(env: Env, isInstalled?: (name: string) => boolean): { config: KmsConfig; problems: string[] } {
  const problems: string[] = [];
  const config = readKmsConfig(env, (name, text) => void problems.push(`${name} ${text}`), isInstalled);
  return { config, problems };
}

const aws: Env = { EVERGRANT_KMS: "aws", EVERGRANT_KMS_KEYS: `k1=${arn}` };
const google: Env = { EVERGRANT_KMS: "google", EVERGRANT_KMS_KEYS: `k1=${cryptoKey}` };
const azure: Env = { EVERGRANT_KMS: "azure", EVERGRANT_KMS_KEYS: "k1=https://acme.vault.azure.net/keys/tokens" };
const transit: Env = {
  EVERGRANT_KMS: "transit",
  EVERGRANT_KMS_KEYS: "k1=evergrant",
  EVERGRANT_KMS_ENDPOINT: "https://vault.example.com:8200",
  EVERGRANT_KMS_TOKEN: "hvs.secret-of-the-test",
};
const pkcs11: Env = {
  EVERGRANT_KMS: "pkcs11",
  EVERGRANT_KMS_KEYS: "k1=evergrant tokens",
  EVERGRANT_KMS_MODULE: import.meta.filename,
  EVERGRANT_KMS_TOKEN_LABEL: "evergrant",
  EVERGRANT_KMS_PIN: "pin-of-the-test",
};

describe("the configuration of a KMS", () => {
  it("is the local keyring where nothing is said, and needs its keys", () => {
    const { config, problems } = read({ EVERGRANT_KEYRING: `k1:${keyringKey}` });
    expect([config.kind, problems]).toEqual(["local", []]);
    expect(read({}).problems).toEqual([
      expect.stringMatching(/^EVERGRANT_KEYRING is missing; set it to kid:base64key/),
    ]);
    expect(read({ EVERGRANT_KMS: " local " }).problems).toHaveLength(1);
  });

  it("names six, and says so", () => {
    expect(read({ EVERGRANT_KMS: "cloud", EVERGRANT_KEYRING: `k1:${keyringKey}` }).problems).toEqual([
      "EVERGRANT_KMS must be one of local, aws, google, azure, transit, pkcs11",
    ]);
  });

  it.each([
    ["aws", aws, { endpoint: null, region: null, ca: null }],
    ["google", google, { endpoint: null }],
    ["azure", azure, { ca: null }],
    [
      "transit",
      transit,
      {
        endpoint: "https://vault.example.com:8200",
        namespace: null,
        mount: "transit",
        token: { from: "variable", value: "hvs.secret-of-the-test" },
      },
    ],
    ["pkcs11", pkcs11, { slot: { label: "evergrant" }, pin: { from: "variable", value: "pin-of-the-test" } }],
  ])("takes %s with what it needs, and no keyring", (kind, env, rest) => {
    const { config, problems } = read(env);
    expect(problems).toEqual([]);
    expect(config).toMatchObject({ kind, former: null, deadlineMs: 5_000, ...rest });
  });

  it("takes several keys, the first of which wraps, and an environment's own", () => {
    const { config, problems } = read({
      ...transit,
      EVERGRANT_KMS_KEYS: " k2 = two , k1=one ",
      EVERGRANT_KMS_KEYS_STAGING: "s1=staging",
      EVERGRANT_KMS_KEYS_EU_WEST: "e1=eu",
      EVERGRANT_KMS_KEYS_EMPTY: " ",
    });
    expect(problems).toEqual([]);
    if (config.kind !== "transit") throw new Error("another kind");
    expect(config.keys.shared).toEqual([
      { id: "k2", reference: "two" },
      { id: "k1", reference: "one" },
    ]);
    expect([...config.keys.perEnvironment]).toEqual([
      ["staging", [{ id: "s1", reference: "staging" }]],
      ["eu-west", [{ id: "e1", reference: "eu" }]],
    ]);
  });

  it("keeps a keyring that is still set, to open what it wrapped, and asks for names that differ", () => {
    const { config, problems } = read({
      ...aws,
      EVERGRANT_KEYRING: `old:${keyringKey}`,
      EVERGRANT_KEYRING_STAGING: `so:${keyringKey}`,
    });
    expect(problems).toEqual([]);
    if (config.kind !== "aws") throw new Error("another kind");
    expect(config.former?.shared.map((one) => one.id)).toEqual(["old"]);
    expect([...(config.former?.perEnvironment.keys() ?? [])]).toEqual(["staging"]);
    expect(read({ ...aws, EVERGRANT_KEYRING: `k1:${keyringKey}` }).problems).toEqual([
      "EVERGRANT_KMS_KEYS and EVERGRANT_KEYRING both have k1; give the key in the KMS another name",
    ]);
  });

  it.each([
    ["aws", "arn:aws-us-gov:kms:us-gov-west-1:111122223333:key/mrk-1234abcd12ab34cd56ef1234567890ab"],
    ["aws", "arn:aws:kms:eu-central-1:111122223333:alias/evergrant/tokens"],
    ["azure", "https://acme.vault.azure.net/keys/tokens/0123456789abcdef0123456789abcdef"],
    ["azure", "https://acme.managedhsm.azure.net/keys/tokens"],
  ])("takes %s's reference %s", (kind, reference) => {
    expect(read({ EVERGRANT_KMS: kind, EVERGRANT_KMS_KEYS: `k1=${reference}` }).problems).toEqual([]);
  });

  it.each([
    [
      "alias/evergrant",
      {},
      ["EVERGRANT_KMS_REGION is missing; set it to the region of the keys, or name each key by its ARN"],
    ],
    ["1234abcd-12ab-34cd-56ef-1234567890ab", { AWS_REGION: "eu-central-1" }, []],
    ["mrk-1234abcd12ab34cd56ef1234567890ab", { EVERGRANT_KMS_REGION: "eu-central-1" }, []],
    [
      "alias/evergrant",
      { EVERGRANT_KMS_REGION: "eu central" },
      ["EVERGRANT_KMS_REGION must be a region such as eu-central-1"],
    ],
  ])("asks where AWS's %s is", (reference, more, problems) => {
    expect(read({ EVERGRANT_KMS: "aws", EVERGRANT_KMS_KEYS: `k1=${reference}`, ...more }).problems).toEqual(problems);
  });

  it.each<[string, Env, string]>([
    ["no keys", { ...aws, EVERGRANT_KMS_KEYS: "" }, "EVERGRANT_KMS_KEYS is missing; set it to kid=reference"],
    ["no name", { ...aws, EVERGRANT_KMS_KEYS: arn }, "EVERGRANT_KMS_KEYS entry 1 must begin with a name of your own"],
    ["a name with a space", { ...transit, EVERGRANT_KMS_KEYS: "a b=one" }, "EVERGRANT_KMS_KEYS entry 1 must begin"],
    ["an empty second entry", { ...transit, EVERGRANT_KMS_KEYS: "k1=one," }, "EVERGRANT_KMS_KEYS entry 2 must begin"],
    [
      "a name twice",
      { ...transit, EVERGRANT_KMS_KEYS: "k1=one,k1=two" },
      "EVERGRANT_KMS_KEYS the name k1 stands twice",
    ],
    [
      "no ARN",
      { ...aws, EVERGRANT_KMS_KEYS: "k1=tokens" },
      "EVERGRANT_KMS_KEYS k1 must be the ARN of a key, a key id or alias/name",
    ],
    ["no path", { ...google, EVERGRANT_KMS_KEYS: `k1=${cryptoKey}/cryptoKeyVersions/3` }, "k1 must be projects/"],
    [
      "a key over http",
      { ...azure, EVERGRANT_KMS_KEYS: "k1=http://acme.vault.azure.net/keys/tokens" },
      "k1 must be the address of a key, https:",
    ],
    [
      "another address",
      { ...azure, EVERGRANT_KMS_KEYS: "k1=https://acme.vault.azure.net/secrets/tokens" },
      "k1 must be the address",
    ],
    ["a path for a name", { ...transit, EVERGRANT_KMS_KEYS: "k1=../sys/seal" }, "k1 must be the name of a key"],
    [
      "staging's keys in another form",
      { ...transit, EVERGRANT_KMS_KEYS_STAGING: "two" },
      "EVERGRANT_KMS_KEYS_STAGING entry 1 must begin",
    ],
    [
      "no address of Transit",
      { ...transit, EVERGRANT_KMS_ENDPOINT: "" },
      "EVERGRANT_KMS_ENDPOINT is missing; set it to https:",
    ],
    [
      "http to elsewhere",
      { ...transit, EVERGRANT_KMS_ENDPOINT: "http://vault.example.com:8200" },
      "EVERGRANT_KMS_ENDPOINT must be an address such as",
    ],
    [
      "a path",
      { ...transit, EVERGRANT_KMS_ENDPOINT: "https://vault.example.com/v1" },
      "EVERGRANT_KMS_ENDPOINT must be an address such as",
    ],
    [
      "an address of Azure",
      { ...azure, EVERGRANT_KMS_ENDPOINT: "https://x.example" },
      "EVERGRANT_KMS_ENDPOINT is not used with azure; the addresses",
    ],
    [
      "a mount with slashes",
      { ...transit, EVERGRANT_KMS_MOUNT: "/transit/" },
      "EVERGRANT_KMS_MOUNT must be the path of the engine",
    ],
    [
      "no token",
      { ...transit, EVERGRANT_KMS_TOKEN: "" },
      "EVERGRANT_KMS_TOKEN is missing; set it, or EVERGRANT_KMS_TOKEN_FILE",
    ],
    [
      "two tokens",
      { ...transit, EVERGRANT_KMS_TOKEN_FILE: import.meta.filename },
      "EVERGRANT_KMS_TOKEN and EVERGRANT_KMS_TOKEN_FILE are both set",
    ],
    [
      "a file that is not there",
      { ...transit, EVERGRANT_KMS_TOKEN: "", EVERGRANT_KMS_TOKEN_FILE: "/nowhere/token" },
      "EVERGRANT_KMS_TOKEN_FILE names /nowhere/token, which can't be read",
    ],
    ["no library", { ...pkcs11, EVERGRANT_KMS_MODULE: "" }, "EVERGRANT_KMS_MODULE is missing; set it to the path"],
    [
      "a library that is not there",
      { ...pkcs11, EVERGRANT_KMS_MODULE: "/nowhere/lib.so" },
      "EVERGRANT_KMS_MODULE names /nowhere/lib.so",
    ],
    [
      "no token label",
      { ...pkcs11, EVERGRANT_KMS_TOKEN_LABEL: "" },
      "EVERGRANT_KMS_TOKEN_LABEL is missing; set it to the label",
    ],
    [
      "label and slot",
      { ...pkcs11, EVERGRANT_KMS_SLOT: "0" },
      "EVERGRANT_KMS_SLOT and EVERGRANT_KMS_TOKEN_LABEL are both set",
    ],
    [
      "a slot in words",
      { ...pkcs11, EVERGRANT_KMS_TOKEN_LABEL: "", EVERGRANT_KMS_SLOT: "first" },
      "EVERGRANT_KMS_SLOT must be the token's place",
    ],
    ["no PIN", { ...pkcs11, EVERGRANT_KMS_PIN: "" }, "EVERGRANT_KMS_PIN is missing; set it, or EVERGRANT_KMS_PIN_FILE"],
    [
      "no time",
      { ...transit, EVERGRANT_KMS_DEADLINE_SECONDS: "0" },
      "EVERGRANT_KMS_DEADLINE_SECONDS must be a whole number of seconds from 1 to 20",
    ],
    [
      "a certificate for Google",
      { ...google, EVERGRANT_KMS_CA_FILE: import.meta.filename },
      "EVERGRANT_KMS_CA_FILE is not used with google; name the certificate in NODE_EXTRA_CA_CERTS",
    ],
    [
      "a certificate that is none",
      { ...transit, EVERGRANT_KMS_CA_FILE: join(import.meta.dirname, "crc32c.ts") },
      "which holds no certificate in PEM",
    ],
    [
      "a certificate that is not there",
      { ...aws, EVERGRANT_KMS_CA_FILE: "/nowhere/ca.pem" },
      "EVERGRANT_KMS_CA_FILE names /nowhere/ca.pem, which can't be read",
    ],
  ])("is refused with %s, and says what to do, without a secret", (_name, env, problem) => {
    const { problems } = read(env);
    expect(problems).toEqual([expect.stringContaining(problem)]);
    for (const secret of [transit["EVERGRANT_KMS_TOKEN"], pkcs11["EVERGRANT_KMS_PIN"]])
      expect(problems.join()).not.toContain(secret);
  });

  it("takes http of this machine itself: an agent stands beside us there", () => {
    for (const endpoint of ["http://127.0.0.1:8200", "http://localhost:8200", "http://[::1]:8200"])
      expect(read({ ...transit, EVERGRANT_KMS_ENDPOINT: endpoint }).problems).toEqual([]);
  });

  it("takes a root of the operator's own, and secrets from files that it does not read yet", () => {
    const directory = temporaryDirectory();
    const [ca, token] = [join(directory, "ca.pem"), join(directory, "token")];
    const { certificate } = makeCertificate({ commonName: "root" });
    writeFileSync(ca, certificate);
    writeFileSync(token, "");
    const { config, problems } = read({
      ...transit,
      EVERGRANT_KMS_TOKEN: "",
      EVERGRANT_KMS_TOKEN_FILE: token,
      EVERGRANT_KMS_CA_FILE: ca,
      EVERGRANT_KMS_NAMESPACE: "acme/eu",
      EVERGRANT_KMS_MOUNT: "kms/transit",
      EVERGRANT_KMS_DEADLINE_SECONDS: "20",
    });
    expect(problems).toEqual([]);
    const secret = { from: "file", path: token };
    expect(config).toMatchObject({
      ca: certificate,
      token: secret,
      namespace: "acme/eu",
      mount: "kms/transit",
      deadlineMs: 20_000,
    });
  });

  it("says at start which package an installation left out", () => {
    expect(read(azure, () => false).problems).toEqual([
      "EVERGRANT_KMS is azure, and @azure/keyvault-keys and @azure/identity are not installed: npm ci",
    ]);
    expect(read(pkcs11, (name) => name !== "pkcs11js").problems).toEqual([
      expect.stringMatching(
        /^EVERGRANT_KMS is pkcs11, and pkcs11js is not installed: .* C\+\+ compiler, make and Python/,
      ),
    ]);
    expect(read(transit, () => false).problems).toEqual([]);
  });
});
