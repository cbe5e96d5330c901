import { expect, test } from "vitest";
import { startFaultServer, type RecordedRequest } from "#lab/start-fault-server";
import { departFrom } from "./connect-at.ts";
import { defineFaulty, numberedAnswers } from "./faulty-integration.ts";
import { dumpDatabase, findSecrets } from "./find-secrets.ts";
import { startStack } from "./start-stack.ts";

const name = "own-app";
const secrets = { first: "first-secret-of-their-app", second: "second-secret-of-their-app" };

/** Whose client asked, and with what. */
const shown = ({ headers }: RecordedRequest): string =>
  Buffer.from(String(headers["authorization"]).slice("Basic ".length), "base64").toString();

const refused = { kind: "json", status: 401, body: { error: "invalid_client" } } as const;

test("an account lives with its own OAuth app from import to disconnection, and the environment's is never used (R65)", async () => {
  await using stack = await startStack();
  const server = await startFaultServer();
  await defineFaulty(stack, name, server, {
    auth: { tokenHost: server.origin, tokenPath: "/token", authorizePath: "/authorize", revokePath: "/revoke" },
  });
  const accepted = new Set([`their-app:${secrets.first}`]);
  const { answer, issued } = numberedAnswers();
  server.respondWith((request) => {
    if (!accepted.has(shown(request))) return refused;
    return answer();
  });
  const client = { client_id: "their-app", client_secret: secrets.first };
  const bring = async (oauth2: Record<string, unknown>) =>
    await stack.call("POST", "/integrated-accounts", {
      integration_name: name,
      tenant_id: "tenant",
      credentials: { oauth2: { access_token: "at-0", refresh_token: "rt-0", expires_in: 3600, ...oauth2 } },
    });

  const without = (pointer: string) => ({ status: 422, body: { errors: [{ pointer }] } });
  expect(await bring({ client_id: "their-app" })).toMatchObject(without("/credentials/oauth2/client_secret"));
  expect(await bring({ client_secret: secrets.first })).toMatchObject(without("/credentials/oauth2/client_id"));
  const imported = await bring(client);
  expect(imported).toMatchObject({ status: 201, body: { status: "active" } });
  const path = `/integrated-accounts/${imported.body.id}`;
  const clientInForce = { value: "their-app", origin: "account" };
  expect(imported.body.effective["/credentials/config/client/client_id"]).toEqual(clientInForce);
  expect(imported.body.effective["/credentials/config/client/client_secret"].origin).toBe("account");

  expect((await stack.call("POST", `${path}/refresh`)).status).toBe(200);
  expect(server.requests.at(-1)?.form).toMatchObject({ grant_type: "refresh_token", refresh_token: "rt-0" });

  // Another secret is kept at once, and the one before it works on until the provider switches.
  const give = async (given: Record<string, unknown>) =>
    await stack.call("PATCH", path, { overrides: { credentials: { oauth2: given } } });
  const before = server.requests.length;
  expect((await give({ client_secret: secrets.second })).status).toBe(200);
  expect(server.requests).toHaveLength(before);
  expect(await give({ client_id: "other-app", client_secret: "x" })).toMatchObject(
    without("/overrides/credentials/oauth2/client_id"),
  );
  const key = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n";
  for (const unfit of ["", "x".repeat(5001), "sécret", "two\nlines", key, 7, null]) {
    const { status, body } = await give({ client_secret: unfit });
    const pointers = new Set(body.errors?.map((one: { pointer: string }) => one.pointer));
    expect([status, pointers]).toEqual([422, new Set(["/overrides/credentials/oauth2/client_secret"])]);
  }
  expect((await give({})).status).toBe(422);
  expect((await give({ client_secret: "x", client_key: "y" })).status).toBe(422);
  expect((await stack.call("POST", `${path}/refresh`)).status).toBe(200);
  expect(server.requests.slice(before).map(shown)).toEqual([
    `their-app:${secrets.second}`,
    `their-app:${secrets.first}`,
  ]);
  accepted.clear();
  expect((await stack.call("POST", `${path}/refresh`)).body.code).toBe("needs_reauth");
  accepted.add(`their-app:${secrets.second}`);
  expect((await give({ client_secret: secrets.second })).body.status).toBe("active");

  const departure = await departFrom(stack, name, { integrated_account_id: imported.body.id });
  expect(departure.authorize.searchParams.get("client_id")).toBe("their-app");
  const { body: environment } = await stack.call("GET", `/environment-integrations/${name}`);
  expect(departure.authorize.searchParams.get("redirect_uri")).toBe(environment.redirect_uri);
  expect(await departure.back({ code: "their-code" })).toMatchObject({ status: "connected" });
  expect(server.requests.at(-1)?.form).toMatchObject({ grant_type: "authorization_code", code: "their-code" });
  expect((await stack.call("POST", `${path}/refresh`)).status).toBe(200);

  expect((await stack.call("DELETE", path)).body.revocation).toBe("revoked");
  expect(server.requests.at(-1)).toMatchObject({ url: "/revoke", form: { token: `rt-${issued() - 1}` } });
  expect(new Set(server.requests.map((one) => shown(one).split(":")[0]))).toEqual(new Set(["their-app"]));
  const { chunks } = await dumpDatabase(stack.database.pool);
  expect(findSecrets(Object.values(secrets), [...chunks, Buffer.from(stack.logs())])).toEqual([]);
  await server.close();
});
