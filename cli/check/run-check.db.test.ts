import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { documentHosts, type IntegrationDocument } from "#core/domain/integration/integration-document";
import { readDocumentText } from "#core/domain/integration/read-document-text";
import { createTestDatabase } from "#test/database";
import { exampleDocument } from "#test/fakes/in-memory-integration-store";
import { openBeside } from "./open-check-database.ts";
import { noSamples, readSamples } from "./read-samples.ts";
import { verdictOf } from "./render-check.ts";
import { openCheck, type Check } from "./run-check.ts";
import type { ScenarioResult } from "./run-scenario.ts";
import { scenarios } from "./scenarios.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const catalogue = readdirSync(join(root, "integrations")).filter(
  (name) => name.endsWith(".json") && name !== "schema.json",
);

let check: Check;

beforeAll(async () => {
  check = await openCheck((await createTestDatabase()).url);
});
afterAll(() => check.close());

async function run(document: IntegrationDocument, samples = noSamples): Promise<Map<string, ScenarioResult>> {
  const results = await check.run(document, samples, () => {});
  return new Map(results.map((one) => [one.scenario.id, one]));
}

/** `outcome rule` of each step, or why it was not tried. */
function told(results: ReadonlyMap<string, ScenarioResult>, id: string): string[] {
  const result = results.get(id);
  if (result === undefined) throw new Error(`there is no scenario ${id}`);
  if (result.kind === "not_applicable") return [result.why];
  return [...result.steps.map((one) => `${one.outcome} ${one.rule ?? ""}`.trim()), ...result.problems];
}

/** Verdicts that are not "as expected", with what was seen. */
function unexpected(results: ReadonlyMap<string, ScenarioResult>): string[] {
  return [...results].filter(([, one]) => verdictOf(one) === "unexpected").flatMap(([id]) => told(results, id));
}

describe("the catalogue", () => {
  test.each(catalogue)(
    "%s holds against everything that a provider may do",
    async (name) => {
      const file = join(root, "integrations", name);
      const read = readDocumentText(readFileSync(file, "utf8"));
      if (read.kind === "faulty") throw new Error(JSON.stringify(read.errors));
      const results = await run(read.document, await readSamples(file, read.document.name));
      expect(unexpected(results)).toEqual([]);
      const isAsked = Object.hasOwn(documentHosts(read.document), "tokens");
      expect(results.size).toBe(isAsked ? scenarios.length : 0);
    },
    60_000,
  );
});

describe("a check follows the document's own policy", () => {
  test("a refresh token that is used once is not good for a replay, one that does not rotate is", async () => {
    const withRule = (rule: string) =>
      exampleDocument({ config: { scope: ["a", "b"], refresh: { rotation: { rule } } } });
    expect(told(await run(withRule("single_use")), "answer_lost")).toEqual([
      "in_doubt network.answer_lost",
      "reauthorize rfc6749.invalid_grant",
    ]);
    expect(told(await run(withRule("none")), "answer_lost")).toEqual(["in_doubt network.answer_lost", "refreshed"]);
  }, 60_000);

  test("its failure rules, its client authentication, its body and its unit count", async () => {
    const failureRules = [
      { id: "asleep", errors: ["invalid_grant"], statuses: [200, 200], class: "transient", meaning: "Asleep." },
    ];
    const document = exampleDocument({
      inputs: [{ name: "shop", label: "Shop", pattern: "[a-z]+[0-9]", example: "acme1" }],
      config: {
        auth: { tokenHost: "https://{shop}.acme.example", refreshPath: "/renew", introspectPath: "/introspect" },
        scope: ["a", "b"],
        options: { authorizationMethod: "body", bodyFormat: "json" },
        expiresInUnit: "milliseconds",
        refresh: { failureRules, perMinute: 1, concurrency: 1, massFailure: { accounts: 1, share: 0.01 } },
      },
    });
    const results = await run(document);
    expect(unexpected(results)).toEqual([]);
    expect(told(results, "error_in_200")).toEqual(["transient acme-crm.asleep"]);
    expect(told(results, "no_expires_in")).toEqual(["refreshed"]);
  }, 60_000);

  test("a client that asks for itself has no refresh token to lose, and every refusal is the operator's", async () => {
    const results = await run(exampleDocument({ format: "oauth2_client_credentials", config: { scope: ["a", "b"] } }));
    expect(unexpected(results)).toEqual([]);
    expect(told(results, "reuse_refused")).toEqual(["the client asks for itself; there is no refresh token"]);
    expect(told(results, "error_in_200")).toEqual(["client_misconfigured client.shared"]);
  }, 60_000);

  test("the documentation's own answers are used where there are some", async () => {
    const body = { access_token: "theirs", refresh_token: "theirs too", expires_in: 1, scope: "a b", ok: true };
    const refusal = { status: 403, headers: {}, body: { error: "invalid_grant", hint: "gone" } };
    const expects = { access_token: "theirs", refresh_token: "theirs too", scopes: ["a", "b"] };
    const results = await run(exampleDocument({ config: { scope: ["a", "b"] } }), {
      token: { body, expects },
      refusal,
    });
    expect(unexpected(results)).toEqual([]);
    const refused = results.get("reuse_refused");
    expect(refused?.kind === "played" && refused.steps[0]?.httpStatus).toBe(403);
  }, 60_000);

  test("has teeth: an answer that its document can't read is no success", async () => {
    // As if the documentation's own form had its tokens where no standard reader looks.
    const body = { data: { access: "theirs" } };
    const results = await run(exampleDocument({ config: { scope: ["a", "b"] } }), {
      token: { body, expects: { access_token: "theirs" } },
      refusal: null,
    });
    expect(told(results, "rotation")).toEqual([
      "in_doubt answer.unreadable",
      "expected refreshed, saw in_doubt (answer.unreadable)",
    ]);
    expect(verdictOf(results.get("html_502") ?? ({} as ScenarioResult))).toBe("as_expected");
  }, 60_000);
});

