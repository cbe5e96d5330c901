// Attacks of the checklist on sign-in, sessions and step-up (G4, G5, G6, G8), one by one, on the real api processes.
import { createHash } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { cookieOf, makeAdministrator, openForm, openSession, signInAs, tryToSignIn } from "./sign-in-as.ts";
import { finishSso, startSso, type SsoOutcome } from "./sso-browser.ts";
import { startForgingIdp, type Forgery } from "./start-forging-idp.ts";
import { startStack, type Stack } from "./start-stack.ts";
import { callAs } from "./two-owners.ts";

let idp: Awaited<ReturnType<typeof startForgingIdp>>;
let stack: Stack;
let origin: string;

beforeAll(async () => {
  idp = await startForgingIdp("evergrant-admins");
  stack = await startStack({
    apis: 2,
    env: {
      EVERGRANT_OIDC_ISSUER: idp.issuer,
      EVERGRANT_OIDC_CLIENT_ID: "evergrant-admins",
      EVERGRANT_OIDC_CLIENT_SECRET: idp.clientSecret,
      EVERGRANT_OIDC_ROLES: "owner=platform",
    },
  });
  origin = stack.apis[0]?.origin ?? "";
});
afterAll(async () => {
  await stack[Symbol.asyncDispose]();
  await idp.close();
});
beforeEach(() => {
  idp.forgery = {};
});

const post = async (path: string, headers: Record<string, string>, body = "{}"): Promise<Response> =>
  await fetch(`${origin}${path}`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body,
  });

describe("guessing who exists", () => {
  test("an address that nobody has and a wrong password get the same answer", async () => {
    await makeAdministrator(stack, "known@example.com", "support");
    const answers = await Promise.all(
      ["known@example.com", "nobody@example.com"].map((email) => tryToSignIn(stack, email, "not the password at all")),
    );
    const [known, nobody] = answers.map(({ status, session, body }) => ({ status, session, body }));
    expect(known).toEqual(nobody);
    expect(known?.session).toBeNull();
  });

  test("both are the same work: a password is derived for each, with the same costs", async () => {
    const { passwords } = await import("#adapters/sign-in/passwords");
    const cpu = async (stored: string | null): Promise<number> => {
      const before = process.cpuUsage();
      await passwords.verify("not the password at all", stored);
      return process.cpuUsage(before).user;
    };
    const stored = await passwords.hash("the password of somebody");
    const [known, nobody] = [await cpu(stored), await cpu(null)];
    // Derivation is nearly all of it; a way that skipped it would take a hundredth.
    expect(nobody).toBeGreaterThan(known / 5);
  });

  test("one who is disabled, or signs in elsewhere, gets it too", async () => {
    await makeAdministrator(stack, "disabled@example.com", "support");
    await stack.database.pool.query(
      "UPDATE admin_user SET disabled_at = now(), disabled_by = 'person' WHERE email = 'disabled@example.com'",
    );
    await stack.database.pool.query(
      `INSERT INTO admin_user (id, email, name, role, role_source, issuer, subject)
       VALUES ('usr_elsewhere', 'elsewhere@example.com', 'E', 'owner', 'idp', 'https://idp.example', 'e')`,
    );
    for (const email of ["disabled@example.com", "elsewhere@example.com"]) {
      expect(await tryToSignIn(stack, email, "")).toMatchObject({ status: 200, session: null });
      expect((await tryToSignIn(stack, email, "some password")).url).toContain("error=CredentialsSignin");
    }
  });
});

