// Single sign-on of administrators, on the real api processes, against a real authorization server.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { connectAsPerson } from "#lab/connect-as-person";
import { makeAdministrator, signInAs } from "./sign-in-as.ts";
import { finishSso, signInThroughLab, startSso } from "./sso-browser.ts";
import { startStack, type Stack } from "./start-stack.ts";
import { callAs } from "./two-owners.ts";
import { startLab, type Lab } from "#lab/start-lab";

const claims = new Map<string, Readonly<Record<string, unknown>>>();
let idp: Lab;
let stack: Stack;

beforeAll(async () => {
  idp = await startLab({ claims });
  stack = await startStack({
    apis: 2,
    env: {
      EVERGRANT_OIDC_ISSUER: idp.issuer,
      EVERGRANT_OIDC_CLIENT_ID: "evergrant-admins",
      EVERGRANT_OIDC_CLIENT_SECRET: "a-secret-of-the-dashboard",
      EVERGRANT_OIDC_ROLES: "owner=platform,operator=sre,support=helpdesk,auditor=audit",
      EVERGRANT_OIDC_LABEL: "Lab login",
    },
  });
  await idp.registerClient({
    clientId: "evergrant-admins",
    clientSecret: "a-secret-of-the-dashboard",
    redirectUris: [`${stack.env["EVERGRANT_URL"]}/api/auth/callback/oidc`],
  });
});
afterAll(async () => {
  await stack[Symbol.asyncDispose]();
  await idp.close();
});

const rolesOf = async (email: string): Promise<unknown> =>
  (
    await stack.database.pool.query(
      "SELECT role, role_source, disabled_by, vouched_at, issuer, subject FROM admin_user WHERE email = $1",
      [email],
    )
  ).rows[0];

const actionsOf = async (id: string): Promise<string[]> =>
  (
    await stack.database.pool.query<{ action: string }>(
      "SELECT action FROM audit_event WHERE target = $1 AND action LIKE 'user.%' ORDER BY at, id",
      [id],
    )
  ).rows.map(({ action }) => action);

test("the way there carries PKCE, state and nonce, and the address of the way back", async () => {
  const { url, setCookies } = await startSso(stack, {});
  const { searchParams, origin, pathname } = new URL(url);
  expect(origin + pathname).toBe(`${idp.origin}/auth`);
  expect(Object.fromEntries(searchParams)).toEqual({
    response_type: "code",
    client_id: "evergrant-admins",
    redirect_uri: `${stack.env["EVERGRANT_URL"]}/api/auth/callback/oidc`,
    scope: "openid profile email",
    state: expect.stringMatching(/^[\w-]{43}$/),
    nonce: expect.stringMatching(/^[\w-]{43}$/),
    code_challenge: expect.stringMatching(/^[\w-]{43}$/),
    code_challenge_method: "S256",
  });
  expect(setCookies).toEqual([
    expect.stringMatching(
      /^evergrant\.sso=[^;]+; Max-Age=900; Path=\/api\/auth\/callback\/oidc; HttpOnly; SameSite=Lax$/,
    ),
  ]);
  for (const name of ["state", "nonce"]) expect(setCookies.join()).not.toContain(searchParams.get(name) ?? "?");
});

