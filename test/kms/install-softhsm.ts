// SoftHSM2 for the tests of PKCS#11: the one that is named, an installed one, the distribution's package. And pkcs11js, which npm
// leaves out where it could not be compiled.
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
const libraries = [
  "/usr/lib/softhsm/libsofthsm2.so",
  "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
  "/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so",
  "/usr/lib64/libsofthsm2.so",
  "/opt/homebrew/lib/softhsm/libsofthsm2.so",
  "/usr/local/lib/softhsm/libsofthsm2.so",
];

/** The path of SoftHSM's library; throws with everything that was tried. */
export async function installSoftHsm(): Promise<string> {
  const named = process.env["EVERGRANT_SOFTHSM"];
  if (named !== undefined && named !== "") {
    if (existsSync(named)) return named;
    throw new Error(`EVERGRANT_SOFTHSM names ${named}, which is not there`);
  }
  const tried: string[] = [];
  if (!isCompiled()) tried.push(...(await compile()));
  if (!isCompiled())
    throw new Error(
      `pkcs11js is not installed: npm leaves it out where it can't be compiled. Install a C++ compiler, make and Python, then: npm ci\n${tried.join("\n")}`,
    );
  const find = (): string | undefined => libraries.find((path) => existsSync(path));
  const installed = find();
  if (installed !== undefined) return installed;
  tried.push(...(await install("softhsm2")));
  const packaged = find();
  if (packaged !== undefined) return packaged;
  throw new Error(
    `no SoftHSM2 was found and none could be installed: install your distribution's softhsm2, or set EVERGRANT_SOFTHSM to its library\n${tried.join("\n")}`,
  );
}

function isCompiled(): boolean {
  const { resolve } = createRequire(import.meta.url);
  try {
    return existsSync(join(resolve("pkcs11js"), "../build/Release/pkcs11.node"));
  } catch {
    return false;
  }
}

async function install(...packages: string[]): Promise<string[]> {
  if (
    process.getuid?.() !== 0 ||
    !(process.env["PATH"] ?? "").split(delimiter).some((one) => existsSync(join(one, "apt-get")))
  )
    return ["apt-get: not here, or this is not root"];
  // Another test may be installing, too.
  const apt = (...args: string[]) => run("apt-get", ["-o", "DPkg::Lock::Timeout=120", ...args], root);
  return [
    `apt-get update: ${await apt("update")}`,
    `apt-get install: ${await apt("install", "-y", "--no-install-recommends", ...packages)}`,
  ];
}

/** Compiled beside the tree and put into it whole: node_modules is in use. */
async function compile(): Promise<string[]> {
  const tried = await install("g++", "make", "python3");
  const { optionalDependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const directory = mkdtempSync(join(root, "node_modules/.pkcs11js-"));
  try {
    const wanted = `pkcs11js@${optionalDependencies["pkcs11js"]}`;
    tried.push(
      `npm install: ${await run("npm", ["install", "--prefix", directory, "--no-audit", "--no-fund", wanted], directory)}`,
    );
    const made = join(directory, "node_modules/pkcs11js");
    if (existsSync(join(made, "build/Release/pkcs11.node"))) {
      rmSync(join(root, "node_modules/pkcs11js"), { recursive: true, force: true });
      renameSync(made, join(root, "node_modules/pkcs11js"));
    }
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
  return tried;
}

/** The end of what it printed, for the message when all fails. */
function run(command: string, args: string[], cwd: string): Promise<string> {
  return new Promise((resolve) => {
    const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
    const child = spawn(command, args, { cwd, stdio: ["ignore", "pipe", "pipe"], env });
    let output = "";
    child.stdout.on("data", (chunk) => (output += String(chunk)));
    child.stderr.on("data", (chunk) => (output += String(chunk)));
    child.once("error", (error) => resolve(error.message));
    child.once("close", (code) => resolve(`code ${code}\n${output.slice(-600)}`));
  });
}