describe("the database of a check", () => {
  test("stands beside the others of a server, and nothing of it is left", async () => {
    const server = await createTestDatabase();
    const names = async (): Promise<string[]> =>
      (await server.pool.query("SELECT datname FROM pg_database WHERE datname LIKE 'evergrant_check_%'")).rows.map(
        (row) => row.datname,
      );
    const beside = await openBeside(server.url);
    expect(await names()).toContain(new URL(beside.url).pathname.slice(1));
    const client = new pg.Client({ connectionString: beside.url });
    await client.connect();
    await client.end();
    await beside.close();
    expect(await names()).not.toContain(new URL(beside.url).pathname.slice(1));
  });

  test("is explained where there is none to be had", async () => {
    await expect(openBeside("postgres://nobody@127.0.0.1:1/none")).rejects.toThrow(
      "Its role must be allowed to create databases.",
    );
  });
});

describe("the command", () => {
  const directory = mkdtempSync(join(tmpdir(), "evergrant-cli-"));
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  function evergrant(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
    const { DATABASE_URL: _, ...env } = process.env;
    return new Promise((resolve) => {
      execFile(
        process.execPath,
        [join(root, "cli/main.ts"), ...args],
        { cwd: root, env: { ...env, LOG_LEVEL: "info" } },
        (error, stdout, stderr) => {
          resolve({ code: typeof error?.code === "number" ? error.code : error === null ? 0 : -1, stdout, stderr });
        },
      );
    });
  }

  test("tries a document on a PostgreSQL of its own, prints one line of JSON, and shows its progress on stderr", async () => {
    const { code, stdout, stderr } = await evergrant("integrations", "check", "integrations/salesforce.json", "--json");
    expect(stdout.split("\n")).toHaveLength(2);
    const result = JSON.parse(stdout) as {
      scenarios: { verdict: string; steps: { outcome: string; status: string }[] }[];
    };
    expect(result).toMatchObject({ ok: true, valid: true, name: "salesforce", errors: [] });
    expect(result.scenarios).toHaveLength(scenarios.length);
    expect(new Set(result.scenarios.map((one) => one.verdict))).toEqual(new Set(["as_expected"]));
    expect(stderr).toContain("salesforce: Refresh token refused, as expected");
    expect(code).toBe(0);
  }, 120_000);

  test("ends with 1 for a file that is not valid, each error at its line, and needs no database for it", async () => {
    const file = join(directory, "broken.json");
    writeFileSync(
      file,
      '{\n  "name": "broken",\n  "lable": "x",\n  "credentials": { "format": "oath2", "config": { "auth": { "tokenHost": "https://a.example" } } }\n}\n',
    );
    const people = await evergrant("integrations", "check", file);
    expect([people.code, people.stderr]).toEqual([1, ""]);
    expect(people.stdout.split("\n").slice(0, 3)).toEqual([
      `${file} is not valid:`,
      `${file}:3:3  /lable  is no field here; did you mean label?`,
      expect.stringMatching(/:4:20 {2}\/credentials\/format {2}expected one of oauth2, .*; did you mean "oauth2"\?$/),
    ]);
    const program = await evergrant("integrations", "check", file, "--json");
    expect(JSON.parse(program.stdout)).toMatchObject({
      ok: false,
      valid: false,
      errors: [
        { pointer: "/lable", line: 3, column: 3 },
        { pointer: "/credentials/format", line: 4 },
      ],
    });
    expect(program.code).toBe(1);
  }, 60_000);

  test("looks at the form alone where that is asked for", async () => {
    const { code, stdout, stderr } = await evergrant(
      "integrations",
      "check",
      "integrations/google.json",
      "--schema-only",
    );
    expect([code, stdout, stderr]).toEqual([0, "integrations/google.json: google is valid\n", ""]);
  }, 60_000);

  test("names what it was not given", async () => {
    expect(await evergrant("integrations", "check")).toMatchObject({
      code: 2,
      stdout: "",
      stderr: expect.stringContaining("name a file") as string,
    });
    expect(await evergrant("integrations", "check", "nowhere.json")).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("nowhere.json") as string,
    });
  }, 60_000);
});
