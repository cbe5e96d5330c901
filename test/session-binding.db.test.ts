import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { removeExpired } from "#adapters/postgres/housekeeping";
import { labIntegration } from "#scripts/lab-integration";
import { findFreePort } from "#scripts/ports";
import { departFrom } from "./connect-at.ts";
import { findSecrets, dumpDatabase } from "./find-secrets.ts";
import { keyDefinition, startKeyProvider, type KeyProvider } from "./start-key-provider.ts";
import { makeKey } from "./make-key.ts";
import { startStack, type Answer, type Stack } from "./start-stack.ts";

let stack: Stack;
let product: Product;
let keys: KeyProvider;

beforeAll(async () => {
  [stack, keys] = await Promise.all([startStack({ apis: 2 }), startKeyProvider()]);
  product = await startProduct((id, body) => stack.call("POST", `/connect-sessions/${id}/complete`, body));
  await stack.call("PATCH", "/environment", { return_urls: [product.returnUrl] });
  await stack.call("PUT", "/integrations/acme-keys", keyDefinition("acme-keys", keys.origin, "api_key"));
});
afterAll(async () => {
  await product.close();
  await stack[Symbol.asyncDispose]();
  await keys.close();
});

interface Product {
  readonly returnUrl: string;
  /** The return page, opened by a browser that is signed in to the product as this user. */
  open(location: string, signedInAs: string): Promise<{ readonly status: number; readonly text: string }>;
  close(): Promise<void>;
}

