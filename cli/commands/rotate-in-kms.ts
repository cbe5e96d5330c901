import type { Container } from "#adapters/container";
import { addKmsVersion } from "#core/usecases/add-kms-version";
import type { CommandResult } from "../main.ts";
import { parseOptions } from "../parse-options.ts";
import { newKeyId, suffixOf } from "./keys.ts";

/**
 * `keys rotate` with a KMS: adds a version to the key that wraps now. Where keys have no versions (PKCS#11) it makes another key, and
 * prints the configuration with that in front; nothing wraps under it before the processes are started with it.
 */
export async function rotateInKms(container: Container, args: string[]): Promise<CommandResult> {
  const { values } = parseOptions(args, { environment: "string" });
  const environment = values.environment ?? null;
  const { added, usedBy, wait } = await addKmsVersion(container, "command_line", environment);
  if (added.kind === "version") {
    const { kid, version } = added;
    const [only] = usedBy;
    const where = usedBy.length === 1 ? ` --environment ${only}` : "";
    const until = added.wait === null ? "what is new is wrapped under it" : "what is new will be wrapped under it";
    return {
      json: { id: kid, version, environments: usedBy, wait },
      text: [
        `${kid} has ${version === null ? "a new version" : `the version ${version}`}: ${until} (${usedBy.join(", ")}).`,
        ...(wait === null ? [] : [wait]),
        `Then bring the rest under it: npm run -s evergrant -- keys rewrap --everything${where}`,
        "The versions before must stay in the key service until that is done, and as long as your oldest backup.",
      ].join("\n"),
    };
  }
  const variable = `EVERGRANT_KMS_KEYS${suffixOf(environment)}`;
  const present = (process.env[variable] ?? "").trim();
  const described = await container.kms.describe();
  const id = newKeyId(
    described.map((key) => key.id),
    new Date(),
  );
  const configuration = `${id}=${added.reference},${present}`;
  process.stderr.write(
    `The token has a new key, ${added.reference}; these keys have no versions. Start every process with it in front; then run keys rewrap.\n` +
      "Where processes restart one after the other, start all of them with the new key at the end first: each must open what another seals.\n",
  );
  return {
    json: { id, version: null, environments: usedBy, reference: added.reference, variable, keys: configuration },
    text: `${variable}=${configuration}`,
  };
}
