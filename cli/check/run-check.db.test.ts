import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { IntegrationDocument } from "#core/domain/integration/integration-document";
import { readDocumentText } from "#core/domain/integration/read-document-text";
import { createTestDatabase } from "#test/database";
import { entryPoint } from "#test/entry-point";
import { exampleDocument, type DocumentChanges } from "#test/fakes/in-memory-integration-store";
import { fullDocuments } from "#test/fields/full-documents";
import { typedDocument } from "#test/fakes/typed-documents";
import { openBeside } from "./open-check-database.ts";
import { noSamples, readSamples, type SampleOf, type Samples, type TokenSample } from "./read-samples.ts";
import { leftAside } from "./relocate-document.ts";
import { verdictOf } from "./render-check.ts";
import { openCheck, type Check } from "./run-check.ts";
import type { ScenarioResult } from "./step-result.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const catalogue = readdirSync(join(root, "integrations")).filter(
  (name) => name.endsWith(".json") && name !== "schema.json",
);

/** A busy machine takes its time, and no provider of a trial does. */
const patienceMs = 120_000;

let check: Check;

beforeAll(async () => {
  check = await openCheck((await createTestDatabase()).url);
});
afterAll(() => check.close());

type Results = ReadonlyMap<string, ScenarioResult>;

async function run(document: IntegrationDocument, samples: Partial<Samples> = {}): Promise<Results> {
  const results = await check.run(document, { ...noSamples, ...samples }, () => {});
  return new Map(results.map((one) => [one.scenario.id, one]));
}

/** `outcome rule` of each step, then what was not as expected; or why it was not tried. */
function told(results: Results, id: string): string[] {
  const result = results.get(id);
  if (result === undefined) throw new Error(`there is no scenario ${id}`);
  if (result.kind === "not_applicable") return [result.why];
  return [...result.steps.map((one) => `${one.outcome} ${one.rule ?? ""}`.trim()), ...result.problems];
}

/** What is not "as expected", with what was seen. */
function unexpected(results: Results): Record<string, string[]> {
  const ids = [...results].filter(([, one]) => verdictOf(one) === "unexpected").map(([id]) => id);
  return Object.fromEntries(ids.map((id) => [id, told(results, id)]));
}

function passedBy(results: Results): Record<string, string> {
  return Object.fromEntries(
    [...results].flatMap(([id, one]) => (one.kind === "not_applicable" ? [[id, one.why] as const] : [])),
  );
}

describe.concurrent("the catalogue", () => {
  test.each(catalogue)(
    "%s holds against everything that a provider may do",
    async (name) => {
      const file = join(root, "integrations", name);
      const read = readDocumentText(readFileSync(file, "utf8"));
      if (read.kind === "faulty") throw new Error(JSON.stringify(read.errors));
      const results = await run(read.document, await readSamples(file, read.document.name));
      expect(unexpected(results)).toEqual({});
      // Whatever the format, these may happen to it.
      for (const id of ["html_502", "slow_down", "slow_down_without_time", "answer_lost", "slow_endpoint"]) {
        expect([id, results.get(id)?.kind]).toEqual([id, "played"]);
      }
    },
    patienceMs,
  );
});

