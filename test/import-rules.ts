// Which part of the product may import which. Used by imports.test.ts alone; apart so that its rules can be tested on made-up files.
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, posix, relative } from "node:path";

export type ImportEdge = { from: string; to: string; typeOnly: boolean };

const ADAPTERS_FOR_WEB = ["adapters/config/", "adapters/log/", "adapters/system/"];
const TEST_SIDE = ["lab", "test", "scripts", "e2e", "bench"];
/** Packages the domain may use: pure and synchronous (of zlib it is the checksum, of jsonata the parser, of re2js the matcher). */
const PURE_PACKAGES = new Set(["jsonata", "node:crypto", "node:zlib", "re2js", "zod"]);

type Part =
  | "domain"
  | "ports"
  | "usecases"
  | "adapters"
  | "api"
  | "worker"
  | "cli"
  | "app"
  | "web"
  | "prisma"
  | "sdk"
  | "tests";

const MAY_IMPORT: Record<Part, readonly Part[]> = {
  domain: ["domain"],
  ports: ["ports", "domain"],
  usecases: ["usecases", "ports", "domain"],
  adapters: ["adapters", "usecases", "ports", "domain", "prisma"],
  api: ["api", "adapters", "usecases", "ports", "domain", "prisma"],
  worker: ["worker", "adapters", "usecases", "ports", "domain", "prisma"],
  cli: ["cli", "adapters", "usecases", "ports", "domain", "prisma"],
  app: ["app"],
  web: ["web"],
  prisma: ["prisma"],
  sdk: ["sdk"],
  tests: ["tests", "domain", "ports", "usecases", "adapters", "api", "worker", "cli", "app", "web", "prisma", "sdk"],
};

function partOf(path: string): Part | null {
  // Contract suites, fakes and cases stand beside their subject; what they import is a test's import.
  if (/\.(test|contract|fake|cases)\.tsx?$/.test(path)) return "tests";
  const [first = "", second = ""] = path.split("/");
  if (first === "core") return second === "domain" || second === "ports" || second === "usecases" ? second : null;
  if (TEST_SIDE.includes(first) || /^[^/]+\.config\.ts$/.test(path)) return "tests";
  return first in MAY_IMPORT ? (first as Part) : null;
}

/** Why this import is not allowed, or null. `to` is a path in the repository, or a package's name. */
export function judgeImport({ from, to, typeOnly }: ImportEdge): string | null {
  const source = partOf(from);
  if (source === null || source === "tests") return null;
  if (!to.includes("/") || !isInside(to)) {
    return source === "domain" && !PURE_PACKAGES.has(to) ? `the domain is pure: it may not import ${to}` : null;
  }
  const target = partOf(to);
  if (target === null) return null;
  if (MAY_IMPORT[source].includes(target)) return null;
  // `integrations check` tries a document against the lab, on a PostgreSQL of its own; it is loaded by that command alone, where
  // there is a lab.
  const isForTrial = to.startsWith("lab/") || to === "scripts/start-embedded-database.ts";
  if (from.startsWith("cli/check/") && isForTrial) return null;
  if (source === "app" || source === "web") {
    // The dashboard learns shapes from the API and gets no code that could reach a key or a table (types are erased).
    if (typeOnly && target !== "tests") return null;
    if (source === "web" && ADAPTERS_FOR_WEB.some((prefix) => to.startsWith(prefix))) return null;
    if (source === "app" && target === "web") return null;
    return `${source} may import only types of ${target}`;
  }
  return `${source} may not import ${target}`;
}

const insideRoots = [
  "core/",
  "adapters/",
  "api/",
  "worker/",
  "cli/",
  "app/",
  "web/",
  "prisma/",
  "sdk/",
  "lab/",
  "test/",
  "scripts/",
  "e2e/",
  "bench/",
];
function isInside(path: string): boolean {
  return insideRoots.some((root) => path.startsWith(root));
}

const STATEMENT =
  /(?:^|[\n;])\s*(?:import|export)\s+(type\s+)?(?:[\w*\s{},$]+?\s+from\s*)?["']([^"'\n]+)["']|\bimport\(\s*["']([^"'\n]+)["']\s*\)/g;

/** The import statements of one file, with relative and `#` specifiers turned into paths of the repository. */
export function readImports(path: string, text: string): ImportEdge[] {
  return [...text.matchAll(STATEMENT)].map((match) => ({
    from: path,
    to: resolveSpecifier(path, match[2] ?? match[3] ?? ""),
    typeOnly: match[1] !== undefined || /^[\s;]*(?:import|export)\s*\{\s*(type\s+[\w$\s]+,?\s*)+\}/.test(match[0]),
  }));
}

function resolveSpecifier(from: string, specifier: string): string {
  if (specifier.startsWith(".")) return posix.normalize(posix.join(dirname(from), specifier));
  const sharp = /^#(\w+)\/(.+)$/.exec(specifier);
  if (sharp) return sharp[1] === "prisma" ? `prisma/generated/${sharp[2]}.ts` : `${sharp[1]}/${sharp[2]}.ts`;
  return specifier;
}

const SKIPPED = new Set(["node_modules", "generated"]);

export function listSourceFiles(root: string, directory = root): string[] {
  return readdirSync(directory, { withFileTypes: true }).flatMap((entry) => {
    if (entry.name.startsWith(".") || SKIPPED.has(entry.name)) return [];
    const path = join(directory, entry.name);
    if (entry.isDirectory()) return listSourceFiles(root, path);
    return /\.tsx?$/.test(entry.name) && !entry.name.endsWith(".d.ts") ? [relative(root, path)] : [];
  });
}

export function findForbiddenImports(root: string): string[] {
  return listSourceFiles(root).flatMap((path) =>
    readImports(path, readFileSync(join(root, path), "utf8")).flatMap((edge) => {
      const reason = judgeImport(edge);
      return reason === null ? [] : [`${edge.from} → ${edge.to}: ${reason}`];
    }),
  );
}