describe("somebody whom the identity provider knows", () => {
  test("comes in with the role of their groups, and is known by issuer and subject", async () => {
    claims.set("ada", { groups: ["staff", "sre"] });
    const outcome = await signInThroughLab(stack, "ada", { next: "/accounts?status=active" });
    expect(outcome).toMatchObject({ error: null, path: "/accounts?status=active" });
    const { body } = await callAs(stack, outcome.session, "GET", "/session");
    expect(body.user).toMatchObject({
      email: "ada@analytical-engines.example",
      name: "Ada Lovelace",
      role: "operator",
    });
    expect(body).toMatchObject({ confirm_with: ["sso"] });
    expect(await rolesOf("ada@analytical-engines.example")).toMatchObject({
      role: "operator",
      role_source: "idp",
      issuer: idp.issuer,
      subject: "ada",
      // Whoever administers the identity provider is not the server's command line: they count as a second person later.
      vouched_at: null,
    });
    expect(await actionsOf(body.user.id)).toEqual(["user.created", "user.signed_in"]);
  });

  test("does not come in without a role, and leaves nothing behind but a record", async () => {
    for (const groups of [undefined, [], ["staff"], "platform-not"]) {
      claims.set("grace", { groups });
      expect(await signInThroughLab(stack, "grace")).toMatchObject({ error: "sso_no_role", session: "" });
    }
    expect(await rolesOf("grace@harbor-compilers.example")).toBeUndefined();
    const { rows } = await stack.database.pool.query(
      "SELECT detail FROM audit_event WHERE action = 'user.sign_in_failed' AND detail ->> 'reason' = 'no_role'",
    );
    expect(rows).toHaveLength(4);
  });

  test("gets the role that their groups give now, and their other sessions end with the old one", async () => {
    claims.set("alan", { groups: ["platform"] });
    const before = await signInThroughLab(stack, "alan");
    const elsewhere = await signInThroughLab(stack, "alan", {}, { api: 1 });
    expect((await callAs(stack, before.session, "GET", "/users")).status).toBe(200);
    claims.set("alan", { groups: ["helpdesk"] });
    const after = await signInThroughLab(stack, "alan", {}, { cookie: before.session });
    expect((await callAs(stack, after.session, "GET", "/session")).body.user.role).toBe("support");
    expect((await callAs(stack, after.session, "GET", "/users")).status).toBe(403);
    for (const { session } of [before, elsewhere]) {
      expect((await callAs(stack, session, "GET", "/session")).status).toBe(401);
      expect((await callAs(stack, session, "GET", "/session", undefined, 1)).status).toBe(401);
    }
    // Nothing changes with the same groups, and the other session stays.
    const again = await signInThroughLab(stack, "alan");
    expect((await callAs(stack, after.session, "GET", "/session")).status).toBe(200);
    const { body } = await callAs(stack, again.session, "GET", "/session");
    expect(await actionsOf(body.user.id)).toEqual([
      "user.created",
      "user.signed_in",
      "user.signed_in",
      "user.role_changed",
      "user.signed_in",
      "user.signed_in",
    ]);
  });

  test("is put out when their groups give no role any more, and comes back when they do", async () => {
    claims.set("hedy", { groups: ["audit"] });
    const { session } = await signInThroughLab(stack, "hedy");
    claims.set("hedy", { groups: [] });
    expect(await signInThroughLab(stack, "hedy")).toMatchObject({ error: "sso_expelled", session: "" });
    expect((await callAs(stack, session, "GET", "/session")).status).toBe(401);
    expect(await rolesOf("hedy@frequency-hop-radio.example")).toMatchObject({ disabled_by: "idp" });
    claims.set("hedy", { groups: ["audit"] });
    expect(await signInThroughLab(stack, "hedy")).toMatchObject({ error: null });
  });

  test("does not come in again after an owner disabled them, whatever their groups are", async () => {
    claims.set("edsger", { groups: ["audit"] });
    const { session } = await signInThroughLab(stack, "edsger");
    const { body } = await callAs(stack, session, "GET", "/session");
    const owner = await signInAs(stack, "disabler@example.com", "owner");
    expect((await callAs(stack, owner, "PATCH", `/users/${body.user.id}`, { disabled: true })).status).toBe(200);
    expect((await callAs(stack, session, "GET", "/session", undefined, 1)).status).toBe(401);
    expect(await signInThroughLab(stack, "edsger")).toMatchObject({ error: "sso_disabled", session: "" });
    const role = await callAs(stack, owner, "PATCH", `/users/${body.user.id}`, { role: "owner" });
    expect(role).toMatchObject({ status: 409, body: { code: "conflict", reason: "role_from_identity_provider" } });
  });
});

describe("an address", () => {
  test("makes nobody the local administrator who has it", async () => {
    await makeAdministrator(stack, "katherine@orbital-charts.example", "owner");
    claims.set("katherine", { groups: ["helpdesk"] });
    expect(await signInThroughLab(stack, "katherine")).toMatchObject({ error: "sso_email_taken", session: "" });
    expect(await rolesOf("katherine@orbital-charts.example")).toMatchObject({ role: "owner", issuer: null });
  });

  test("makes nobody who they are: the same subject with another one is the same person", async () => {
    claims.set("person-7", { groups: ["helpdesk"] });
    const first = await signInThroughLab(stack, "person-7");
    claims.set("person-7", { groups: ["helpdesk"], email: "Seven@example.com" });
    const second = await signInThroughLab(stack, "person-7");
    const [one, two] = await Promise.all(
      [first, second].map(async ({ session }) => (await callAs(stack, session, "GET", "/session")).body.user),
    );
    expect(two).toMatchObject({ id: one.id, email: "seven@example.com" });
  });

  test("that the provider says is not verified, or does not name, makes nobody an administrator", async () => {
    claims.set("person-8", { groups: ["platform"], email_verified: false });
    expect(await signInThroughLab(stack, "person-8")).toMatchObject({ error: "sso_email_not_verified" });
    claims.set("person-8", { groups: ["platform"], email: undefined });
    expect(await signInThroughLab(stack, "person-8")).toMatchObject({ error: "sso_no_email" });
  });
});