describe("guessing a password", () => {
  test("is stopped after five tries, whatever form it comes in, and for addresses that nobody has as well", async () => {
    for (const email of ["guessed@example.com", "not-there@example.com"]) {
      if (email.startsWith("guessed")) await makeAdministrator(stack, email, "support");
      // All at once: while passwords are derived on a busy machine, there would be new tries.
      const tries = Array.from({ length: 15 }, (_, index) => tryToSignIn(stack, email, `guess number ${index}`));
      const statuses = (await Promise.all(tries)).map(({ status }) => status);
      expect(statuses.filter((status) => status === 200).length, email).toBeGreaterThanOrEqual(5);
      expect(statuses.filter((status) => status === 429).length, email).toBeGreaterThanOrEqual(5);
    }
    // To @auth/core JSON is a form as well: a second way in, which would have to be counted too.
    const { csrfToken, cookies: cookie } = await openForm(origin);
    const body = JSON.stringify({ csrfToken, email: "guessed@example.com", password: "guess" });
    expect((await post("/api/auth/callback/credentials", { cookie }, body)).status).toBe(400);
  });

  test("in a session that somebody left open is stopped as well", async () => {
    const session = await signInAs(stack, "left-open@example.com", "owner");
    const path = "/session/confirmation";
    const tries = Array.from({ length: 15 }, (_, index) =>
      callAs(stack, session, "PUT", path, { password: `guess number ${index}` }),
    );
    const statuses = (await Promise.all(tries)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 422).length).toBeGreaterThanOrEqual(5);
    expect(statuses.filter((status) => status === 429).length).toBeGreaterThanOrEqual(5);
  });
});