/** The product's own backend: a session cookie of its own, and a return page that confirms as the guide says. */
async function startProduct(complete: (id: string, body: unknown) => Promise<Answer>): Promise<Product> {
  const server: Server = createServer((request, response) => {
    void (async () => {
      const user = /product_session=([a-z0-9-]+)/.exec(request.headers.cookie ?? "")?.[1] ?? "";
      const id = new URL(request.url ?? "", "http://product").searchParams.get("connect_session_id") ?? "";
      const answer = await complete(id, { tenant_id: "tenant-of-product", user_reference: user });
      const text = answer.status === 200 ? `connected ${answer.body.id}` : answer.body.code;
      response.writeHead(answer.status === 200 ? 200 : 400).end(text);
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    returnUrl: `http://127.0.0.1:${port}/integrations?tab=crm%20tools`,
    async open(location, signedInAs) {
      const page = await fetch(location, { headers: { cookie: `product_session=${signedInAs}` } });
      return { status: page.status, text: await page.text() };
    },
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

const linkFor = async (user: string, changes: Record<string, unknown> = {}): Promise<string> => {
  const made = await stack.call("POST", "/link-tokens", {
    tenant_id: "tenant-of-product",
    user_reference: user,
    integration_name: "acme-crm",
    session_binding: true,
    return_url: product.returnUrl,
    ...changes,
  });
  if (made.status !== 201) throw new Error(JSON.stringify(made.body));
  return made.body.url;
};
const accounts = async (): Promise<any[]> =>
  (await stack.call("GET", "/integrated-accounts?tenant_id=tenant-of-product")).body.data;
const exchanges = (): number => stack.lab.stats().code_exchanges;
const sessionIn = (location: string): string => new URL(location).searchParams.get("connect_session_id") ?? "";
const sealedFor = async (session: string): Promise<string[]> => {
  const { rows } = await stack.database.pool.query("SELECT field FROM sealed_secret WHERE owner = $1 ORDER BY 1", [
    session,
  ]);
  return rows.map((row) => row.field);
};

describe("a link with session binding (R93, B4)", () => {
  test("needs a user and a page of the product, each named where it is missing", async () => {
    const answer = await stack.call("POST", "/link-tokens", {
      tenant_id: "tenant-of-product",
      integration_name: "acme-crm",
      session_binding: true,
    });
    expect(answer.status).toBe(422);
    expect(answer.body.errors.map((one: { pointer: string }) => one.pointer)).toEqual([
      "/user_reference",
      "/return_url",
    ]);
  });

  test("connects when the browser is signed in as the user whom it was made for, and not before", async () => {
    const before = exchanges();
    const walked = await stack.walk(await linkFor("user-1"), "ada");
    expect(walked.callbackStatus).toBe(303);
    const id = sessionIn(walked.location);
    expect(walked.location).toBe(`${product.returnUrl}&connect_session_id=${id}`);
    // Here, too, nothing says that anything is connected; the way on is the product's.
    expect(walked).toMatchObject({ status: "confirming", external_account: null, return_url: walked.location });
    expect(exchanges()).toBe(before);
    expect((await accounts()).map((one) => one.status)).toEqual(["connecting"]);
    expect(await sealedFor(id)).toEqual(["connect_answer", "pkce_verifier"]);
    const code = new URL(walked.callbackUrl).searchParams.get("code") ?? "";
    expect(code.length).toBeGreaterThan(10);
    expect(findSecrets([code], (await dumpDatabase(stack.database.pool)).chunks)).toEqual([]);
    expect(stack.logs()).not.toContain(code);

    const page = await product.open(walked.location, "user-1");
    const [account] = await accounts();
    expect(page).toEqual({ status: 200, text: `connected ${account.id}` });
    expect(account).toMatchObject({ status: "active", external_account: { id: "ada" }, credential_version: 1 });
    expect(exchanges()).toBe(before + 1);
    expect(await sealedFor(id)).toEqual([]);
    // A page that is loaded again confirms again.
    expect(await product.open(walked.location, "user-1")).toEqual(page);
    expect(exchanges()).toBe(before + 1);
    const again = await fetch(walked.callbackUrl, { headers: { cookie: walked.cookie }, redirect: "manual" });
    expect(again.status).toBe(400);
    const { rows } = await stack.database.pool.query(
      "SELECT action, account_id FROM audit_event WHERE target = $1 AND action LIKE 'connect.%'",
      [id],
    );
    expect(rows).toEqual([{ action: "connect.confirmed", account_id: account.id }]);
  });

  test("opened in the browser of somebody else connects nothing: its code is never exchanged", async () => {
    const before = exchanges();
    const active = (await accounts()).filter((one) => one.status === "active").length;
    const url = await linkFor("user-1");
    const walked = await stack.walk(url, "alan");
    const id = sessionIn(walked.location);
    expect(await product.open(walked.location, "user-2")).toEqual({ status: 400, text: "forbidden" });
    expect(await sealedFor(id)).toEqual([]);
    // Nor when the one whom the link is for gets hold of the session.
    expect(await product.open(walked.location, "user-1")).toEqual({ status: 400, text: "forbidden" });
    expect(exchanges()).toBe(before);
    expect((await accounts()).filter((one) => one.status === "active")).toHaveLength(active);
    const page = await fetch(`${stack.apis[0]?.origin}/api/connect/outcome`, { headers: { cookie: walked.cookie } });
    expect(await page.json()).toMatchObject({ status: "failed", failure: { code: "binding_failed" } });
    const { pool } = stack.database;
    const audit = await pool.query(
      "SELECT actor, detail FROM audit_event WHERE action = 'connect.binding_failed' AND target = $1",
      [id],
    );
    expect(audit.rows).toMatchObject([
      {
        actor: expect.stringMatching(/^key_/),
        detail: { tenant_id: "tenant-of-product", differs: ["user_reference"] },
      },
    ]);
    const events = await pool.query("SELECT payload FROM event WHERE event_type = 'security:anomaly'");
    expect(events.rows.map((row) => row.payload)).toEqual([
      {
        kind: "connect_binding_failed",
        integration_name: "acme-crm",
        tenant_id: "tenant-of-product",
        connect_session_id: id,
      },
    ]);
    // The link still is the right person's.
    const right = await stack.walk(url, "alan");
    expect((await product.open(right.location, "user-1")).status).toBe(200);
  });

  test("is exchanged once by confirmations that meet in two processes", async () => {
    const before = exchanges();
    const { location } = await stack.walk(await linkFor("user-3"), "grace");
    const body = { tenant_id: "tenant-of-product", user_reference: "user-3" };
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, index) =>
        stack.call("POST", `/connect-sessions/${sessionIn(location)}/complete`, body, { api: index % 2 }),
      ),
    );
    expect(answers.map((one) => one.status)).toEqual(Array.from({ length: 8 }, () => 200));
    expect(new Set(answers.map((one) => one.body.id)).size).toBe(1);
    expect(exchanges()).toBe(before + 1);
  });

  test("is nothing to keys of another environment, tenant or integration, or without the permission", async () => {
    const { location } = await stack.walk(await linkFor("user-4"), "grace");
    const path = `/connect-sessions/${sessionIn(location)}/complete`;
    const words = { tenant_id: "tenant-of-product", user_reference: "user-4" };
    for (const { key } of [
      await makeKey(stack, "--environment", "staging"),
      await makeKey(stack, "--tenants", "tenant-b"),
      await makeKey(stack, "--integrations", "hubspot"),
    ]) {
      for (const body of [words, { ...words, user_reference: "user-5" }]) {
        const answer = await stack.call("POST", path, body, { key });
        const missing = await stack.call("POST", "/connect-sessions/cs_nobody/complete", body, { key });
        expect(answer.status).toBe(404);
        expect({ ...answer.body, instance: "" }).toEqual({ ...missing.body, instance: "" });
      }
    }
    const reader = (await makeKey(stack, "--permissions", "accounts:read")).key;
    expect(await stack.call("POST", path, words, { key: reader })).toMatchObject({
      status: 403,
      body: { permission: "links:write" },
    });
    for (const [body, pointer] of [
      [{ tenant_id: "tenant-of-product" }, "/user_reference"],
      [{ ...words, code: "x" }, "/code"],
    ] as const) {
      const answer = await stack.call("POST", path, body);
      expect([answer.status, answer.body.errors[0].pointer]).toEqual([422, pointer]);
    }
    // None of it ended the session.
    expect((await stack.call("POST", path, words)).body).toMatchObject({ status: "active" });
  });

  test("that nobody confirms in ten minutes keeps no code, and says so", async () => {
    const before = exchanges();
    const { location } = await stack.walk(await linkFor("user-6"), "grace");
    const { pool } = stack.database;
    const id = sessionIn(location);
    await removeExpired(pool);
    expect(await sealedFor(id)).toHaveLength(2);
    await pool.query("UPDATE connect_session SET expires_at = now() WHERE id = $1", [id]);
    await removeExpired(pool);
    expect(await sealedFor(id)).toEqual([]);
    const answer = await stack.call("POST", `/connect-sessions/${id}/complete`, {
      tenant_id: "tenant-of-product",
      user_reference: "user-6",
    });
    expect(answer).toMatchObject({ status: 409, body: { code: "conflict" } });
    expect(answer.body.detail).toContain("ten minutes");
    expect(exchanges()).toBe(before);
  });

  test("waits on, with its verifier, while the provider can't be reached, and is exchanged when it can", async () => {
    const port = await findFreePort();
    const lab = labIntegration("acme-away", stack.lab.origin) as any;
    const { auth } = lab.credentials.config;
    lab.credentials.config.auth = { ...auth, tokenHost: `http://127.0.0.1:${port}`, authorizeHost: stack.lab.origin };
    delete lab.credentials.config.auth.issuer;
    await stack.call("PUT", "/integrations/acme-away", lab);
    await stack.call("PATCH", "/environment-integration", {
      integration_name: "acme-away",
      credentials: { oauth2: { config: { client_id: "away", client_secret: "secret-of-away" } } },
    });
    const { authorize, cookie } = await departFrom(stack, "acme-away", {
      tenant_id: "tenant-of-product",
      user_reference: "user-10",
      session_binding: true,
      return_url: product.returnUrl,
    });
    const callback = new URL(authorize.searchParams.get("redirect_uri") ?? "");
    callback.search = new URLSearchParams({
      state: authorize.searchParams.get("state") ?? "",
      code: "code-1",
    }).toString();
    const back = await fetch(callback, { headers: { cookie }, redirect: "manual" });
    const id = sessionIn(back.headers.get("location") ?? "");
    const confirm = () =>
      stack.call("POST", `/connect-sessions/${id}/complete`, {
        tenant_id: "tenant-of-product",
        user_reference: "user-10",
      });
    const away = await confirm();
    expect([away.status, away.body.code]).toEqual([503, "provider_unavailable"]);
    expect(Number(away.headers.get("retry-after"))).toBeGreaterThan(0);
    expect(await sealedFor(id)).toEqual(["connect_answer", "pkce_verifier"]);
    const bodies: string[] = [];
    const provider = createServer((request, response) => {
      let body = "";
      request.on("data", (chunk: Buffer) => (body += chunk.toString()));
      request.on("end", () => {
        bodies.push(body);
        response.setHeader("content-type", "application/json");
        response.end(JSON.stringify({ access_token: "a-token-of-away", token_type: "Bearer", expires_in: 3600 }));
      });
    });
    await new Promise<void>((resolve) => provider.listen(port, "127.0.0.1", resolve));
    try {
      expect((await confirm()).body).toMatchObject({ status: "active", integration_name: "acme-away" });
    } finally {
      await new Promise<void>((resolve) => provider.close(() => resolve()));
    }
    expect(bodies).toHaveLength(1);
    const sent = new URLSearchParams(bodies[0]);
    expect(sent.get("code")).toBe("code-1");
    expect(sent.get("code_verifier")).toMatch(/^[\w-]{43}$/);
    expect(await sealedFor(id)).toEqual([]);
  });

  test("brings an account back under its id, and no other external account in its place (R32)", async () => {
    const account = await stack.connect("tenant-of-product", "hedy");
    const again = { integrated_account_id: account.id, integration_name: undefined };
    const wrong = await stack.walk(await linkFor("user-7", again), "alan");
    expect(await product.open(wrong.location, "user-7")).toEqual({ status: 400, text: "external_account_mismatch" });
    const right = await stack.walk(await linkFor("user-7", again), "hedy");
    expect(await product.open(right.location, "user-7")).toEqual({ status: 200, text: `connected ${account.id}` });
    const { body } = await stack.call("GET", `/integrated-accounts/${account.id}`);
    expect(body).toMatchObject({ status: "active", credential_version: 2, external_account: { id: "hedy" } });
  });

  test("where a key is typed stores it only once it is confirmed", async () => {
    const key = "sk_northwind_4242424242";
    keys.keys.set(key, "Northwind");
    const send = async (url: string): Promise<string> => {
      const response = await fetch(url, {
        method: "POST",
        body: new URLSearchParams({ integration_name: "acme-keys", "credentials.api_key": key }),
        headers: { origin: new URL(url).origin },
        redirect: "manual",
      });
      return response.headers.get("location") ?? "";
    };
    const typed = { integration_name: "acme-keys" };
    const others = await send(await linkFor("user-8", typed));
    expect(findSecrets([key], (await dumpDatabase(stack.database.pool)).chunks)).toEqual([]);
    expect(await product.open(others, "user-9")).toEqual({ status: 400, text: "forbidden" });
    expect(await sealedFor(sessionIn(others))).toEqual([]);
    const own = await send(await linkFor("user-8", typed));
    const page = await product.open(own, "user-8");
    expect(page.status).toBe(200);
    const token = await stack.call("GET", `/integrated-accounts/${page.text.split(" ")[1]}/token`);
    expect(token.body).toMatchObject({ credentials: { api_key: key } });
  });
});
