// node list-loaded.ts <kind>: makes the KMS of that kind, and prints the addresses of all modules that were loaded for it.
import { registerHooks } from "node:module";

const loaded: string[] = [];
registerHooks({
  load(url, context, next) {
    loaded.push(url);
    return next(url, context);
  },
});
const { readKmsConfig } = await import("#adapters/kms/read-kms-config");
const { createKms } = await import("#adapters/kms/create-kms");
const { systemRandomness } = await import("#adapters/system/system-randomness");

const kind = process.argv[2] ?? "";
const keys: Readonly<Record<string, string>> = {
  aws: "k1=arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab",
  google: "k1=projects/acme/locations/europe-west3/keyRings/evergrant/cryptoKeys/tokens",
  azure: "k1=https://acme.vault.azure.net/keys/tokens",
  transit: "k1=evergrant",
  pkcs11: "k1=evergrant",
};
const config = readKmsConfig(
  {
    EVERGRANT_KMS: kind,
    ...(kind === "local" ? { EVERGRANT_KEYRING: `k1:${Buffer.alloc(32).toString("base64")}` } : {}),
    EVERGRANT_KMS_KEYS: keys[kind],
    ...(kind === "transit" ? { EVERGRANT_KMS_ENDPOINT: "http://127.0.0.1:8200", EVERGRANT_KMS_TOKEN: "t" } : {}),
    ...(kind === "pkcs11"
      ? { EVERGRANT_KMS_MODULE: import.meta.filename, EVERGRANT_KMS_TOKEN_LABEL: "t", EVERGRANT_KMS_PIN: "p" }
      : {}),
  },
  (name, text) => {
    throw new Error(`${name} ${text}`);
  },
);
const kms = await createKms(config, { environmentName: async () => "production", random: systemRandomness });
await kms.close();
process.stdout.write(JSON.stringify(loaded));
