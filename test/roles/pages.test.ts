// The pages of web, and what of the API they read: a page that nobody listed fails, and so does one that reads what its list does not say.
import { globSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { describe, expect, test } from "vitest";
import { rolePermissions, roles, type Permission, type Role } from "#core/domain/access/permission";
import { makeOpenApiDocument } from "#scripts/openapi-document";
import { listOperations } from "../openapi/operations.ts";
import { accessOfOperations, accessOfPages } from "./access.ts";

const root = join(import.meta.dirname, "..", "..");
const app = join(root, "app");
const pages = globSync("**/page.tsx", { cwd: app }).map((file) => dirname(file));
const operations = listOperations(await makeOpenApiDocument());

/** What a page reads while it is rendered: the paths in the query modules that it, and its parts, import the functions of. */
function readsOf(page: string): string[] {
  const seen = new Set<string>();
  const paths = new Set<string>();
  const follow = (file: string): void => {
    if (seen.has(file)) return;
    seen.add(file);
    const text = readFileSync(file, "utf8");
    for (const [, names, target] of text.matchAll(/import (?!type )(?:\{([^}]*)\}|\w+) from "(\.[^"]+)"/g)) {
      const next = join(dirname(file), target ?? "");
      const isQuery = relative(app, next).startsWith("_queries");
      if (!isQuery) follow(next);
      else for (const name of (names ?? "").split(",")) for (const path of pathsOf(next, name.trim())) paths.add(path);
    }
  };
  follow(join(app, page, "page.tsx"));
  return [...paths];
}

/** The addresses in one exported function of a query module. */
function pathsOf(file: string, name: string): string[] {
  const text = readFileSync(file, "utf8");
  const start = text.search(new RegExp(`export (?:async function|const) ${name}\\b`));
  if (start === -1) return [];
  const end = text.indexOf("\nexport ", start + 1);
  return [...text.slice(start, end === -1 ? undefined : end).matchAll(/["`](\/api\/v1\/[^"`?]*)/g)].map(
    ([, path]) => path ?? "",
  );
}

function accessOfRead(path: string): string {
  const asked = path.slice("/api/v1".length).replaceAll(/\$\{[^}]*\}/g, "{}");
  const found = operations.find(
    ({ path: known, method }) => method === "get" && known.replaceAll(/\{\w+\}/g, "{}") === asked,
  );
  if (found === undefined) throw new Error(`no operation reads ${path}`);
  return String(accessOfOperations[found.operation.operationId]);
}

describe("the list of pages", () => {
  test("names every page, and none that is not there", () => {
    expect(Object.keys(accessOfPages).toSorted()).toEqual(pages.toSorted());
  });

  test("is the whole of what web answers: no server action and no route handler stands beside it", () => {
    const files = globSync("**/*.{ts,tsx}", { cwd: app });
    expect(files.length).toBeGreaterThan(100);
    expect(files.filter((file) => /["']use server["']/.test(readFileSync(join(app, file), "utf8")))).toEqual([]);
    expect(files.filter((file) => /(?:^|\/)route\.tsx?$/.test(file))).toEqual([]);
  });

  const ofDashboard = pages.filter((page) => page.startsWith("(dashboard)"));
  test.each(ofDashboard)("says of %s what the API asks of its reads", (page) => {
    const listed = String(accessOfPages[page]);
    // A form reads nothing of its own: what it sends is refused.
    const isForm = listed.endsWith(":write");
    const needed = new Set([...readsOf(page).map(accessOfRead), ...(isForm ? [listed] : [])]);
    expect([...needed]).toContain(listed);
    // Whoever may see the page may read all that stands on it, but for what it leaves out where the API refuses it.
    const mayLook = roles.filter((role) => isAllowed(role, listed));
    const more = [...needed].filter((one) => !mayLook.every((role) => isAllowed(role, one)));
    expect(more).toEqual(leftOut[page] ?? []);
  });

  test.each(pages.filter((page) => !page.startsWith("(dashboard)")))("of %s, before anybody is signed in", (page) => {
    const needed = readsOf(page).map(accessOfRead);
    expect(needed.filter((one) => one !== "open" && one !== "person")).toEqual([]);
  });
});

/** What a page reads for those who may, and does without for others who may see the rest of it. */
const leftOut: Readonly<Record<string, readonly string[]>> = {
  "(dashboard)/(overview)": ["audit:read"],
};

function isAllowed(role: Role, access: string): boolean {
  return access === "open" || access === "person" || rolePermissions[role].includes(access as Permission);
}
