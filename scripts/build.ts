// npm run build: the dashboard for production. `buildWebIfStale` does the same only when a source has changed since.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { takeLock } from "./lock-file.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const buildId = join(root, ".next", "BUILD_ID");
const stampPath = join(root, ".next", "evergrant-sources");

export function isWebBuilt(): boolean {
  return existsSync(buildId);
}

/**
 * Builds when there is no build or it is older than its sources; answers whether it built. Says nothing while all goes well; the
 * error carries the whole output otherwise.
 */
export async function buildWebIfStale(signal?: AbortSignal): Promise<boolean> {
  if (isFresh()) return false;
  mkdirSync(join(root, ".next"), { recursive: true });
  // Next refuses a second build beside the first; we wait for that one, and then may have nothing left to do.
  const lock = await takeLock(join(root, ".next", "evergrant-build.lock"), "scripts/", 10 * 60_000);
  if ("heldBy" in lock) throw new Error(`process ${lock.heldBy} has been building the web part for ten minutes`);
  try {
    if (isFresh()) return false;
    const sources = hashSources();
    const { code, output } = await runNextBuild(signal);
    if (code !== 0) throw new Error(`next build failed (code ${code}):\n${output}`);
    writeFileSync(stampPath, sources);
    return true;
  } finally {
    lock.release();
  }
}

function isFresh(): boolean {
  return isWebBuilt() && existsSync(stampPath) && readFileSync(stampPath, "utf8") === hashSources();
}

// What ends up in the bundle. Types of the API are erased and tsconfig.json is rewritten by the build itself: neither counts.
function hashSources(): string {
  const files = globSync(
    ["app/**/*", "web/**/*", "public/**/*", "next.config.*", "postcss.config.*", "package-lock.json"],
    {
      cwd: root,
      withFileTypes: true,
    },
  )
    .filter((entry) => entry.isFile() && !/\.test\.tsx?$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted();
  const hash = createHash("sha256").update(process.platform);
  for (const file of files) hash.update(file.slice(root.length)).update("\0").update(readFileSync(file)).update("\0");
  return hash.digest("hex");
}

function runNextBuild(signal?: AbortSignal): Promise<{ code: number; output: string }> {
  const child = spawn(process.execPath, [join(root, "node_modules/next/dist/bin/next"), "build"], {
    cwd: root,
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, NODE_ENV: "production", NEXT_TELEMETRY_DISABLED: "1" },
    ...(signal === undefined ? {} : { signal }),
  });
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (output += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (output += text));
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, killed) =>
      resolve({ code: code ?? -1, output: killed ? `${output}\n(${killed})` : output }),
    );
  });
}

if (import.meta.main) {
  const child = spawn(process.execPath, [join(root, "node_modules/next/dist/bin/next"), "build"], {
    cwd: root,
    stdio: "inherit",
    env: { ...process.env, NODE_ENV: "production", NEXT_TELEMETRY_DISABLED: "1" },
  });
  const sources = hashSources();
  child.once("exit", (code, signal) => {
    if (code === 0) writeFileSync(stampPath, sources);
    process.exitCode = signal ? 1 : (code ?? 1);
  });
}
