import type { Randomness } from "#core/ports/randomness";
import { createKeyedKms, type ClosableKms, type EnvironmentName, type KeyWrapper } from "./keyed-kms.ts";
import { createLocalKeyring } from "./local-keyring.ts";
import type { KeyReference } from "./parse-key-references.ts";
import type { KmsConfig } from "./read-kms-config.ts";
import { withFormerKeyring } from "./with-former-keyring.ts";

/**
 * The KMS of the configuration. Its adapter, and with it the client library, is loaded here and no other is. That the library is
 * installed was checked with the configuration.
 */
export async function createKms(
  config: KmsConfig,
  ports: {
    readonly environmentName: EnvironmentName;
    readonly random: Randomness;
  },
): Promise<ClosableKms> {
  if (config.kind === "local") return createLocalKeyring({ keyrings: config.keyrings, ...ports });
  const { environmentName, random } = ports;
  const kms = createKeyedKms({ keys: config.keys, environmentName, wrapper: await loadWrapper(config, random) });
  return config.former === null
    ? kms
    : withFormerKeyring(kms, createLocalKeyring({ keyrings: config.former, ...ports }));
}

async function loadWrapper(
  config: Exclude<KmsConfig, { kind: "local" }>,
  random: Randomness,
): Promise<KeyWrapper<KeyReference>> {
  switch (config.kind) {
    case "aws":
      return (await import("./aws-keys.ts")).createAwsKeys(config, random);
    case "google":
      return (await import("./google-keys.ts")).createGoogleKeys(config, random);
    case "azure":
      return (await import("./azure-keys.ts")).createAzureKeys(config, random);
    case "transit":
      return (await import("./transit-keys.ts")).createTransitKeys(config, random);
    case "pkcs11":
      return (await import("./pkcs11-keys.ts")).createPkcs11Keys(config, random);
    default:
      return config satisfies never;
  }
}