describe.concurrent("a check follows what the document says", () => {
  test(
    "a refresh token that is used once is not good for a replay, one that does not rotate is",
    async () => {
      const withRule = (rule: string): Promise<Results> => run(example({ refresh: { rotation: { rule } } }));
      const [once, stays] = await Promise.all([withRule("single_use"), withRule("none")]);
      expect(told(once, "answer_lost")).toEqual(["in_doubt network.answer_lost", "reauthorize rfc6749.invalid_grant"]);
      expect(told(stays, "answer_lost")).toEqual(["in_doubt network.answer_lost", "refreshed"]);
    },
    patienceMs,
  );

  test(
    "its failure rules, its client authentication, its body and its unit count; its budget makes nobody wait",
    async () => {
      const failureRules = [
        { id: "asleep", errors: ["invalid_grant"], statuses: [200, 200], class: "transient", meaning: "Asleep." },
      ];
      const document = example(
        {
          auth: { tokenHost: "https://{shop}.acme.example", refreshPath: "/renew", introspectPath: "/introspect" },
          options: { authorizationMethod: "body", bodyFormat: "json" },
          expiresInUnit: "milliseconds",
          refresh: { failureRules, perMinute: 1, concurrency: 1, massFailure: { accounts: 1, share: 0.01 } },
        },
        { inputs: [{ name: "shop", label: "Shop", pattern: "[a-z]+[0-9]", example: "acme1" }] },
      );
      const results = await run(document);
      expect(unexpected(results)).toEqual({});
      expect(told(results, "error_in_200")).toEqual([`transient ${document.name}.asleep`]);
      expect(told(results, "no_expires_in")).toEqual(["refreshed"]);
      expect(leftAside(document)).toHaveLength(1);
    },
    patienceMs,
  );

  test(
    "a client that asks for itself has no refresh token to lose, and every refusal is the operator's",
    async () => {
      const results = await run(example({}, { format: "oauth2_client_credentials" }));
      expect(unexpected(results)).toEqual({});
      expect(told(results, "reuse_refused")).toEqual(["the client asks for itself; there is no refresh token"]);
      expect(told(results, "connect")).toEqual(["the client asks for itself; nobody is sent to the provider"]);
      expect(told(results, "error_in_200")).toEqual(["client_misconfigured client.shared"]);
    },
    patienceMs,
  );

  test(
    "a second step, pushed requests, proofs of possession and signing clients are gone through",
    async () => {
      const exchange = { path: "/exchange", params: { subject_token: "{access_token}" }, when: "always" };
      const [exchanged, pushed, signing] = await Promise.all([
        run(example({ exchange })),
        run(example({ auth: { tokenHost: "https://login.acme.example", parPath: "/par" }, options: { dpop: true } })),
        run(example({ options: { authorizationMethod: "private_key_jwt" } })),
      ]);
      for (const one of [exchanged, pushed, signing]) {
        expect(unexpected(one)).toEqual({});
        expect(told(one, "connect")).toEqual(["connected"]);
      }
      expect(told(exchanged, "second_step_fails")).toEqual(["transient http.5xx", "refreshed"]);
    },
    patienceMs,
  );

  test(
    "what a grant brings is brought: by the callback, the token answer and the identity call",
    async () => {
      const fields = [
        { name: "realm", from: "callback", value: "realmId", pattern: "[0-9]+" },
        { name: "site", from: "identity", value: "site.id" },
        { name: "home", from: "token", value: "instance_url", pattern: "https://[a-z]+\\.acme\\.example" },
      ];
      const identity = { path: "/me", id: "id" };
      const results = await run(example({ fields, identity }, { api: { baseUrl: "{home}/v1/{realm}" } }));
      expect(unexpected(results)).toEqual({});
      const connect = results.get("connect");
      const account = connect?.kind === "played" ? connect.steps[0]?.account : null;
      expect(Object.keys(account?.fields ?? {}).toSorted()).toEqual(["home", "realm", "site"]);
      expect(account?.externalAccount?.id).toBe("id-1");
    },
    patienceMs,
  );

  test(
    "the documentation's own answers are used where there are some",
    async () => {
      const body = { access_token: "theirs", refresh_token: "theirs too", expires_in: 1800, scope: "a b", ok: true };
      const expects = { access_token: "theirs", refresh_token: "theirs too", expires_in: 1800, scopes: ["a", "b"] };
      const samples = [token(body, expects), refusal(403, { error: "invalid_grant", hint: "gone" })];
      const results = await run(example({}), { samples });
      expect(unexpected(results)).toEqual({});
      expect(told(results, "documented_token")).toEqual(["connected"]);
      const refused = results.get("reuse_refused");
      expect(refused?.kind === "played" && refused.steps[0]?.httpStatus).toBe(403);
    },
    patienceMs,
  );

  test(
    "what does not apply is named with its reason",
    async () => {
      const narrow = await run(example({ tokenResponse: '{"access_token": key}' }));
      expect(unexpected(narrow)).toEqual({});
      expect(told(narrow, "connect")).toEqual(["connected"]);
      expect(told(narrow, "html_502")).toEqual(["not connected provider_error"]);
      expect(told(narrow, "slow_endpoint")).toEqual(["not connected provider_unreachable"]);
      expect(told(narrow, "rotation")).toEqual([
        "its tokenResponse reads no refresh token, so nothing is ever refreshed",
      ]);
      const plain = await run(example({ scope: ["a"], expiresInUnit: "seconds" }));
      expect(passedBy(plain)).toEqual({
        documented: expect.stringContaining("there is no samples/") as string,
        expires_in_milliseconds: "the document says that expires_in counts seconds",
        partial_scopes: "the document asks for one scope; there are no fewer to grant",
      });
    },
    patienceMs,
  );
});

