// Invitations, roles and passwords of administrators, on the real api process and the command line.
import { scryptSync } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { removeExpired } from "#adapters/postgres/housekeeping";
import { cookieOf, makeAdministrator, signInAs, tryToSignIn } from "./sign-in-as.ts";
import { startStack, type Stack } from "./start-stack.ts";
import { callAs } from "./two-owners.ts";

let stack: Stack;
let owner: string;
let ownerId: string;

beforeAll(async () => {
  stack = await startStack({ env: { EVERGRANT_TRUSTED_PROXIES: "127.0.0.1/32" } });
  owner = await signInAs(stack, "owner@example.com", "owner");
  ownerId = (await callAs(stack, owner, "GET", "/session")).body.user.id;
});
afterAll(async () => {
  await stack[Symbol.asyncDispose]();
});

const password = "seven lanterns behind the mill";
let places = 0;
/** Each from a place of its own, where nobody has tried anything yet. */
const open = async (path: string, body: object): Promise<{ status: number; body: any }> => {
  const response = await fetch(`${stack.apis[0]?.origin}/api/v1/invitation/${path}`, {
    method: "POST",
    headers: { "content-type": "application/json", "x-forwarded-for": `198.51.100.${(places += 1)}` },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: await response.json() };
};
const invite = async (email: string, role = "support"): Promise<{ id: string; token: string }> => {
  const { body } = await callAs(stack, owner, "POST", "/invitations", { email, role });
  return { id: body.id, token: new URL(body.url).hash.slice(1) };
};
const sql = async (text: string, values: unknown[] = []) => (await stack.database.pool.query(text, values)).rows;

describe("an invitation", () => {
  test("makes the administrator whom it is for, once, who counts as a second person later", async () => {
    const { id, token } = await invite("Grace@example.com", "auditor");
    expect(await open("look-up", { token })).toMatchObject({
      status: 200,
      body: { email: "grace@example.com", role: "auditor", sign_in: { password: true, sso: null } },
    });
    const weak = await open("accept", { token, name: "Grace", password: "password1234" });
    expect(weak).toMatchObject({ status: 422, body: { errors: [{ pointer: "/password" }] } });
    const both = await Promise.all([1, 2].map(() => open("accept", { token, name: "Grace", password })));
    expect(both.map(({ status }) => status).toSorted((one, other) => one - other)).toEqual([201, 404]);
    const { session } = await tryToSignIn(stack, "grace@example.com", password);
    expect((await callAs(stack, cookieOf(session), "GET", "/session")).body.user.role).toBe("auditor");
    const [row] = await sql("SELECT id, vouched_at FROM admin_user WHERE email = 'grace@example.com'");
    expect(row.vouched_at).toBeNull();
    expect(await open("look-up", { token })).toMatchObject({ status: 404 });
    expect(await sql("SELECT actor, action FROM audit_event WHERE target = $1 ORDER BY at, id", [id])).toEqual([
      { actor: ownerId, action: "invitation.created" },
      { actor: row.id, action: "invitation.accepted" },
    ]);
    const stored = await sql("SELECT i::text AS row FROM admin_invitation i");
    expect(JSON.stringify(stored)).not.toContain(token);
    expect(stack.logs()).not.toContain(token);
  });

  test("does nothing when it is revoked, replaced, over or made up", async () => {
    const revoked = await invite("revoked@example.com");
    expect((await callAs(stack, owner, "DELETE", `/invitations/${revoked.id}`)).status).toBe(204);
    const first = await invite("twice@example.com", "owner");
    const second = await invite("twice@example.com", "support");
    const late = await invite("late@example.com");
    await sql("UPDATE admin_invitation SET expires_at = now() WHERE id = $1", [late.id]);
    for (const token of [revoked.token, first.token, late.token, "made-up", "A".repeat(43), ""]) {
      expect((await open("accept", { token, name: "X", password })).status, token).toBe(404);
    }
    const { body } = await callAs(stack, owner, "GET", "/invitations");
    const listed = body.data.map(({ id }: { id: string }) => id);
    expect(listed).toContain(second.id);
    for (const { id } of [revoked, first, late]) expect(listed).not.toContain(id);
    expect((await callAs(stack, owner, "DELETE", `/invitations/${revoked.id}`)).status).toBe(404);
  });

  test("is tried out so often from one place, and no other place hears of it", async () => {
    const from = async (place: string, token: string): Promise<number> =>
      (
        await fetch(`${stack.apis[0]?.origin}/api/v1/invitation/look-up`, {
          method: "POST",
          headers: { "content-type": "application/json", "x-forwarded-for": place },
          body: JSON.stringify({ token }),
        })
      ).status;
    const statuses: number[] = [];
    for (let index = 0; index < 40; index += 1) statuses.push(await from("203.0.113.9", `made-up-${index}`));
    expect(statuses.slice(0, 5)).toEqual([404, 404, 404, 404, 404]);
    expect(statuses).toContain(429);
    for (let index = 0; index < 40; index += 1) await from(`192.0.2.${index}`, "made-up");
    const { token } = await invite("patient@example.com");
    expect(await from("203.0.113.10", token)).toBe(200);
  });

  test("is refused for who is one already, and ends what it was when they become one", async () => {
    const taken = await callAs(stack, owner, "POST", "/invitations", { email: "OWNER@example.com", role: "support" });
    expect(taken).toMatchObject({ status: 409, body: { reason: "already_administrator" } });
    const { token } = await invite("meanwhile@example.com");
    await makeAdministrator(stack, "meanwhile@example.com", "support");
    expect((await open("accept", { token, name: "X", password })).status).toBe(404);
  });
});

describe("an administrator", () => {
  test("is given another role, disabled and enabled, and each is recorded", async () => {
    const { id } = await makeAdministrator(stack, "changes@example.com", "support");
    const change = async (body: object) => await callAs(stack, owner, "PATCH", `/users/${id}`, body);
    expect(await change({ role: "operator" })).toMatchObject({ status: 200, body: { role: "operator" } });
    expect(await change({ disabled: true })).toMatchObject({ body: { disabled_by: "person" } });
    expect(await change({ disabled: false })).toMatchObject({ body: { disabled_at: null, disabled_by: null } });
    expect(await change({ name: "Another" })).toMatchObject({ body: { name: "Another" } });
    expect(await change({ name: "Another" })).toMatchObject({ status: 200 });
    expect(await sql("SELECT action FROM audit_event WHERE target = $1 ORDER BY at, id", [id])).toEqual(
      ["user.created", "user.role_changed", "user.disabled", "user.enabled", "user.changed"].map((action) => ({
        action,
      })),
    );
    // The command line's word of them is gone with what others changed.
    expect(await sql("SELECT vouched_at FROM admin_user WHERE id = $1", [id])).toEqual([{ vouched_at: null }]);
  });

  test("who is the last owner stays one, whoever tries, and two who demote each other leave one", async () => {
    const others = "UPDATE admin_user SET role = 'support' WHERE role = 'owner' AND id <> $1";
    await sql(others, [ownerId]);
    const alone = await callAs(stack, owner, "PATCH", `/users/${ownerId}`, { role: "support" });
    expect(alone).toMatchObject({ status: 409, body: { code: "conflict", reason: "last_owner" } });
    const { code, stderr } = await stack.cli("users", "update", "owner@example.com", "--disable");
    expect([code, stderr]).toEqual([1, expect.stringContaining("last owner")]);
    const second = await signInAs(stack, "second@example.com", "owner");
    const { body } = await callAs(stack, second, "GET", "/session");
    const both = await Promise.all([
      callAs(stack, owner, "PATCH", `/users/${body.user.id}`, { role: "support" }),
      callAs(stack, second, "PATCH", `/users/${ownerId}`, { role: "support" }),
    ]);
    expect(both.filter(({ status }) => status === 200).length).toBeLessThanOrEqual(1);
    expect(await sql("SELECT count(*)::int AS n FROM admin_user WHERE role = 'owner' AND disabled_at IS NULL")).toEqual(
      [{ n: 1 }],
    );
    await sql("UPDATE admin_user SET role = 'owner' WHERE id = ANY($1)", [[ownerId, body.user.id]]);
    owner = await again();
    const self = await callAs(stack, owner, "PATCH", `/users/${ownerId}`, { disabled: true });
    expect(self).toMatchObject({ status: 409, body: { reason: "yourself" } });
  });

  test("whose password is hashed anew with other costs is the same person still", async () => {
    const { id, password: typed } = await makeAdministrator(stack, "rehash@example.com", "owner");
    const salt = Buffer.alloc(16, 7);
    const weak = scryptSync(typed, salt, 32, { N: 16_384, r: 8, p: 1 });
    await sql("UPDATE admin_user SET password_hash = $2, vouched_at = clock_timestamp() WHERE id = $1", [
      id,
      `scrypt$16384$8$1$${salt.toString("base64url")}$${weak.toString("base64url")}`,
    ]);
    const standing = "SELECT standing_since, vouched_at FROM admin_user WHERE id = $1";
    const before = await sql(standing, [id]);
    expect(before[0].vouched_at).not.toBeNull();
    expect((await tryToSignIn(stack, "rehash@example.com", typed)).session).not.toBeNull();
    const [{ password_hash: hash }] = await sql("SELECT password_hash FROM admin_user WHERE id = $1", [id]);
    expect(hash).toMatch(/^scrypt\$131072\$/);
    expect(await sql(standing, [id])).toEqual(before);
    expect((await tryToSignIn(stack, "rehash@example.com", typed)).session).not.toBeNull();
    // Whoever sets another password is another, though the setting were on for somebody else.
    await stack.database.pool.query("UPDATE admin_user SET password_hash = 'another' WHERE id = $1", [id]);
    expect((await sql(standing, [id]))[0].vouched_at).toBeNull();
  });

  const again = async (): Promise<string> => {
    await sql(
      "UPDATE admin_user SET password_hash = (SELECT password_hash FROM admin_user WHERE email = 'grace@example.com') WHERE id = $1",
      [ownerId],
    );
    return cookieOf((await tryToSignIn(stack, "owner@example.com", password)).session);
  };
});

describe("the command line", () => {
  test("lists, invites, and changes administrators, and its word counts", async () => {
    const { id } = await makeAdministrator(stack, "shell@example.com", "support");
    const session = await (async () => {
      await sql(
        "UPDATE admin_user SET password_hash = (SELECT password_hash FROM admin_user WHERE email = 'grace@example.com') WHERE id = $1",
        [id],
      );
      return cookieOf((await tryToSignIn(stack, "shell@example.com", password)).session);
    })();
    const json = async (...args: string[]): Promise<any> => {
      const { stdout, stderr } = await stack.cli("users", ...args, "--json");
      expect(stderr).toBe("");
      return JSON.parse(stdout);
    };
    const listed = (await json("list")).users.find((one: { id: string }) => one.id === id);
    expect(listed).toMatchObject({ email: "shell@example.com", role: "support", sessions: 1, disabled_at: null });
    expect(await json("update", "shell@example.com", "--role", "auditor")).toMatchObject({ role: "auditor" });
    expect((await callAs(stack, session, "GET", "/session")).status).toBe(401);
    expect((await sql("SELECT vouched_at FROM admin_user WHERE id = $1", [id]))[0].vouched_at).not.toBeNull();
    expect(await json("update", "shell@example.com", "--disable")).toMatchObject({ disabled: true });
    expect((await tryToSignIn(stack, "shell@example.com", password)).session).toBeNull();
    const { url } = await json("invite", "--email", "by-shell@example.com", "--role", "operator");
    expect((await open("look-up", { token: new URL(url).hash.slice(1) })).body.role).toBe("operator");
    expect((await stack.cli("users", "update", "nobody@example.com", "--disable")).code).toBe(1);
    expect((await stack.cli("users", "update", "shell@example.com")).code).toBe(2);
    // The command line is started eight times.
  }, 300_000);
});

test("sessions and invitations are kept a month after their end, and no longer", async () => {
  await sql(
    `INSERT INTO admin_session (id, user_id, method, expires_at, ended_at, end_reason)
     SELECT 'ses_' || age, $1, 'password', now() - make_interval(days => age), NULL, NULL FROM unnest(ARRAY[29, 31]) age`,
    [ownerId],
  );
  await sql(
    `INSERT INTO admin_invitation (id, email, role, digest, invited_by, expires_at)
     SELECT 'inv_' || age, age || '@example.com', 'support', decode(age::text, 'hex'), $1, now() - make_interval(days => age)
       FROM unnest(ARRAY[29, 31]) age`,
    [ownerId],
  );
  await removeExpired(stack.database.pool);
  expect(await sql("SELECT id FROM admin_session WHERE id IN ('ses_29', 'ses_31')")).toEqual([{ id: "ses_29" }]);
  expect(await sql("SELECT id FROM admin_invitation WHERE id IN ('inv_29', 'inv_31')")).toEqual([{ id: "inv_29" }]);
});
