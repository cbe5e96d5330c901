import { accessSync, constants, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { KeyRow, KeyRows } from "./keyed-kms.ts";
import type { Keyring, Keyrings } from "./local-keyring.ts";
import { parseKeyReferences, remoteKinds, type KeyReference, type RemoteKmsKind } from "./parse-key-references.ts";
import { parseKeyring } from "./parse-keyring.ts";

/** A PIN or a token: in the variable itself, or in a file that is read when it is needed. */
export type SecretSource =
  | { readonly from: "variable"; readonly value: string }
  | { readonly from: "file"; readonly path: string };

interface RemoteKms {
  readonly keys: KeyRows<KeyReference>;
  /** Keyrings that still open what they wrapped before this KMS was chosen; null: there are none. */
  readonly former: Keyrings | null;
  /** For one operation, tries included. */
  readonly deadlineMs: number;
}

export interface AwsKmsConfig extends RemoteKms {
  readonly kind: "aws";
  /** Null: of the region. */
  readonly endpoint: string | null;
  /** For keys whose reference names none; null: every one does. */
  readonly region: string | null;
  /** PEM; null: the usual roots. */
  readonly ca: string | null;
}

export interface GoogleKmsConfig extends RemoteKms {
  readonly kind: "google";
  readonly endpoint: string | null;
}

export interface AzureKmsConfig extends RemoteKms {
  readonly kind: "azure";
  readonly ca: string | null;
}

export interface TransitKmsConfig extends RemoteKms {
  readonly kind: "transit";
  readonly endpoint: string;
  readonly namespace: string | null;
  readonly mount: string;
  readonly token: SecretSource;
  readonly ca: string | null;
}

export interface Pkcs11KmsConfig extends RemoteKms {
  readonly kind: "pkcs11";
  /** Path of the maker's library. */
  readonly module: string;
  readonly slot: { readonly label: string } | { readonly index: number };
  readonly pin: SecretSource;
}

export type KmsConfig =
  | { readonly kind: "local"; readonly keyrings: Keyrings }
  | AwsKmsConfig
  | GoogleKmsConfig
  | AzureKmsConfig
  | TransitKmsConfig
  | Pkcs11KmsConfig;

type Environment = Readonly<Record<string, string | undefined>>;
type Complain = (name: string, text: string) => void;

/** The client libraries, which an installation may leave out. */
const packages = {
  aws: ["@aws-sdk/client-kms"],
  google: ["@google-cloud/kms"],
  azure: ["@azure/keyvault-keys", "@azure/identity"],
  transit: [],
  pkcs11: ["pkcs11js"],
} as const satisfies Record<RemoteKmsKind, readonly string[]>;

/**
 * Reads EVERGRANT_KMS and what belongs to it. Whatever is wrong goes to `complain`; what is returned then is of no use.
 *
 * @param isInstalled whether a package is there; nothing of it is loaded
 */
export function readKmsConfig(
  env: Environment,
  complain: Complain,
  isInstalled: (name: string) => boolean = isResolvable,
): KmsConfig {
  const kind = optional(env, "EVERGRANT_KMS") ?? "local";
  if (!isRemote(kind)) {
    if (kind !== "local") complain("EVERGRANT_KMS", `must be one of local, ${remoteKinds.join(", ")}`);
    return { kind: "local", keyrings: readKeyrings(env, complain) ?? noKeyrings };
  }
  const absent = packages[kind].filter((name) => !isInstalled(name));
  if (absent.length > 0)
    complain(
      "EVERGRANT_KMS",
      `is ${kind}, and ${absent.join(" and ")} ${absent.length > 1 ? "are" : "is"} not installed: ` +
        (kind === "pkcs11"
          ? "npm ci --include=optional, on a machine with a C++ compiler, make and Python, since it is compiled"
          : "npm ci"),
    );
  const read = createReader(env, complain);
  const common = { keys: read.keys(kind), former: read.former(), deadlineMs: read.deadlineMs() };
  complainOfTwins(common, complain);
  switch (kind) {
    case "aws":
      return { kind, ...common, endpoint: read.endpoint(), region: read.region(common.keys), ca: read.ca() };
    case "google":
      read.unused("EVERGRANT_KMS_CA_FILE", "name the certificate in NODE_EXTRA_CA_CERTS instead");
      return { kind, ...common, endpoint: read.endpoint() };
    case "azure":
      read.unused("EVERGRANT_KMS_ENDPOINT", "the addresses in EVERGRANT_KMS_KEYS say where the keys are");
      return { kind, ...common, ca: read.ca() };
    case "transit":
      return {
        kind,
        ...common,
        endpoint:
          optional(env, "EVERGRANT_KMS_ENDPOINT") === null
            ? read.missing("EVERGRANT_KMS_ENDPOINT", "set it to https://vault.example.com:8200")
            : (read.endpoint() ?? ""),
        namespace: optional(env, "EVERGRANT_KMS_NAMESPACE"),
        mount: read.mount(),
        token: read.secret("EVERGRANT_KMS_TOKEN"),
        ca: read.ca(),
      };
    case "pkcs11":
      return { kind, ...common, module: read.module(), slot: read.slot(), pin: read.secret("EVERGRANT_KMS_PIN") };
    default:
      return kind satisfies never;
  }
}

const noKeyrings: Keyrings = { shared: [{ id: "none", key: new Uint8Array() }], perEnvironment: new Map() };

function isResolvable(name: string): boolean {
  try {
    createRequire(import.meta.url).resolve(name);
    return true;
  } catch {
    return false;
  }
}

function isRemote(kind: string): kind is RemoteKmsKind {
  return (remoteKinds as readonly string[]).includes(kind);
}

function optional(env: Environment, name: string): string | null {
  const value = env[name]?.trim();
  return value === undefined || value === "" ? null : value;
}

/** The value of `name`, and of `name_STAGING` and the like by environment. */
function readRows<K>(
  env: Environment,
  name: string,
  parse: (text: string) => KeyRow<K> | string,
  complain: Complain,
  form: string,
): { shared: KeyRow<K> | null; perEnvironment: Map<string, KeyRow<K>> } {
  const readOne = (variable: string, text: string): KeyRow<K> | null => {
    const row = parse(text);
    if (typeof row !== "string") return row;
    complain(variable, `${row}. The form is ${form}`);
    return null;
  };
  const text = optional(env, name);
  const shared = text === null ? null : readOne(name, text);
  const perEnvironment = new Map<string, KeyRow<K>>();
  for (const variable of Object.keys(env)) {
    const own = variable.startsWith(`${name}_`) ? optional(env, variable) : null;
    const row = own === null ? null : readOne(variable, own);
    if (row !== null)
      perEnvironment.set(
        variable
          .slice(name.length + 1)
          .toLowerCase()
          .replaceAll("_", "-"),
        row,
      );
  }
  return { shared, perEnvironment };
}

function readKeyrings(env: Environment, complain: Complain): Keyrings | null {
  const { shared, perEnvironment } = readRows<Keyring[number]>(
    env,
    "EVERGRANT_KEYRING",
    parseKeyring,
    complain,
    "kid:base64key[,kid:base64key…]",
  );
  if (optional(env, "EVERGRANT_KEYRING") === null)
    complain("EVERGRANT_KEYRING", "is missing; set it to kid:base64key, with a key from: openssl rand -base64 32");
  return shared === null ? null : { shared, perEnvironment };
}

/** One name must mean one key: it stands in each value. */
function complainOfTwins({ keys, former }: RemoteKms, complain: Complain): void {
  const ids = (rows: KeyRows<{ readonly id: string }>): string[] =>
    [rows.shared, ...rows.perEnvironment.values()].flatMap((row) => row.map((one) => one.id));
  const known = new Set(ids(keys));
  const twins = former === null ? [] : ids(former).filter((id) => known.has(id));
  if (twins.length > 0)
    complain(
      "EVERGRANT_KMS_KEYS",
      `and EVERGRANT_KEYRING both have ${twins.join(", ")}; give the key in the KMS another name`,
    );
}

function createReader(env: Environment, complain: Complain) {
  const missing = (name: string, remedy: string): string => {
    complain(name, `is missing; ${remedy}`);
    return "";
  };
  /** Checked at start: whoever mistyped a path is told then, and not at the first refresh. */
  const file = (name: string, path: string): void => {
    try {
      accessSync(path, constants.R_OK);
    } catch {
      complain(name, `names ${path}, which can't be read`);
    }
  };
  return {
    missing,

    unused(name: string, instead: string): void {
      if (optional(env, name) !== null) complain(name, `is not used with ${env["EVERGRANT_KMS"]?.trim()}; ${instead}`);
    },

    keys(kind: RemoteKmsKind): KeyRows<KeyReference> {
      const name = "EVERGRANT_KMS_KEYS";
      const { shared, perEnvironment } = readRows<KeyReference>(
        env,
        name,
        (text) => parseKeyReferences(text, kind),
        complain,
        "kid=reference[,kid=reference…]",
      );
      if (optional(env, name) === null)
        missing(name, "set it to kid=reference: a name of your own for the key, and the one that the KMS knows it by");
      return { shared: shared ?? [{ id: "none", reference: "" }], perEnvironment };
    },

    former(): Keyrings | null {
      const has = Object.keys(env).some(
        (name) => /^EVERGRANT_KEYRING(?:_|$)/.test(name) && optional(env, name) !== null,
      );
      return has ? readKeyrings(env, complain) : null;
    },

    deadlineMs(): number {
      const text = optional(env, "EVERGRANT_KMS_DEADLINE_SECONDS") ?? "5";
      if (!/^(?:[1-9]|1\d|20)$/.test(text))
        complain("EVERGRANT_KMS_DEADLINE_SECONDS", "must be a whole number of seconds from 1 to 20; 5 by default");
      return Number(text) * 1000;
    },

    endpoint(): string | null {
      const text = optional(env, "EVERGRANT_KMS_ENDPOINT");
      if (text === null) return null;
      const url = URL.canParse(text) ? new URL(text) : null;
      const isBare =
        url !== null && url.pathname === "/" && url.search === "" && url.hash === "" && url.username === "";
      const isPrivate =
        url?.protocol === "https:" ||
        (url?.protocol === "http:" && /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(url.hostname));
      if (isBare && isPrivate) return url.origin;
      complain(
        "EVERGRANT_KMS_ENDPOINT",
        "must be an address such as https://kms.example.com, without a path; http only of this machine itself",
      );
      return null;
    },

    region(keys: KeyRows<KeyReference>): string | null {
      const region = optional(env, "EVERGRANT_KMS_REGION") ?? optional(env, "AWS_REGION");
      const all = [keys.shared, ...keys.perEnvironment.values()].flat();
      const lacks = all.some(({ reference }) => reference !== "" && !reference.startsWith("arn:"));
      if (region === null && lacks)
        complain("EVERGRANT_KMS_REGION", "is missing; set it to the region of the keys, or name each key by its ARN");
      if (region !== null && !/^[a-z0-9-]{2,40}$/.test(region))
        complain("EVERGRANT_KMS_REGION", "must be a region such as eu-central-1");
      return region;
    },

    ca(): string | null {
      const name = "EVERGRANT_KMS_CA_FILE";
      const path = optional(env, name);
      if (path === null) return null;
      try {
        const text = readFileSync(path, "utf8");
        if (text.includes("-----BEGIN CERTIFICATE-----")) return text;
        complain(name, `names ${path}, which holds no certificate in PEM`);
      } catch {
        complain(name, `names ${path}, which can't be read`);
      }
      return null;
    },

    mount(): string {
      const mount = optional(env, "EVERGRANT_KMS_MOUNT") ?? "transit";
      if (!/^[\w.-]+(?:\/[\w.-]+)*$/.test(mount))
        complain("EVERGRANT_KMS_MOUNT", "must be the path of the engine, such as transit, without a slash at its ends");
      return mount;
    },

    /** From `name` or `name_FILE`. The value stands in no message. */
    secret(name: string): SecretSource {
      const value = optional(env, name);
      const path = optional(env, `${name}_FILE`);
      if (value !== null && path !== null) complain(name, `and ${name}_FILE are both set; leave one out`);
      if (path !== null) {
        file(`${name}_FILE`, path);
        return { from: "file", path };
      }
      return { from: "variable", value: value ?? missing(name, `set it, or ${name}_FILE to a file that holds it`) };
    },

    module(): string {
      const name = "EVERGRANT_KMS_MODULE";
      const path = optional(env, name);
      if (path === null) return missing(name, "set it to the path of the PKCS#11 library that came with the HSM");
      file(name, path);
      return path;
    },

    slot(): Pkcs11KmsConfig["slot"] {
      const label = optional(env, "EVERGRANT_KMS_TOKEN_LABEL");
      const index = optional(env, "EVERGRANT_KMS_SLOT");
      if (label !== null && index !== null)
        complain("EVERGRANT_KMS_SLOT", "and EVERGRANT_KMS_TOKEN_LABEL are both set; leave one out");
      if (label !== null) return { label };
      if (index === null)
        return {
          label: missing(
            "EVERGRANT_KMS_TOKEN_LABEL",
            "set it to the label of the token, or EVERGRANT_KMS_SLOT to its place",
          ),
        };
      if (!/^\d{1,4}$/.test(index))
        complain("EVERGRANT_KMS_SLOT", "must be the token's place among the slots with a token, from 0");
      return { index: Number(index) };
    },
  };
}