describe("a session", () => {
  test("has a cookie that no script reads, and over https one that no other host can plant", async () => {
    const header = await openSession(stack, "flags@example.com", "support");
    expect(header).toMatch(/^authjs\.session-token=[^;]+;/);
    for (const flag of [/; HttpOnly/i, /; SameSite=Lax/i, /; Path=\/(?:;|$)/i]) expect(header).toMatch(flag);
    expect(header).not.toMatch(/Domain=/i);
    const { createSessionCookie } = await import("#api/auth/session-cookie");
    const cookie = createSessionCookie({ publicUrl: "https://a.example", secret: "s".repeat(43), lifetimeSeconds: 60 });
    expect(await cookie.issue({ id: "ses_1", userId: "usr_1" })).toMatch(
      /^__Host-authjs\.session-token=[^;]+; Path=\/; Max-Age=60; HttpOnly; SameSite=Lax; Secure$/,
    );
    expect(cookie).toMatchObject({ name: "__Host-authjs.session-token", options: { secure: true, path: "/" } });
  });

  test("that was planted in a browser is worth nothing once somebody signs in there (fixation)", async () => {
    const planted = await signInAs(stack, "attacker@example.com", "support");
    const { password } = await makeAdministrator(stack, "victim@example.com", "owner");
    const { session } = await tryToSignIn(stack, "victim@example.com", password, { cookie: planted });
    const own = cookieOf(session);
    expect(own).not.toBe(planted);
    expect((await callAs(stack, own, "GET", "/session")).body.user.email).toBe("victim@example.com");
    expect((await callAs(stack, planted, "GET", "/session")).status).toBe(401);
  });

  test("gets another id when it is confirmed, and the one before is over", async () => {
    const { password } = await makeAdministrator(stack, "rotates@example.com", "owner");
    const before = cookieOf((await tryToSignIn(stack, "rotates@example.com", password)).session);
    const response = await fetch(`${origin}/api/v1/session/confirmation`, {
      method: "PUT",
      headers: { cookie: before, origin, "content-type": "application/json" },
      body: JSON.stringify({ password }),
    });
    const after = cookieOf(response.headers.getSetCookie()[0] ?? null);
    expect([response.status, after === before]).toEqual([200, false]);
    expect((await callAs(stack, after, "GET", "/session")).status).toBe(200);
    expect((await callAs(stack, before, "GET", "/session", undefined, 1)).status).toBe(401);
  });

  test.each([
    ["signed out", async (session: string) => void (await signOut(session))],
    ["disabled", async (_: string, owner: string, id: string) => patch(owner, id, { disabled: true })],
    ["demoted", async (_: string, owner: string, id: string) => patch(owner, id, { role: "support" })],
    [
      "ended by an owner",
      async (_: string, owner: string, id: string) =>
        void (await callAs(stack, owner, "POST", `/users/${id}/end-sessions`)),
    ],
    [
      "idle for an hour",
      async (_: string, __: string, id: string) => age(id, "last_seen_at = now() - interval '61 minutes'"),
    ],
    ["over after twelve hours", async (_: string, __: string, id: string) => age(id, "expires_at = now()")],
  ])(
    "that is %s is over in every process with the next request, and a copy of its cookie with it",
    async (name, end) => {
      const email = `session-${name.replaceAll(" ", "-")}@example.com`;
      const session = await signInAs(stack, email, "operator");
      const owner = await signInAs(stack, `owner-${email}`, "owner");
      const { body } = await callAs(stack, session, "GET", "/session");
      for (const api of [0, 1])
        expect((await callAs(stack, session, "GET", "/accounts-none", undefined, api)).status).toBe(404);
      await end(session, owner, body.user.id);
      for (const api of [0, 1]) {
        expect((await callAs(stack, session, "GET", "/session", undefined, api)).status, `api ${api}`).toBe(401);
        expect((await callAs(stack, session, "GET", "/integrated-accounts", undefined, api)).status).toBe(401);
      }
      // @auth/core's own route gives it no new life either.
      const own = await fetch(`${origin}/api/auth/session`, { headers: { cookie: session } });
      expect(await own.json()).toBeNull();
    },
  );

  test("of somebody else can't be ended, nor can the row be taken up again by whoever writes SQL", async () => {
    const mine = await signInAs(stack, "mine@example.com", "operator");
    const theirs = await signInAs(stack, "theirs@example.com", "owner");
    const { body } = await callAs(stack, theirs, "GET", "/session");
    expect((await callAs(stack, mine, "DELETE", `/sessions/${body.session_id}`)).status).toBe(404);
    expect((await callAs(stack, theirs, "GET", "/session")).status).toBe(200);
    const ended = stack.database.pool.query(
      "UPDATE admin_session SET ended_at = NULL, end_reason = NULL WHERE ended_at IS NOT NULL",
    );
    await expect(ended).rejects.toThrow(/can't be taken up again/);
    const longer = stack.database.pool.query(
      "UPDATE admin_session SET expires_at = expires_at + interval '1 hour' WHERE ended_at IS NULL",
    );
    await expect(longer).rejects.toThrow(/made longer/);
  });

  test("ends with all others when a password is changed, and when its owner says so", async () => {
    const { password } = await makeAdministrator(stack, "several@example.com", "support");
    const open = async (): Promise<string> =>
      cookieOf((await tryToSignIn(stack, "several@example.com", password)).session);
    const [first, second, third] = [await open(), await open(), await open()];
    expect((await callAs(stack, first, "GET", "/sessions")).body.data).toHaveLength(3);
    expect((await callAs(stack, first, "POST", "/session/end-others")).body).toEqual({ ended: 2 });
    for (const one of [second, third]) expect((await callAs(stack, one, "GET", "/session")).status).toBe(401);
    const other = await open();
    const change = { current_password: password, new_password: "seven lanterns behind the mill" };
    const answer = await fetch(`${origin}/api/v1/session/password`, {
      method: "PUT",
      headers: { cookie: first, origin, "content-type": "application/json" },
      body: JSON.stringify(change),
    });
    expect(answer.status).toBe(204);
    expect((await callAs(stack, other, "GET", "/session")).status).toBe(401);
    expect((await callAs(stack, first, "GET", "/session")).status).toBe(200);
    expect((await tryToSignIn(stack, "several@example.com", password)).session).toBeNull();
    const common = { current_password: change.new_password, new_password: "password123456" };
    expect(await callAs(stack, first, "PUT", "/session/password", common)).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: "/new_password" }] },
    });
  });

  const patch = async (owner: string, id: string, body: object): Promise<void> => {
    expect((await callAs(stack, owner, "PATCH", `/users/${id}`, body)).status).toBe(200);
  };
  const age = async (id: string, set: string): Promise<void> => {
    await stack.database.pool.query(`UPDATE admin_session SET ${set} WHERE user_id = $1 AND ended_at IS NULL`, [id]);
  };
  const signOut = async (session: string): Promise<void> => {
    const { csrfToken, cookies } = await openForm(origin);
    const cookie = `${cookies}; ${session}`;
    await fetch(`${origin}/api/auth/signout`, {
      method: "POST",
      headers: { cookie, "x-auth-return-redirect": "1" },
      body: new URLSearchParams({ csrfToken }),
    });
  };
});

