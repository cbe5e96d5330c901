import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));

/** What the project's lint says of files planted at these paths: rule ids by path. */
async function lint(files: Readonly<Record<string, string>>): Promise<Readonly<Record<string, readonly string[]>>> {
  const directory = mkdtempSync(join(tmpdir(), "evergrant-lint-"));
  try {
    const config = JSON.parse(readFileSync(join(root, ".oxlintrc.json"), "utf8")) as { options?: object };
    // These rules need no types, and the planted files belong to no project.
    writeFileSync(join(directory, ".oxlintrc.json"), JSON.stringify({ ...config, options: {} }));
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(directory, path)), { recursive: true });
      writeFileSync(join(directory, path), text);
    }
    const stdout = await new Promise<string>((resolve) => {
      execFile(join(root, "node_modules/.bin/oxlint"), ["--format", "json"], { cwd: directory }, (_, out) =>
        resolve(out),
      );
    });
    const { diagnostics } = JSON.parse(stdout) as { diagnostics: { code: string; filename: string }[] };
    return Object.fromEntries(
      Object.keys(files).map((path) => [
        path,
        diagnostics
          .filter(({ filename, code }) => filename === path && code.includes("restricted"))
          .map(({ code }) => code),
      ]),
    );
  } finally {
    rmSync(directory, { recursive: true });
  }
}

test("a call that would pass the egress guard by fails the lint, and adapters/egress alone may make one (D3)", async () => {
  const calls = `import { request } from "undici";\nimport { get } from "node:https";\nexport const answer = [await fetch("https://evil.example/"), request, get];\n`;
  const found = await lint({
    "core/usecases/planted.ts": calls,
    "adapters/oauth/planted.ts": calls,
    "api/routes/planted.ts": calls,
    "worker/tasks/planted.ts": calls,
    "adapters/egress/planted.ts": `import { request } from "undici";\nexport const answer = request;\n`,
  });
  for (const path of ["core/usecases", "adapters/oauth", "api/routes", "worker/tasks"]) {
    expect(found[`${path}/planted.ts`], path).toEqual(
      expect.arrayContaining(["eslint(no-restricted-globals)", "eslint(no-restricted-imports)"]),
    );
    expect(found[`${path}/planted.ts`], path).toHaveLength(3);
  }
  expect(found["adapters/egress/planted.ts"]).toEqual([]);
});
