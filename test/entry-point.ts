import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The file to start for `api/main.ts` and the like: its bundle where the run has made one (test/global-setup.ts), or the source. */
export function entryPoint(file: string): string {
  const bundles = process.env["EVERGRANT_TEST_BUNDLES"];
  return bundles === undefined
    ? fileURLToPath(new URL(`../${file}`, import.meta.url))
    : join(bundles, file.replace(/\.ts$/, ".mjs"));
}