describe("a request that another site makes the browser send", () => {
  test.each([
    ["another origin", { origin: "https://evil.example" }],
    ["a sibling's origin", { origin: "http://evil.127.0.0.1" }],
    ["no origin and a cross-site mark", { "sec-fetch-site": "cross-site" }],
    ["no origin and a same-site mark", { "sec-fetch-site": "same-site" }],
    ["neither", {}],
    ["a null origin", { origin: "null" }],
  ])("with %s changes nothing", async (name, headers) => {
    const session = await signInAs(stack, `csrf-${name.replaceAll(/\W/g, "")}@example.com`, "owner");
    const sent = { cookie: session, ...(headers as Record<string, string>) };
    for (const path of ["/api/v1/session/end-others", "/api/v1/keys/drill", "/api/auth/sso"]) {
      expect((await post(path, sent)).status, path).toBe(403);
    }
    const csrf = await fetch(`${origin}/api/auth/signout`, { method: "POST", headers: sent, redirect: "manual" });
    expect(csrf.headers.get("location") ?? "").toContain("MissingCSRF");
    expect((await callAs(stack, session, "GET", "/session")).status).toBe(200);
  });

  test("as a form is refused: the API reads JSON alone", async () => {
    const session = await signInAs(stack, "forms@example.com", "owner");
    const headers = { cookie: session, origin, "content-type": "text/plain" };
    const body = JSON.stringify({ email: "a@example.com", role: "owner" });
    expect((await post("/api/v1/invitations", headers, body)).status).toBe(400);
  });
});

describe("where it leads after signing in", () => {
  test.each(["https://evil.example/", "//evil.example", "/\\evil.example", "/\t/evil.example", "javascript:alert(1)"])(
    "is never another site: %j",
    async (callbackUrl) => {
      const email = `redirect-${createHash("sha256").update(callbackUrl).digest("hex").slice(0, 8)}@example.com`;
      const { password } = await makeAdministrator(stack, email, "support");
      const { url, session } = await tryToSignIn(stack, email, password, { callbackUrl });
      expect(session).not.toBeNull();
      expect(new URL(url, origin).origin).toBe(origin);
      expect(await comeBack({ next: callbackUrl })).toMatchObject({ error: null, path: "/" });
    },
  );
});

/** Leaves and comes back as if the provider had let somebody in. */
async function comeBack(
  body: Parameters<typeof startSso>[1] = {},
  change: (callback: URL, authorize: URL) => void = () => {},
): Promise<SsoOutcome & { callbackUrl: string; cookies: string }> {
  const { url, cookies } = await startSso(stack, body);
  const authorize = new URL(url);
  const callback = new URL(authorize.searchParams.get("redirect_uri") ?? "");
  // Its token endpoint takes the code for the nonce.
  callback.searchParams.set("code", authorize.searchParams.get("nonce") ?? "");
  callback.searchParams.set("state", authorize.searchParams.get("state") ?? "");
  callback.searchParams.set("iss", idp.issuer);
  change(callback, authorize);
  const outcome = await finishSso(stack, callback.href, cookies);
  return { ...outcome, callbackUrl: callback.href, cookies };
}