describe("an invitation", () => {
  const invite = async (email: string, role: string): Promise<string> => {
    const owner = await signInAs(stack, `inviter-${email}`, "owner");
    const { status, body } = await callAs(stack, owner, "POST", "/invitations", { email, role });
    expect(status).toBe(201);
    return new URL(body.url).hash.slice(1);
  };

  test("lets somebody without a group in, with its role, once", async () => {
    const invitation = await invite("person-20@company-20.example", "auditor");
    const somebody = await signInAs(stack, "somebody-else@example.com", "support");
    const { url } = await startSso(stack, { invitation }, { cookie: somebody });
    expect(new URL(url).searchParams.get("login_hint"), "whom the provider may suggest").toBe(
      "person-20@company-20.example",
    );
    const { session, error } = await signInThroughLab(stack, "person-20", { invitation });
    expect(error).toBeNull();
    expect((await callAs(stack, session, "GET", "/session")).body.user.role).toBe("auditor");
    // Later the invitation is not needed, and groups don't count for them.
    claims.set("person-20", { groups: ["platform"] });
    const later = await signInThroughLab(stack, "person-20");
    expect((await callAs(stack, later.session, "GET", "/session")).body.user.role).toBe("auditor");
    expect(await startSso(stack, { invitation })).toMatchObject({ status: 404, url: "" });
  });

  test("lets nobody in but the one whom it is for", async () => {
    const invitation = await invite("person-21@company-21.example", "owner");
    expect(await signInThroughLab(stack, "person-22", { invitation })).toMatchObject({
      error: "sso_invitation_for_another",
      session: "",
    });
    expect(await signInThroughLab(stack, "person-21", { invitation })).toMatchObject({ error: null });
  });

  test("that is revoked while its person is away lets them in no more", async () => {
    const invitation = await invite("person-23@company-23.example", "owner");
    const { url, cookies } = await startSso(stack, { invitation });
    await stack.database.pool.query("UPDATE admin_invitation SET revoked_at = now() WHERE email LIKE 'person-23@%'");
    const { callbackUrl } = await connectAsPerson({ authorizeUrl: url, person: "person-23" });
    expect(await finishSso(stack, callbackUrl, cookies)).toMatchObject({ error: "sso_invitation_over", session: "" });
  });
});

describe("confirming", () => {
  test("is showing anew who one is: the session gets another id, and may do what is dangerous", async () => {
    claims.set("person-30", { groups: ["platform"] });
    const { session } = await signInThroughLab(stack, "person-30");
    const dangerous = (cookie: string) => callAs(stack, cookie, "POST", "/keys/drill", {});
    expect((await dangerous(session)).status).toBe(200);
    await stack.database.pool.query(
      "UPDATE admin_session SET confirmed_at = now() - interval '10 minutes' WHERE ended_at IS NULL",
    );
    expect(await dangerous(session)).toMatchObject({ status: 403, body: { code: "step_up_required" } });
    const { url, cookies } = await startSso(stack, { fresh: true, next: "/keys" }, { cookie: session });
    expect(Object.fromEntries(new URL(url).searchParams)).toMatchObject({
      prompt: "login",
      max_age: "0",
      login_hint: "person-30@company-30.example",
    });
    const { callbackUrl } = await connectAsPerson({ authorizeUrl: url, person: "person-30" });
    const confirmed = await finishSso(stack, callbackUrl, cookies);
    expect(confirmed).toMatchObject({ error: null, path: "/keys" });
    expect((await dangerous(confirmed.session)).status).toBe(200);
    expect((await dangerous(session)).status).toBe(401);
  });

  test("as somebody else is refused, and the session stays whose it was", async () => {
    claims.set("person-31", { groups: ["helpdesk"] });
    claims.set("person-32", { groups: ["platform"] });
    const { session } = await signInThroughLab(stack, "person-31");
    await signInThroughLab(stack, "person-32");
    const other = await signInThroughLab(stack, "person-32", { fresh: true, next: "/keys" }, { cookie: session });
    // The page tells who confirms from who wants in: one has another way on than the other.
    expect(other).toMatchObject({ path: "/sign-in?error=sso_another_person&fresh=1&next=%2Fkeys", session: "" });
    const entry = await signInThroughLab(stack, "person-32", { next: "/keys" }, { cookie: session });
    expect(entry).toMatchObject({ path: "/sign-in?error=sso_another_person&next=%2Fkeys", session: "" });
    expect((await callAs(stack, session, "GET", "/session")).body.user.email).toBe("person-31@company-31.example");
  });
});
