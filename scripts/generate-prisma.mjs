// Generates the Prisma client into prisma/generated (not committed). `prisma generate` wants to download an engine it does not
// use for generating; naming any executable as that engine keeps the step offline.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const pinned = `${root}node_modules/node/bin/node`;
const node = existsSync(pinned) ? pinned : process.execPath;
const run = spawnSync(node, [`${root}node_modules/prisma/build/index.js`, "generate", "--no-hints"], {
  cwd: root,
  env: {
    ...process.env,
    PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
    PRISMA_HIDE_UPDATE_MESSAGE: "1",
    CHECKPOINT_DISABLE: "1",
  },
  encoding: "utf8",
});
if (run.status !== 0) {
  process.stderr.write(`${run.stdout}${run.stderr}\nprisma generate failed\n`);
  process.exit(1);
}
