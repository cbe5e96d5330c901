import { afterAll, beforeAll, expect, test } from "vitest";
import { startLab, type Lab } from "#lab/start-lab";
import { labIntegration } from "#scripts/lab-integration";
import { until } from "./faulty-integration.ts";
import { startStack, type Stack } from "./start-stack.ts";

const name = "novel-crm";
const client = { id: "client-of-novel", secret: "a-secret-of-the-test" };

let stack: Stack;
/** Nobody knows of it when api and worker start, and nothing here starts them again. */
let provider: Lab;

beforeAll(async () => {
  stack = await startStack({ worker: true });
  provider = await startLab({ accessTokenSeconds: 10 });
});
afterAll(async () => {
  await provider.close();
  await stack[Symbol.asyncDispose]();
});

test("a provider that is defined while everything runs is connected to, and refreshed by the worker's alarm, without a restart", async () => {
  expect((await stack.call("GET", `/integrations/${name}`)).status).toBe(404);

  const put = await stack.call("PUT", `/integrations/${name}`, labIntegration(name, provider.origin));
  expect(put.status).toBe(201);
  const { body } = await stack.call("PATCH", "/environment-integration", {
    integration_name: name,
    credentials: { oauth2: { config: { client_id: client.id, client_secret: client.secret } } },
  });
  await provider.registerClient({
    clientId: client.id,
    clientSecret: client.secret,
    redirectUris: [body.redirect_uri],
  });

  const link = await stack.call("POST", "/link-tokens", { tenant_id: "first", integration_name: name });
  const outcome = await stack.walk(link.body.url, "ada", { integration: name, origin: provider.origin });
  expect(outcome).toMatchObject({ status: "connected", external_account: expect.any(String) });
  const account = async () => (await stack.call("GET", "/integrated-accounts?tenant_id=first")).body.data[0];
  const { id, expires_at: firstEnd } = await account();

  // Nobody asks for a token: the alarm alone has it refreshed.
  await until(async () => (await account()).credential_version > 1);
  const refreshed = await account();
  expect(refreshed).toMatchObject({ status: "active", last_error: null });
  expect(Date.parse(refreshed.expires_at)).toBeGreaterThan(Date.parse(firstEnd));
  const attempts = (await stack.call("GET", `/integrated-accounts/${id}/refresh-attempts`)).body.data;
  expect(attempts.at(-1)).toMatchObject({ reason: "alarm", outcome: "refreshed", waiters: 0 });
  expect(provider.stats().code_exchanges).toBe(1);
});
