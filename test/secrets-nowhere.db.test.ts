import { afterAll, beforeAll, expect, test } from "vitest";
import { createTestDatabase } from "./database.ts";
import { dumpDatabase, findSecrets } from "./find-secrets.ts";
import { expireToken, startStack, type Stack } from "./start-stack.ts";

let stack: Stack;

beforeAll(async () => {
  stack = await startStack({ worker: true });
});
afterAll(async () => {
  await stack[Symbol.asyncDispose]();
});

/** Everything that makes, moves, spends and fails with a token. */
async function live(): Promise<string[]> {
  const account = await stack.connect("tenant", "ada");
  await stack.call("GET", `/integrated-accounts/${account.id}/token`);
  await stack.call("POST", `/integrated-accounts/${account.id}/refresh`);
  await expireToken(stack.database, account.id);
  await stack.call("GET", `/integrated-accounts/${account.id}/token`);
  const grant = await stack.lab.issueGrant({ clientId: "evergrant-test", person: "alan" });
  const imported = await stack.call("POST", "/integrated-accounts", {
    integration_name: "acme-crm",
    tenant_id: "importer",
    credentials: { oauth2: { access_token: grant.accessToken, refresh_token: grant.refreshToken, expires_in: 0 } },
  });
  // A scheduled refresh by the worker, through a job.
  await until(async () => {
    const { body } = await stack.call("GET", `/integrated-accounts/${imported.body.id}`);
    return body.credential_version > 1;
  });
  // Failures carry provider texts into errors, attempts and logs.
  const live = stack.lab.grants().find((one) => one.person === "ada");
  await stack.lab.revokeGrant(live?.grant_id ?? "");
  await expireToken(stack.database, account.id);
  await stack.call("GET", `/integrated-accounts/${account.id}/token`);
  const link = await stack.call("POST", "/link-tokens", { tenant_id: "tenant", integrated_account_id: account.id });
  const outcome = await stack.walk(link.body.url, "ada");
  await stack.call("GET", `/oauth/callback/nobody?code=${outcome.callbackUrl}`);
  // What a caller does wrong must not be written down either.
  await stack.call("POST", "/integrated-accounts", { credentials: { oauth2: { access_token: grant.accessToken } } });
  const other = await stack.connect("leaver", "hedy");
  await stack.call("DELETE", `/integrated-accounts/${other.id}`);
  // A grant that waits for its person's word.
  const asked = await stack.call("POST", "/link-tokens", { tenant_id: "asked", integration_name: "acme-crm" });
  const waiting = await stack.walk(asked.body.url, "grace", { approve: false });
  expect(waiting.status).toBe("approving");
  return [stack.apiKey, link.body.link_token, ...stack.lab.issuedTokens()];
}

test("no token that was ever issued, spent ones too, stands in the database, in jobs or in logs", async () => {
  const secrets = await live();
  expect(secrets.length).toBeGreaterThan(15);
  const dump = await dumpDatabase(stack.database.pool);
  expect(dump.tables).toEqual(expect.arrayContaining(["public.sealed_credential", "graphile_worker._private_jobs"]));
  expect(dump.bytes).toBeGreaterThan(10_000);
  expect(findSecrets(secrets, dump.chunks)).toEqual([]);
  expect(findSecrets(secrets, [Buffer.from(stack.logs())])).toEqual([]);
});

test("the hunt has teeth: a planted token is found as text, as bytes, in hex and in base64", async () => {
  await using database = await createTestDatabase();
  const secret = "planted-canary-token-0123456789";
  const plants: [name: string, value: unknown][] = [
    ["text", `before ${secret} after`],
    ["hex", Buffer.from(secret).toString("hex")],
    ["base64", Buffer.from(`xy${secret}z`).toString("base64")],
  ];
  await database.pool.query("CREATE TABLE plant (name text, value text, raw bytea)");
  for (const [name, value] of plants) {
    await database.pool.query("TRUNCATE plant");
    await database.pool.query("INSERT INTO plant (name, value) VALUES ($1, $2)", [name, value]);
    expect(findSecrets([secret], (await dumpDatabase(database.pool)).chunks), name).toEqual(["planted-…"]);
  }
  await database.pool.query("TRUNCATE plant");
  await database.pool.query("INSERT INTO plant (name, raw) VALUES ('bytes', $1)", [Buffer.from(`..${secret}`)]);
  expect(findSecrets([secret], (await dumpDatabase(database.pool)).chunks)).toEqual(["planted-…"]);
});

async function until(isDone: () => Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    if (await isDone()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error("it did not happen within 10 s");
}
