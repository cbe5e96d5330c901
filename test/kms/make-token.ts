import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { installSoftHsm } from "./install-softhsm.ts";

export interface MadeToken {
  /** Its path. */
  readonly library: string;
  readonly label: string;
  readonly pin: string;
  /** By which the library finds this token. */
  readonly environment: NodeJS.ProcessEnv;
  /** Makes AES keys on it. */
  makeKeys(...labels: string[]): Promise<void>;
  /** Pulls it out of its slot, and puts it back. */
  setPresent(isPresent: boolean): void;
  remove(): void;
}

const run = promisify(execFile);

/** A token of SoftHSM2, in a directory of its own. */
export async function makeToken(): Promise<MadeToken> {
  const library = await installSoftHsm();
  const directory = mkdtempSync(join(tmpdir(), "evergrant-hsm-"));
  const tokens = join(directory, "tokens");
  const away = join(directory, "away");
  mkdirSync(tokens);
  const configuration = join(directory, "softhsm2.conf");
  writeFileSync(configuration, `directories.tokendir = ${tokens}\nobjectstore.backend = file\nlog.level = ERROR\n`);
  const environment: NodeJS.ProcessEnv = {
    NODE_ENV: "test",
    PATH: process.env["PATH"] ?? "",
    SOFTHSM2_CONF: configuration,
  };
  const [label, pin] = ["evergrant-test", "pin-of-the-test-4711"];
  await run("softhsm2-util", ["--init-token", "--free", "--label", label, "--so-pin", "so-pin-4711", "--pin", pin], {
    env: environment,
  });
  let isThere = true;
  return {
    library,
    label,
    pin,
    environment,
    async makeKeys(...labels) {
      const script = fileURLToPath(new URL("make-hsm-keys.ts", import.meta.url));
      await run(process.execPath, [script, library, label, pin, ...labels], { env: environment });
    },
    setPresent(isPresent) {
      if (isPresent === isThere) return;
      isThere = isPresent;
      if (isPresent) {
        rmSync(tokens, { recursive: true });
        renameSync(away, tokens);
      } else {
        renameSync(tokens, away);
        mkdirSync(tokens);
      }
    },
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
}
