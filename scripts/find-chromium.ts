// A Chromium for the browser tests: the one that is named, an installed one, Playwright's download, the distribution's package.
import { spawn } from "node:child_process";
import { accessSync, constants, existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/** The path of a Chromium, got from the network when there is none; throws with everything that was tried. */
export async function findChromium(note: (text: string) => void): Promise<string> {
  const named = process.env["EVERGRANT_CHROMIUM"];
  if (named) {
    if (isExecutable(named)) return named;
    throw new Error(`EVERGRANT_CHROMIUM names ${named}, which is not there or not executable`);
  }
  const installed = (await playwrightsOwn()) ?? findInstalled();
  if (installed !== null) return installed;

  const tried: string[] = [];
  note("downloading Chromium (playwright install)");
  const download = await run(process.execPath, [
    join(root, "node_modules/@playwright/test/cli.js"),
    "install",
    "chromium",
  ]);
  tried.push(`playwright install chromium: ${download}`);
  const downloaded = await playwrightsOwn();
  if (downloaded !== null) return downloaded;

  if (process.getuid?.() === 0 && inPath("apt-get") !== null) {
    note("installing Chromium (apt-get)");
    const environment = { DEBIAN_FRONTEND: "noninteractive" };
    const update = await run("apt-get", ["update"], environment);
    const install = await run("apt-get", ["install", "-y", "--no-install-recommends", "chromium"], environment);
    tried.push(`apt-get update: ${update}`, `apt-get install chromium: ${install}`);
    const packaged = findInstalled();
    if (packaged !== null) return packaged;
  }
  throw new Error(`no Chromium was found and none could be installed; set EVERGRANT_CHROMIUM.\n${tried.join("\n")}`);
}

async function playwrightsOwn(): Promise<string | null> {
  const { chromium } = await import("@playwright/test");
  const path = chromium.executablePath();
  return path !== "" && existsSync(path) ? path : null;
}

function findInstalled(): string | null {
  const fixed = ["/usr/bin/chromium", "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"].find(
    isExecutable,
  );
  if (fixed !== undefined) return fixed;
  for (const name of NAMES) {
    const path = inPath(name);
    if (path !== null) return path;
  }
  return null;
}

function inPath(name: string): string | null {
  const directories = (process.env["PATH"] ?? "").split(delimiter);
  return directories.map((directory) => join(directory, name)).find(isExecutable) ?? null;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** The end of what it printed, for the message when all fails. */
function run(command: string, args: string[], environment: Record<string, string> = {}): Promise<string> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, ...environment } });
    let output = "";
    child.stdout.on("data", (chunk) => (output += String(chunk)));
    child.stderr.on("data", (chunk) => (output += String(chunk)));
    child.once("error", (error) => resolve(error.message));
    child.once("close", (code) => resolve(`code ${code}\n${output.slice(-600)}`));
  });
}
