// The client in sdk/ as it is packed: JavaScript and types in sdk/dist. `npm run build:sdk`, then `npm pack ./sdk`.
import { execFileSync } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

export function buildSdk(): void {
  rmSync(join(root, "sdk/dist"), { recursive: true, force: true });
  execFileSync(process.execPath, [join(root, "node_modules/typescript/lib/tsc.js"), "-p", join(root, "sdk")], {
    stdio: "inherit",
  });
}

if (import.meta.main) buildSdk();