describe("an answer of an identity provider", () => {
  test("that is honest lets in", async () => {
    expect(await comeBack()).toMatchObject({ error: null, session: expect.stringContaining("session-token=") });
    expect(idp.asked.at(-1)?.get("code_verifier")).toMatch(/^[\w-]{43}$/);
  });

  test.each<[string, Forgery]>([
    ["without a signature (alg none)", { signedBy: "none" }],
    ["signed with our own secret (HS256)", { signedBy: "HS256" }],
    ["signed by a stranger's key", { signedBy: "stranger" }],
    ["for another audience", { claims: { aud: "another-client" } }],
    ["for several audiences, without saying whose it is", { claims: { aud: ["evergrant-admins", "another-client"] } }],
    ["for another party among the audiences", { claims: { aud: ["evergrant-admins", "b"], azp: "b" } }],
    ["of another issuer", { claims: { iss: "https://other.example" } }],
    ["that has expired", { claims: { exp: Math.floor(Date.now() / 1000) - 120 } }],
    ["without an expiry", { claims: { exp: undefined } }],
    ["with another nonce", { claims: { nonce: "another-nonce" } }],
    ["without a nonce", { claims: { nonce: undefined } }],
    ["without a subject", { claims: { sub: undefined } }],
    ["that is none", { token: "not.a.token" }],
  ])("with an ID token %s lets nobody in", async (_name, forgery) => {
    idp.forgery = forgery;
    expect(await comeBack()).toMatchObject({ error: "sso_invalid", session: "" });
  });

  test.each<[string, (callback: URL) => void]>([
    ["another state", ({ searchParams }) => searchParams.set("state", "another-state")],
    ["no state", ({ searchParams }) => searchParams.delete("state")],
    ["two states", ({ searchParams }) => searchParams.append("state", "another-state")],
    ["another issuer (mix-up)", ({ searchParams }) => searchParams.set("iss", "https://other.example")],
    ["no issuer, which this one always names", ({ searchParams }) => searchParams.delete("iss")],
    ["no code", ({ searchParams }) => searchParams.delete("code")],
  ])("with %s lets nobody in, and no code is exchanged", async (_name, change) => {
    const before = idp.asked.length;
    expect(await comeBack({}, change)).toMatchObject({ error: "sso_invalid", session: "" });
    expect(idp.asked).toHaveLength(before);
  });

  test("that says no, says no", async () => {
    const denied = await comeBack({}, ({ searchParams }) => {
      searchParams.delete("code");
      searchParams.set("error", "access_denied");
    });
    expect(denied).toMatchObject({ error: "sso_denied", session: "" });
  });

  test("never makes a session theirs that was planted in the browser (fixation)", async () => {
    const planted = await signInAs(stack, "planter@example.com", "support");
    const { url, cookies } = await startSso(stack, {}, { cookie: planted });
    const authorize = new URL(url);
    const callback = new URL(authorize.searchParams.get("redirect_uri") ?? "");
    callback.searchParams.set("code", authorize.searchParams.get("nonce") ?? "");
    callback.searchParams.set("state", authorize.searchParams.get("state") ?? "");
    callback.searchParams.set("iss", idp.issuer);
    // Whoever is signed in there as somebody else signs out first.
    expect(await finishSso(stack, callback.href, cookies)).toMatchObject({ error: "sso_another_person", session: "" });
    expect((await callAs(stack, planted, "GET", "/session")).body.user.email).toBe("planter@example.com");
  });

  test("to another browser, or a second time, lets nobody in", async () => {
    const { callbackUrl, setCookies } = await comeBack();
    expect(setCookies).toContainEqual(
      expect.stringMatching(/^evergrant\.sso=; Max-Age=0; Path=\/api\/auth\/callback\/oidc/),
    );
    expect(await finishSso(stack, callbackUrl, "")).toMatchObject({ error: "sso_expired", session: "" });
    const other = await startSso(stack, {});
    expect(await finishSso(stack, callbackUrl, other.cookies)).toMatchObject({ error: "sso_invalid", session: "" });
    expect(await finishSso(stack, callbackUrl, "evergrant.sso=forged")).toMatchObject({ error: "sso_expired" });
  });

  test("about when it saw them last confirms no more than it says", async () => {
    const dangerous = async (session: string) => (await callAs(stack, session, "POST", "/keys/drill", {})).body.code;
    const now = Math.floor(Date.now() / 1000);
    idp.forgery = { claims: { auth_time: now - 3600 } };
    expect(await dangerous((await comeBack()).session)).toBe("step_up_required");
    idp.forgery = {};
    expect(await dangerous((await comeBack()).session)).toBe("step_up_required");
    // Asked to show anew who it is, an old sign-in, and none that is told, are no answer.
    for (const claims of [{ auth_time: now - 3600 }, { auth_time: undefined }, { auth_time: "now" }]) {
      idp.forgery = { claims };
      expect(await comeBack({ fresh: true })).toMatchObject({ error: "sso_invalid", session: "" });
    }
    idp.forgery = { claims: { auth_time: now } };
    expect(await dangerous((await comeBack({ fresh: true })).session)).toBeUndefined();
  });
});

