// What the door says over https (checklist G1, G4), and what a forged form or header is worth at it (G6).
import { request as httpRequest, type IncomingHttpHeaders } from "node:http";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { cookieOf, makeAdministrator, openForm, tryToSignIn } from "./sign-in-as.ts";
import { startStack, type Stack } from "./start-stack.ts";

const publicUrl = "https://connect.example.com";
let stack: Stack;
let origin: string;

beforeAll(async () => {
  stack = await startStack({
    env: {
      EVERGRANT_URL: publicUrl,
      EVERGRANT_OIDC_ISSUER: "https://login.example.com",
      EVERGRANT_OIDC_CLIENT_ID: "evergrant",
      EVERGRANT_OIDC_CLIENT_SECRET: "a client secret of the lab",
    },
  });
  origin = stack.apis[0]?.origin ?? "";
});
afterAll(() => stack[Symbol.asyncDispose]());

function ask(
  method: string,
  path: string,
  headers: Record<string, string> = {},
): Promise<[number, IncomingHttpHeaders]> {
  const { hostname, port } = new URL(origin);
  return new Promise((resolve, reject) => {
    const sent = httpRequest({ hostname, port, path, method, headers }, (answer) => {
      answer.resume();
      answer.once("end", () => resolve([answer.statusCode ?? 0, answer.headers]));
    });
    sent.once("error", reject);
    sent.end();
  });
}

test.each<[string, string, number, Record<string, string>?]>([
  ["GET", "/api/v1/openapi.json", 200],
  ["GET", "/api/v1/integrated-accounts", 401],
  ["GET", "/api/v1/integrated-accounts/ia_000000000000000000000000/token", 401, { authorization: "Bearer evg_x" }],
  ["GET", "/api/v1/proxy/anything?integrated_account_id=ia_0", 401],
  ["GET", "/api/v1/nothing-here", 401],
  ["DELETE", "/api/v1/openapi.json", 405],
  ["GET", "/api/auth/csrf", 200],
  ["GET", "/api/auth/callback/oidc", 303],
  ["GET", "/oauth/callback/nobody?code=a&state=b", 400],
  ["GET", "/connect.js", 200],
  ["GET", "/healthz", 200],
  ["GET", "/readyz", 200],
  ["GET", "/a/page/while/web/is/away", 503],
  ["POST", "/a/page", 405],
  ["TRACE", "/", 405],
  ["GET", "http://169.254.169.254/", 400],
])("%s %s is answered with a year of https alone", async (method, path, status, headers = {}) => {
  const [code, got] = await ask(method, path, headers);
  expect(code).toBe(status);
  expect(got["strict-transport-security"]).toBe("max-age=31536000; includeSubDomains");
});

test("every cookie is for https and this host alone, and no script reads one", async () => {
  const { password } = await makeAdministrator(stack, "flags@example.com", "owner");
  const { setCookies } = await openForm(origin);
  const { session } = await tryToSignIn(stack, "flags@example.com", password);
  const set = [...setCookies, session ?? ""];
  expect(set.length).toBeGreaterThanOrEqual(3);
  for (const one of set) {
    for (const flag of [/; Secure/i, /; HttpOnly/i, /; SameSite=Lax/i, /; Path=\//i]) expect(one).toMatch(flag);
    expect(one).toMatch(/^__(?:Host|Secure)-/);
    expect(one).not.toMatch(/; Domain=/i);
  }
  expect(session).toMatch(/^__Host-authjs\.session-token=/);
  // A sibling's host, or a page without TLS, can plant one without the prefix: it counts for nothing.
  const value = cookieOf(session).split("=").slice(1).join("=");
  for (const name of ["authjs.session-token", "__Secure-authjs.session-token", "next-auth.session-token"]) {
    expect((await ask("GET", "/api/v1/session", { cookie: `${name}=${value}` }))[0], name).toBe(401);
  }
  expect((await ask("GET", "/api/v1/session", { cookie: cookieOf(session) }))[0]).toBe(200);
});

describe("a form that another site sends", () => {
  const signIn = async (form: Record<string, string>, cookie = ""): Promise<{ session: boolean; location: string }> => {
    const answer = await fetch(`${origin}/api/auth/callback/credentials`, {
      method: "POST",
      redirect: "manual",
      headers: { cookie, origin: "https://evil.example" },
      body: new URLSearchParams(form),
    });
    const session = answer.headers.getSetCookie().some((one) => /session-token=[^;]/.test(one));
    return { session, location: answer.headers.get("location") ?? "" };
  };

  test("signs nobody in as somebody else: the token and its cookie belong together (login CSRF)", async () => {
    const email = "attacker@example.com";
    const { password } = await makeAdministrator(stack, email, "support");
    const { csrfToken, setCookies } = await openForm(origin);
    const own = cookieOf(setCookies.find((one) => one.includes("csrf-token")) ?? null);
    // In the victim's browser, where the attacker's cookie is not.
    for (const form of [
      { email, password },
      { email, password, csrfToken },
      { email, password, csrfToken: "" },
    ]) {
      expect(await signIn(form)).toMatchObject({ session: false, location: expect.stringContaining("MissingCSRF") });
    }
    // A cookie that was planted, without our secret.
    const forged = `__Host-authjs.csrf-token=${csrfToken}%7C${"0".repeat(64)}`;
    expect((await signIn({ email, password, csrfToken }, forged)).session).toBe(false);
    expect((await signIn({ email, password, csrfToken }, own)).session).toBe(true);
  });

  test("leaves for no identity provider, confirms nothing and accepts no invitation", async () => {
    const { password } = await makeAdministrator(stack, "victim@example.com", "owner");
    const { session } = await tryToSignIn(stack, "victim@example.com", password);
    const foreign = { cookie: cookieOf(session), origin: "https://evil.example" };
    for (const [method, path] of [
      ["POST", "/api/auth/sso"],
      ["PUT", "/api/v1/session/confirmation"],
      ["PUT", "/api/v1/session/password"],
      ["DELETE", "/api/v1/sessions/ses_1"],
    ] as const) {
      expect((await ask(method, path, { ...foreign, "content-type": "application/json" }))[0], path).toBe(403);
    }
    // What a form can send is no JSON.
    const body = JSON.stringify({ token: "t", name: "n", password: "seven lanterns behind the mill" });
    for (const type of ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain"]) {
      const headers = { ...foreign, "content-type": type };
      const answer = await fetch(`${origin}/api/v1/invitation/accept`, { method: "POST", headers, body });
      expect(answer.status, type).toBe(400);
    }
  });
});

test("who is refused stands in the log, with what and when, and without what they showed (I3)", async () => {
  const { password } = await makeAdministrator(stack, "curious@example.com", "support");
  const { session } = await tryToSignIn(stack, "curious@example.com", password);
  const [status] = await ask("GET", "/api/v1/audit-events?actor=canary", { cookie: cookieOf(session) });
  expect(status).toBe(403);
  const { rows } = await stack.database.pool.query("SELECT id FROM admin_user WHERE email = 'curious@example.com'");
  const lines = stack.logs().split("\n");
  const line = lines.filter((one) => one.includes("a request was refused")).at(-1) ?? "{}";
  expect(JSON.parse(line)).toMatchObject({
    level: "warn",
    process: "api",
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
    request: expect.any(String),
    method: "GET",
    path: "/api/v1/audit-events",
    caller: rows[0].id,
    problem: "forbidden",
  });
  expect(stack.logs()).not.toContain(cookieOf(session).split("=")[1]);
  expect(stack.logs()).not.toContain("actor=canary");
});
