import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { connectAsPerson } from "#lab/connect-as-person";
import type { LabClient } from "#lab/start-lab";
import { labIntegration } from "#scripts/lab-integration";
import { startStack, type Stack } from "./start-stack.ts";

// The ways in which a client asks an authorization server, against a real one that knows them.
let stack: Stack;

beforeAll(async () => {
  stack = await startStack({ lab: { extensions: true } });
});
afterAll(async () => {
  await stack[Symbol.asyncDispose]();
});

interface Wish {
  readonly auth?: Readonly<Record<string, unknown>>;
  readonly options?: Readonly<Record<string, unknown>>;
  readonly client?: Partial<LabClient>;
}

/** The lab under another name, asked in another way; its client registered there. */
async function define(name: string, { auth = {}, options = {}, client = {} }: Wish): Promise<void> {
  const document = labIntegration(name, stack.lab.origin) as any;
  const { config } = document.credentials;
  Object.assign(config.auth, auth);
  Object.assign(config.options, options);
  config.params = { authorize: { prompt: "consent" } };
  const put = await stack.call("PUT", `/integrations/${name}`, document);
  expect(put.status, JSON.stringify(put.body)).toBe(201);
  const clientSecret = "a-secret-of-the-lab-0123456789";
  const patched = await stack.call("PATCH", "/environment-integration", {
    integration_name: name,
    credentials: { oauth2: { config: { client_id: name, client_secret: clientSecret } } },
  });
  expect(patched.status, JSON.stringify(patched.body)).toBe(200);
  await stack.lab.registerClient({
    clientId: name,
    clientSecret,
    redirectUris: [patched.body.redirect_uri],
    ...client,
  });
}

async function link(name: string, tenantId: string): Promise<string> {
  const { body } = await stack.call("POST", "/link-tokens", { tenant_id: tenantId, integration_name: name });
  return body.url;
}

/** A click on a new link: where it sends the browser, and what the browser keeps. */
async function leave(name: string): Promise<{ address: URL; cookie: string }> {
  const click = await fetch(await link(name, "tenant-click"), {
    method: "POST",
    body: new URLSearchParams({ integration_name: name }),
    headers: { origin: stack.apis[0]?.origin ?? "" },
    redirect: "manual",
  });
  const cookies = click.headers.getSetCookie().map((one) => one.split(";")[0]);
  const address = new URL(click.headers.get("location") ?? "", stack.apis[0]?.origin);
  return { address, cookie: cookies.join("; ") };
}

async function outcomeOf(cookie: string): Promise<unknown> {
  return await (await fetch(`${stack.apis[0]?.origin}/api/connect/outcome`, { headers: { cookie } })).json();
}

async function refreshed(name: string, tenantId: string): Promise<any> {
  const { body } = await stack.call("GET", `/integrated-accounts?tenant_id=${tenantId}&integration_name=${name}`);
  const answer = await stack.call("POST", `/integrated-accounts/${body.data[0].id}/refresh`);
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  return answer.body;
}

describe("a server that wants its authorization requests pushed (RFC 9126)", () => {
  beforeAll(async () => {
    await define("pushed", { auth: { parPath: "/request" }, client: { requiresPushedRequests: true } });
  });

  test("gets them, and the browser carries a reference alone (A20)", async () => {
    const { address } = await leave("pushed");
    expect([...address.searchParams.keys()]).toEqual(["client_id", "request_uri"]);
    const outcome = await stack.walk(await link("pushed", "tenant-par"), "ada", { integration: "pushed" });
    expect(outcome).toMatchObject({ status: "connected", external_account: "Ada Lovelace" });
    expect(await refreshed("pushed", "tenant-par")).toMatchObject({ credential_version: 2 });
  });

  test("takes a reference once", async () => {
    const authorizeUrl = (await leave("pushed")).address.href;
    const first = await connectAsPerson({ authorizeUrl, person: "ada" });
    expect(new URL(first.callbackUrl).searchParams.has("code")).toBe(true);
    const second = await connectAsPerson({ authorizeUrl, person: "ada" });
    expect(new URL(second.callbackUrl).searchParams.get("error")).toBe("invalid_request_uri");
  });

  test("has teeth: it refuses the same request when the browser brings it", async () => {
    await define("unpushed", { client: { requiresPushedRequests: true } });
    const outcome = await stack.walk(await link("unpushed", "tenant-unpushed"), "ada", { integration: "unpushed" });
    expect(outcome.status).toBe("failed");
  });

  test("says on the page why it did not take one", async () => {
    await define("wrong", { auth: { parPath: "/request" }, client: { clientSecret: "another-secret" } });
    const outcome = await leave("wrong");
    expect(outcome.address.pathname).toBe("/connect/outcome");
    expect(await outcomeOf(outcome.cookie)).toMatchObject({
      status: "failed",
      failure: { code: "client_misconfigured" },
    });
  });
});

describe("a server that always says who it is (RFC 9207)", () => {
  test("is believed", async () => {
    await define("named", { auth: { sendsIss: true } });
    const outcome = await stack.walk(await link("named", "tenant-iss"), "grace", { integration: "named" });
    expect(outcome.status).toBe("connected");
  });

  test("is not believed when the answer lost its name on the way", async () => {
    const { address, cookie } = await leave("named");
    const { callbackUrl } = await connectAsPerson({ authorizeUrl: address.href, person: "grace" });
    const nameless = new URL(callbackUrl);
    nameless.searchParams.delete("iss");
    const exchanges = stack.lab.stats().code_exchanges;
    await fetch(nameless, { headers: { cookie }, redirect: "manual" });
    expect(await outcomeOf(cookie)).toMatchObject({ status: "failed", failure: { code: "provider_error" } });
    expect(stack.lab.stats().code_exchanges).toBe(exchanges);
  });
});
