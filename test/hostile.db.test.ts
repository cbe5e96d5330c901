import { createServer as createTcpServer, connect as connectTcp, type AddressInfo, type Socket } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startFaultServer, type FaultServer } from "#lab/start-fault-server";
import { startProcess } from "./start-process.ts";
import { expireToken, startStack, type Stack } from "./start-stack.ts";
import { findFreePort } from "#scripts/ports";

// Providers that answer with malice or nonsense, networks that swallow, operators that reach for other people's secrets.
let stack: Stack;
let fault: FaultServer;

beforeAll(async () => {
  stack = await startStack();
  fault = await startFaultServer();
  const put = await stack.call("PUT", "/integrations/odd", document("odd", fault.origin));
  if (put.status !== 201) throw new Error(JSON.stringify(put.body));
  await configure("odd", "the-client-secret-0123456789");
});
afterAll(async () => {
  await fault.close();
  await stack[Symbol.asyncDispose]();
});

function document(name: string, tokenHost: string, authorizeHost = tokenHost): Record<string, unknown> {
  return {
    name,
    credentials: {
      format: "oauth2",
      config: { auth: { tokenHost, tokenPath: "/token", authorizeHost }, scope: ["a"] },
    },
  };
}

async function configure(name: string, secret: string): Promise<void> {
  await stack.call("PATCH", "/environment-integration", {
    integration_name: name,
    credentials: { oauth2: { config: { client_id: "cid", client_secret: secret } } },
  });
}

async function importAccount(name: string, refreshToken: string): Promise<string> {
  const { body } = await stack.call("POST", "/integrated-accounts", {
    integration_name: name,
    tenant_id: "t",
    credentials: { oauth2: { access_token: "access-token-0123456789", refresh_token: refreshToken, expires_in: 3600 } },
  });
  return body.id;
}

describe("a provider that repeats secrets in its error texts", () => {
  test("has them taken out before they are stored, logged, shown or sent on", async () => {
    const secret = "refresh-token-that-must-not-be-seen";
    const id = await importAccount("odd", secret);
    fault.respondWith({
      kind: "json",
      status: 400,
      body: { error: "invalid_grant", error_description: `token ${secret} of the-client-secret-0123456789 is revoked` },
    });
    const answer = await stack.call("POST", `/integrated-accounts/${id}/refresh`);
    expect(answer).toMatchObject({ status: 409, body: { code: "needs_reauth" } });
    expect(answer.body.last_error.message).toBe("invalid_grant: token [redacted] of [redacted] is revoked");
    const { rows } = await stack.database.pool.query(
      `SELECT coalesce(string_agg(a::text, ''), '') || (SELECT string_agg(t::text, '') FROM refresh_attempt t) || (SELECT string_agg(e::text, '') FROM event e) AS all
         FROM integrated_account a`,
    );
    for (const text of [rows[0].all, stack.logs()]) {
      expect(text).not.toContain(secret);
      expect(text).not.toContain("the-client-secret-0123456789");
    }
  });
});

describe("a provider whose words the database can't store", () => {
  test.each<[string, unknown]>([
    ["half a surrogate pair at the cut", { error: "invalid_grant", error_description: `${"x".repeat(283)}😀😀😀` }],
    ["a NUL", { error: "invalid_grant", error_description: "a\u0000b" }],
    ["a lone surrogate", { error: "invalid_grant", error_description: "a\ud83d" }],
  ])("%s still gets its verdict written", async (_name, body) => {
    const id = await importAccount("odd", "refresh-token-0123456789");
    fault.respondWith({ kind: "json", status: 400, body });
    expect((await stack.call("POST", `/integrated-accounts/${id}/refresh`)).status).toBe(409);
    expect((await stack.call("GET", `/integrated-accounts/${id}`)).body.status).toBe("needs_reauth");
  });

  test("a scope with a NUL does not cost the rotated token", async () => {
    const id = await importAccount("odd", "refresh-token-0123456789");
    fault.respondWith({
      kind: "json",
      status: 200,
      body: { access_token: "new-access", refresh_token: "new-refresh", expires_in: 3600, scope: "a\u0000b c" },
    });
    const answer = await stack.call("POST", `/integrated-accounts/${id}/refresh`);
    expect(answer).toMatchObject({
      status: 200,
      body: { credential_version: 2, scopes: { granted: ["a", "b", "c"] } },
    });
  });
});

describe("an operator", () => {
  test("can't read a client secret by pointing its definition at another host", async () => {
    await stack.call("PUT", "/integrations/lure", document("lure", "https://login.example.com"));
    await configure("lure", "a-secret-given-for-login-example-com");
    const moved = await stack.call("PUT", "/integrations/lure", document("lure", fault.origin));
    expect(moved.status).toBe(200);
    const view = await stack.call("GET", "/environment-integrations/lure");
    expect(view.body.effective).not.toHaveProperty("/credentials/config/client/client_secret");
    const id = await importAccount("lure", "any-refresh-token-0123456789");
    const before = fault.requests.length;
    await stack.call("POST", `/integrated-accounts/${id}/refresh`);
    for (const { headers, body } of fault.requests.slice(before)) {
      expect(JSON.stringify([headers, body])).not.toContain("a-secret-given");
      expect(headers.authorization ?? "").not.toContain(
        Buffer.from("cid:a-secret-given").toString("base64").slice(0, 12),
      );
    }
  });

  test("can't swap the roles of two hosts while accounts live on them", async () => {
    const [one, other] = ["https://one.example", "https://other.example"];
    await stack.call("PUT", "/integrations/swap", document("swap", one, other));
    await importAccount("swap", "refresh-token-0123456789");
    const swapped = await stack.call("PUT", "/integrations/swap", document("swap", other, one));
    expect(swapped).toMatchObject({ status: 409, body: { code: "conflict" } });
  });
});