describe.concurrent("documents that set every field", () => {
  test.each(fullDocuments.map((one) => [one.name, one] as const))(
    "%s is gone through as any other",
    async (_name, document) => {
      const results = await run(document);
      expect(unexpected(results)).toEqual({});
      expect([...results.values()].filter((one) => one.kind === "played").length).toBeGreaterThan(8);
    },
    patienceMs,
  );
});

describe.concurrent("a check has teeth", () => {
  test(
    "an answer of the documentation that the mapping can't read is no success",
    async () => {
      const samples = [
        token({ data: { access: "theirs" } }, { access_token: "theirs" }),
        { ...token({ data: { access: "renewed" } }, { access_token: "renewed" }), what: "refresh" as const },
      ];
      const results = await run(example({ tokenResponse: '{"access_token": data.acces}' }), { samples });
      expect(unexpected(results)).toEqual({
        documented_token: [
          "not connected provider_error",
          expect.stringContaining(
            "expected somebody to be connected, saw not connected: HTTP 200, unreadable",
          ) as string,
        ],
        documented_refresh: ["in_doubt answer.unreadable", "expected refreshed, saw in_doubt (answer.unreadable)"],
      });
    },
    patienceMs,
  );

  test(
    "neither is one that it reads as another: token, life, scopes, refresh token, field",
    async () => {
      const body = {
        access_token: "theirs",
        id: "not it",
        renew: "lost",
        expires_in: 3_600_000,
        scope: "a;b",
        shop: "7",
      };
      const expects = {
        access_token: "theirs",
        refresh_token: "lost",
        expires_in: 3600,
        scopes: ["a", "b"],
        fields: { shop: "7" },
      };
      const tokenResponse = '{"access_token": id, "expires_in": expires_in, "scope": scope}';
      const fields = [{ name: "shop", value: "store", required: false }];
      const results = await run(example({ tokenResponse, fields, expiresInUnit: "seconds" }), {
        samples: [token(body, expects)],
      });
      expect(unexpected(results)["documented_token"]).toEqual([
        "connected",
        "expected callers to get the access token of this answer, and they got another text",
        "expected a token of 3600 s, saw a token of 3600000 s",
        "expected the scopes a b, saw a;b",
        "expected a refresh token to be kept, saw otherwise",
        "expected the field shop to be 7, saw none",
      ]);
    },
    patienceMs,
  );

  test(
    "an error that the document takes for tokens is found",
    async () => {
      const tokenResponse = '{"access_token": access_token ? access_token : error, "refresh_token": refresh_token}';
      const results = await run(example({ tokenResponse }));
      expect(unexpected(results)["error_in_200"]).toEqual([
        "refreshed",
        "expected reauthorize (rfc6749.invalid_grant), saw refreshed",
      ]);
    },
    patienceMs,
  );

  test(
    "a gateway's page or a limit that its rules take for a revocation is found",
    async () => {
      const rule = { class: "reauthorize", meaning: "Gone." };
      const failureRules = [
        { id: "any5xx", statuses: [500, 599], ...rule },
        { id: "slow", statuses: [429, 429], ...rule },
      ];
      const problems = unexpected(await run(example({ refresh: { failureRules } })));
      expect(Object.keys(problems)).toEqual(["html_502", "slow_down", "slow_down_without_time"]);
      expect(problems["html_502"]?.[1]).toMatch(
        /^expected no rule of the document to give the account up, .*any5xx does$/,
      );
    },
    patienceMs,
  );

  test(
    "a refusal of the documentation that it does not understand is found",
    async () => {
      const refused = await run(example({}), { samples: [refusal(400, { code: "token_dead" })] });
      expect(unexpected(refused)["documented_token_error"]).toEqual([
        "transient http.4xx.page",
        "expected reauthorize, saw transient (http.4xx.page)",
      ]);
    },
    patienceMs,
  );

  test(
    "a field that the documentation's answer does not bring is found where it is required",
    async () => {
      const fields = [{ name: "home", value: "instance_url" }];
      const samples = [token({ access_token: "theirs" }, { access_token: "theirs" })];
      expect(unexpected(await run(example({ fields }), { samples }))).toEqual({
        documented_token: [
          "not connected provider_error",
          expect.stringContaining(
            "did not send what this connection needs, or not in the form expected: home",
          ) as string,
        ],
      });
    },
    patienceMs,
  );

  test(
    "whoever its identity call names must be who the documentation says",
    async () => {
      const identity = { host: "https://api.acme.example", path: "/me", id: "$string(team.id)" };
      const sample = {
        what: "identity",
        status: 200,
        headers: {},
        body: { id: 7, team: { id: 8 } },
        expects: { id: "7" },
      };
      const results = await run(example({ identity }), { samples: [sample as SampleOf<"identity">] });
      expect(unexpected(results)).toEqual({ connect: ["connected", "expected 7 to be connected, saw 8"] });
    },
    patienceMs,
  );

  test(
    "an unwell provider that a document calls a rejection, and a rejection that it calls success, are found",
    async () => {
      const harsh = { errorExpression: 'status >= 500 ? {"error": "invalid_token"} : null' };
      const blind = { probe: { path: "/me", valid: "status < 500" } };
      const [one, other] = await Promise.all([
        run(typedDocument("api_key", { name: "keys-4", api: harsh })),
        run(typedDocument("api_key", { name: "keys-5", api: blind })),
      ]);
      expect(Object.keys(unexpected(one))).toEqual(["html_502", "server_error"]);
      expect(unexpected(one)["server_error"]).toContain("expected the account to be active, saw needs_reauth");
      expect(Object.keys(unexpected(other))).toEqual(["rejected", "rejected_later"]);
      expect(unexpected(other)["rejected"]).toContain('expected "they are rejected", saw "they work"');
    },
    patienceMs,
  );
});

