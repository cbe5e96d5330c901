// The client as others get it: packed, installed into an empty project without a network, and used from there.
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { buildSdk } from "#scripts/build-sdk";
import { startStack, type Stack } from "../start-stack.ts";

const run = promisify(execFile);
const root = fileURLToPath(new URL("../..", import.meta.url));
const project = mkdtempSync(join(tmpdir(), "evergrant-client-"));
let stack: Stack;
let packed: string[];

async function npm(...args: string[]): Promise<string> {
  // Without what `npm test` put into the environment: a user's own npm knows none of it.
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name)));
  return (await run("npm", args, { cwd: project, env: env as NodeJS.ProcessEnv })).stdout;
}

beforeAll(async () => {
  buildSdk();
  [stack] = await Promise.all([startStack(), install()]);
});
afterAll(async () => {
  await stack[Symbol.asyncDispose]();
  rmSync(project, { recursive: true, force: true });
});

async function install(): Promise<void> {
  const [made] = JSON.parse(await npm("pack", join(root, "sdk"), "--json", "--pack-destination", project)) as [
    { filename: string; files: { path: string }[] },
  ];
  packed = made.files.map(({ path }) => path);
  writeFileSync(join(project, "package.json"), JSON.stringify({ name: "empty", private: true, type: "module" }));
  await npm("install", "--offline", "--no-audit", "--no-fund", `./${made.filename}`);
}

/** Runs these lines as a program of the empty project, with the client as `evergrant`. */
async function use(lines: string): Promise<unknown> {
  const text = `import { Evergrant, EvergrantError } from "@evergrant/client";
const evergrant = new Evergrant({ url: process.env.EVERGRANT_URL, apiKey: process.env.EVERGRANT_API_KEY });
${lines}`;
  writeFileSync(join(project, "use.js"), text);
  const env = {
    NODE_ENV: "production" as const,
    PATH: process.env["PATH"] ?? "",
    EVERGRANT_URL: stack.apis[0]?.origin,
    EVERGRANT_API_KEY: stack.apiKey,
  };
  const { stdout } = await run(process.execPath, ["use.js"], { cwd: project, env });
  return JSON.parse(stdout);
}

/** What the compiler says to these files in the empty project, as strict as it can be. */
async function compile(files: Readonly<Record<string, string>>): Promise<string> {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(project, name), text);
  const options = ["--strict", "--exactOptionalPropertyTypes", "--noUncheckedIndexedAccess", "--noEmit"];
  const target = ["--target", "es2022", "--module", "nodenext", "--lib", "es2022,dom", "--types", ""];
  const tsc = join(root, "node_modules/typescript/lib/tsc.js");
  const args = [tsc, ...options, ...target, "--skipLibCheck", "false", ...Object.keys(files)];
  return await run(process.execPath, args, { cwd: project }).then(
    ({ stdout }) => stdout,
    (failed: { stdout: string }) => failed.stdout,
  );
}

describe("the packed client", () => {
  test("holds code, types, the script for pages, a licence and a word about its use, and nothing else", () => {
    expect(packed.filter((path) => !/^dist\/[\w-]+\.(?:js|d\.ts)$/.test(path)).toSorted()).toEqual([
      "LICENSE",
      "README.md",
      "connect.d.ts",
      "connect.js",
      "package.json",
    ]);
  });

  test("connects a customer, gets a token and calls the provider, in three lines each", async () => {
    const { url } = (await use(`
const link = await evergrant.links.create({ tenant_id: "tenant-p", integration_name: "acme-crm" });
console.log(JSON.stringify(link));`)) as { url: string };
    expect((await stack.walk(url, "ada")).status).toBe("connected");
    const result = await use(`
const [account] = (await evergrant.accounts.list({ tenant_id: "tenant-p", status: "active" })).data;
const token = await evergrant.getToken(account.id, { minTtl: 60 });
console.log(JSON.stringify({ kind: token.kind, life: token.expiresInSeconds, has: token.accessToken.length > 10 }));`);
    expect(result).toEqual({ kind: "token", life: expect.any(Number), has: true });
    const proxied = await use(`
const [account] = (await evergrant.accounts.list({ tenant_id: "tenant-p", status: "active" })).data;
const answer = await evergrant.proxy(account.id)("/me");
console.log(JSON.stringify([answer.status, typeof (await answer.json())]));`);
    expect(proxied).toEqual([200, "object"]);
  });

  test("throws what the API refuses, by its code", async () => {
    const result = await use(`
const missing = await evergrant.accounts.get("ia_000000000000000000000000").catch((error) => error);
const wrong = await evergrant.links.create({ tenant_id: "t", tennant: 1 }).catch((error) => error);
console.log(JSON.stringify([missing instanceof EvergrantError, missing.code, wrong.code, wrong.errors]));`);
    expect(result).toEqual([
      true,
      "not_found",
      "invalid_request",
      [{ pointer: "/tennant", detail: expect.any(String) }],
    ]);
  });
});

describe("its types", () => {
  const client = `import { Evergrant, EvergrantError } from "@evergrant/client";
const evergrant = new Evergrant({ url: "https://connect.example.com", apiKey: "evg_key" });
`;

  test("fit the use that the guide shows, and an error narrows by its code", async () => {
    const text = `${client}
const token = await evergrant.getToken("ia_1", { minTtl: 300 });
if (token.kind === "token") token.accessToken.length;
for await (const account of evergrant.accounts.iterate({ status: "needs_reauth" })) account.last_error?.message;
const answer: Response = await evergrant.proxy("ia_1")("/contacts", { method: "POST", body: "{}" });
try {
  await evergrant.accounts.refresh("ia_1");
} catch (error) {
  if (!(error instanceof EvergrantError)) throw error;
  if (error.code === "needs_reauth") error.integrated_account_id.length;
  if (error.code === "rate_limited") error.retryAfterSeconds + (error.limits.remaining ?? 0);
  if (error.code === "invalid_request") error.errors[0]?.pointer;
}
export { answer };`;
    expect(await compile({ "right.ts": text })).toBe("");
  });

  const faults: readonly (readonly [what: string, line: string, word: string])[] = [
    [
      "an unknown field of a body",
      `await evergrant.links.create({ tenant_id: "t", tennant_name: 1 });`,
      "tennant_name",
    ],
    ["a field of another type", `await evergrant.links.create({ tenant_id: "t", expires_in: "1 day" });`, "string"],
    ["a missing field", `await evergrant.links.create({ integration_name: "x" });`, "tenant_id"],
    ["a value that is none", `await evergrant.accounts.list({ status: "gone" });`, '"gone"'],
    ["a field that no answer has", `(await evergrant.accounts.get("ia_1")).access_token;`, "access_token"],
    ["a token without a look at its kind", `(await evergrant.getToken("ia_1")).accessToken;`, "accessToken"],
    [
      "a member that the code does not carry",
      `declare const error: EvergrantError; if (error.code === "conflict") error.limits;`,
      "limits",
    ],
  ];

  test("catch each fault, and name it", async () => {
    const files = faults.map(([, line], index) => [`fault-${index}.ts`, `${client}${line}\nexport {};`]);
    const said = (await compile(Object.fromEntries(files))).split(/\n(?=fault-)/);
    for (const [index, [what, , word]] of faults.entries()) {
      const found = said.filter((one) => one.startsWith(`fault-${index}.ts(`)).join("\n");
      expect(found, what).toMatch(/error TS\d+/);
      expect(found, what).toContain(word);
    }
  });
});