describe("step-up", () => {
  test("of one session confirms no other one of the same person", async () => {
    const { id, password } = await makeAdministrator(stack, "two-browsers@example.com", "owner");
    const open = async (): Promise<string> =>
      cookieOf((await tryToSignIn(stack, "two-browsers@example.com", password)).session);
    const [here, leftOpen] = [await open(), await open()];
    await stack.database.pool.query("UPDATE admin_session SET confirmed_at = NULL WHERE user_id = $1", [id]);
    const confirmed = await fetch(`${origin}/api/v1/session/confirmation`, {
      method: "PUT",
      headers: { cookie: here, origin, "content-type": "application/json" },
      body: JSON.stringify({ password }),
    });
    const now = cookieOf(confirmed.headers.getSetCookie()[0] ?? null);
    expect((await callAs(stack, now, "POST", "/keys/drill", {})).body.code).toBeUndefined();
    expect((await callAs(stack, leftOpen, "POST", "/keys/drill", {})).body.code).toBe("step_up_required");
  });

  test("is asked of a session that is old, whatever it claims, and of no other way in", async () => {
    const session = await signInAs(stack, "stale@example.com", "owner");
    await stack.database.pool.query(
      `UPDATE admin_session SET confirmed_at = now() - interval '10 minutes'
        WHERE user_id = (SELECT id FROM admin_user WHERE email = 'stale@example.com')`,
    );
    const asked = await callAs(stack, session, "POST", "/invitations", { email: "x@example.com", role: "owner" });
    expect(asked).toMatchObject({ status: 403, body: { code: "step_up_required" } });
    expect((await callAs(stack, session, "GET", "/session")).body.confirmed_until).toBeNull();
    // A wrong password, an empty one and another's do not confirm.
    const { password } = await makeAdministrator(stack, "somebody-else@example.com", "owner");
    for (const wrong of ["wrong password", password]) {
      expect((await callAs(stack, session, "PUT", "/session/confirmation", { password: wrong })).status).toBe(422);
    }
    expect((await callAs(stack, session, "PUT", "/session/confirmation", { password: "" })).status).toBe(422);
    const again = await callAs(stack, session, "POST", "/invitations", { email: "x@example.com", role: "owner" });
    expect(again.body.code).toBe("step_up_required");
    const { rows } = await stack.database.pool.query("SELECT 1 FROM admin_invitation WHERE email = 'x@example.com'");
    expect(rows).toEqual([]);
  });
});

describe("the audit log", () => {
  test("says who came in, who did not, who confirmed, and names no password", async () => {
    const { password, id } = await makeAdministrator(stack, "recorded@example.com", "owner");
    await tryToSignIn(stack, "recorded@example.com", "a wrong password");
    const session = cookieOf((await tryToSignIn(stack, "recorded@example.com", password)).session);
    await callAs(stack, session, "PUT", "/session/confirmation", { password: "another wrong one" });
    await callAs(stack, session, "PUT", "/session/confirmation", { password });
    const { rows } = await stack.database.pool.query<{ action: string; row: string }>(
      "SELECT action, a::text AS row FROM audit_event a WHERE target = $1 ORDER BY at, id",
      [id],
    );
    expect(rows.map(({ action }) => action)).toEqual([
      "user.created",
      "user.sign_in_failed",
      "user.signed_in",
      "user.confirmation_failed",
      "user.confirmed",
    ]);
    for (const { row } of rows) for (const text of [password, "a wrong password"]) expect(row).not.toContain(text);
    expect(stack.logs()).not.toContain(password);
  });
});