describe.concurrent("credentials that people type are probed", () => {
  test(
    "whatever the provider does, only its clear word rejects them",
    async () => {
      const identity = { path: "/who", id: "$string(user.id)", label: "user.name" };
      const results = await run(typedDocument("api_key", { name: "keys-1", config: { identity } }));
      expect(unexpected(results)).toEqual({});
      expect(told(results, "accepted")).toEqual(["they work"]);
      expect(told(results, "rejected_later")).toEqual(["they are rejected"]);
      expect(told(results, "html_502")).toEqual(["the provider is unwell"]);
      expect(told(results, "wrong_shape")).toEqual([
        "its probe has no valid, so any 2xx counts as credentials that work",
      ]);
      expect(told(results, "rotation")).toEqual(["what people type has no end, and nothing refreshes it"]);
    },
    patienceMs,
  );

  test(
    "in each format, by the document's own words for a key that works",
    async () => {
      const valid = "status = 200 and body.ok = true";
      const api = { probe: { path: "/me", method: "POST", valid } };
      const [basic, custom] = await Promise.all([
        run(typedDocument("basic", { name: "keys-2", api })),
        run(typedDocument("custom", { name: "keys-3", api })),
      ]);
      for (const one of [basic, custom]) {
        expect(unexpected(one)).toEqual({});
        expect(told(one, "wrong_shape")).toEqual(["an answer like no other"]);
      }
    },
    patienceMs,
  );
});

const scope = ["a", "b"];
let names = 0;

/** Of a name of its own, so that none waits for another. */
function example(config: Record<string, unknown>, changes: DocumentChanges = {}): IntegrationDocument {
  names += 1;
  return exampleDocument({ name: `acme-${names}`, ...changes, config: { scope, ...config } });
}

function token(body: unknown, expects: TokenSample["expects"]): TokenSample {
  return { what: "token", status: 200, headers: {}, body, expects };
}