describe("input made to break", () => {
  test.each([
    ["/oauth/callback/%00?state=a", 404],
    ["/api/connect/links/%00", 404],
    [`/api/v1/integrated-accounts?cursor=${Buffer.from('[8640000000000000,"ia_x"]').toString("base64url")}`, 400],
    [`/api/v1/integrated-accounts?cursor=${Buffer.from('[1,"\\u0000"]').toString("base64url")}`, 400],
  ])("%s has a clear answer", async (path, status) => {
    const answer = await fetch(`${stack.apis[0]?.origin}${path}`, {
      headers: { authorization: `Bearer ${stack.apiKey}` },
    });
    expect(answer.status).toBe(status);
  });

  test("a document that nests without end is refused before anything recurses into it", async () => {
    const deep = `${'{"a":'.repeat(5000)}1${"}".repeat(5000)}`;
    expect((await stack.call("PUT", "/integrations/deep", deep)).status).toBe(422);
  });

  test.each(["https://[", "https://a:99999999", "https://"])("the host %s is refused", async (host) => {
    expect((await stack.call("PUT", "/integrations/nowhere", document("nowhere", host))).status).toBe(422);
  });

  test("a crowd at the sign-in neither locks others out nor slows refreshes down", async () => {
    const origin = stack.apis[0]?.origin ?? "";
    const csrf = await fetch(`${origin}/api/auth/csrf`);
    const cookie = csrf.headers
      .getSetCookie()
      .map((one) => one.split(";")[0])
      .join("; ");
    const { csrfToken } = (await csrf.json()) as { csrfToken: string };
    const tries = Array.from({ length: 60 }, async (_, index) => {
      const answer = await fetch(`${origin}/api/auth/callback/credentials`, {
        method: "POST",
        redirect: "manual",
        headers: { cookie, "x-auth-return-redirect": "1" },
        body: new URLSearchParams({ csrfToken, email: `nobody-${index}@example.com`, password: "wrong-password" }),
      });
      return answer.status;
    });
    const id = await importAccount("odd", "refresh-token-0123456789");
    fault.respondWith({ kind: "json", status: 200, body: { access_token: "a", expires_in: 3600 } });
    expect((await stack.call("POST", `/integrated-accounts/${id}/refresh`)).status).toBe(200);
    const statuses = await Promise.all(tries);
    expect(statuses.filter((status) => status === 429).length).toBeGreaterThanOrEqual(20);
    expect(statuses).toContain(200);
  });
});

test("an answer survives a database whose packets are swallowed: it waits on disk, and is written once they pass", async () => {
  const account = await stack.connect("swallowed", "ada");
  const database = await startSwallowingProxy(new URL(stack.database.url));
  const port = await findFreePort();
  const api = await startProcess("api/main.ts", { ...stack.env, DATABASE_URL: database.url, PORT: String(port) });
  await expireToken(stack.database, account.id);
  let arrive = (): void => {};
  let release = (): void => {};
  const arrived = new Promise<void>((resolve) => (arrive = resolve));
  const held = new Promise<void>((resolve) => (release = resolve));
  stack.lab.onTokenRequest = async () => {
    arrive();
    await held;
  };
  const read = fetch(`http://127.0.0.1:${port}/api/v1/integrated-accounts/${account.id}/token`, {
    headers: { authorization: `Bearer ${stack.apiKey}` },
  });
  await arrived;
  database.swallow();
  release();
  stack.lab.onTokenRequest = null;
  // Callers are let go with a problem; the answer is on disk, where any process of this machine finds it before it claims.
  expect((await read).status).toBe(503);
  await stack.database.pool.query(
    "UPDATE integrated_account SET lease_until = now() - interval '1 second' WHERE id = $1",
    [account.id],
  );
  const token = await stack.call("GET", `/integrated-accounts/${account.id}/token`);
  expect(token).toMatchObject({ status: 200, body: { credential_version: 2 } });
  expect(stack.lab.stats()).toMatchObject({ reuse_detected: 0, invalid_grants: 0 });
  await api.kill();
  database.close();
});

async function startSwallowingProxy(target: URL): Promise<{ url: string; swallow(): void; close(): void }> {
  let isSwallowing = false;
  const sockets = new Set<Socket>();
  const server = createTcpServer((client) => {
    const upstream = connectTcp(Number(target.port), target.hostname);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on("error", () => {});
    }
    client.on("data", (chunk) => void (isSwallowing || upstream.write(chunk)));
    upstream.on("data", (chunk) => void (isSwallowing || client.write(chunk)));
    client.on("close", () => upstream.destroy());
    upstream.on("close", () => client.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = new URL(target.href);
  url.port = String((server.address() as AddressInfo).port);
  return {
    url: url.href,
    swallow: () => void (isSwallowing = true),
    close: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