function refusal(status: number, body: unknown): SampleOf<"token_error"> {
  return { what: "token_error", status, headers: {}, body, expects: { class: "reauthorize", error: "invalid_grant" } };
}

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
        [entryPoint("cli/main.ts"), ...args],
        { cwd: root, env: { ...env, LOG_LEVEL: "info", INIT_CWD: directory } },
        (error, stdout, stderr) => {
          resolve({ code: typeof error?.code === "number" ? error.code : error === null ? 0 : -1, stdout, stderr });
        },
      );
    });
  }

  test(
    "tries a document on a PostgreSQL of its own, prints one line of JSON, and shows its progress on stderr",
    async () => {
      const { code, stdout, stderr } = await evergrant(
        "integrations",
        "check",
        "integrations/salesforce.json",
        "--json",
      );
      expect(stdout.split("\n")).toHaveLength(2);
      const result = JSON.parse(stdout) as {
        scenarios: { verdict: string; steps: { outcome: string; status: string }[] }[];
      };
      expect(result).toMatchObject({ ok: true, valid: true, name: "salesforce", errors: [] });
      const played = result.scenarios.filter((one) => one.verdict !== "not_applicable");
      expect(played.length).toBeGreaterThan(15);
      expect(new Set(played.map((one) => one.verdict))).toEqual(new Set(["as_expected"]));
      expect(stderr).toContain("salesforce: Used refresh token refused, as expected");
      expect(code).toBe(0);
    },
    patienceMs,
  );

  test(
    "ends with 1 where a valid document does not do what it should, and says what that is",
    async () => {
      mkdirSync(join(directory, "samples"));
      const config = {
        auth: { tokenHost: "https://login.acme.example" },
        tokenResponse: '{"access_token": data.acces}',
      };
      const sample = { what: "token", body: { data: { access: "theirs" } }, expects: { access_token: "theirs" } };
      const document = { name: "acme", credentials: { format: "oauth2", config } };
      writeFileSync(join(directory, "acme.json"), JSON.stringify(document));
      writeFileSync(join(directory, "samples", "acme.json"), JSON.stringify({ samples: [sample] }));
      const { code, stdout } = await evergrant("integrations", "check", join(directory, "acme.json"));
      expect(stdout).toContain("✗  Documented token answer");
      expect(stdout).toContain("→ expected somebody to be connected, saw not connected");
      expect(stdout.trimEnd().split("\n").at(-1)).toMatch(/^1 of \d+ not as the document has it\.$/);
      expect(Math.max(...stdout.split("\n").map((line) => line.length))).toBeLessThanOrEqual(120);
      expect(code).toBe(1);
    },
    patienceMs,
  );

  test(
    "ends with 1 for a file that is not valid, each error at its line, and needs no database for it",
    async () => {
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
    },
    patienceMs,
  );

  test(
    "looks at the form alone where that is asked for",
    async () => {
      const { code, stdout, stderr } = await evergrant(
        "integrations",
        "check",
        "integrations/google.json",
        "--schema-only",
      );
      expect([code, stdout, stderr]).toEqual([0, "integrations/google.json: google is valid\n", ""]);
    },
    patienceMs,
  );

  test(
    "names what it was not given",
    async () => {
      expect(await evergrant("integrations", "check")).toMatchObject({
        code: 2,
        stdout: "",
        stderr: expect.stringContaining("name a file") as string,
      });
      expect(await evergrant("integrations", "check", "nowhere.json")).toMatchObject({
        code: 2,
        stderr: expect.stringContaining("nowhere.json: there is no such file") as string,
      });
      expect(await evergrant("integrations", "check", "integrations")).toMatchObject({
        code: 2,
        stderr: expect.stringContaining("integrations is a directory; name the document") as string,
      });
    },
    patienceMs,
  );

  test(
    "finds a file where npm was called, too",
    async () => {
      writeFileSync(join(directory, "there.json"), "{");
      const { code, stdout } = await evergrant("integrations", "check", "there.json");
      expect([code, stdout.split("\n")[0]]).toEqual([1, "there.json is not valid:"]);
    },
    patienceMs,
  );
});
