// Administrators of the stub: what /users, /invitations and /sessions answer.
import type { z } from "zod";
import type {
  adminSessionListSchema,
  invitationListSchema,
  userDetailSchema,
  userListSchema,
} from "../api/schemas/administrator.ts";

type User = z.infer<typeof userListSchema>["data"][number];
type Detail = z.infer<typeof userDetailSchema>;
type Session = z.infer<typeof adminSessionListSchema>["data"][number];
type Invitation = z.infer<typeof invitationListSchema>["data"][number];

export type Administrators = { users: User[]; sessions: Session[]; invitations: Invitation[] };

const hour = 3_600_000;
const ago = (milliseconds: number): string => new Date(Date.now() - milliseconds).toISOString();
const linux = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0";
const phone =
  "Mozilla/5.0 (iPhone; CPU iPhone OS 19_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.1 Mobile/15E148 Safari/604.1";

const user = (over: Partial<User> & Pick<User, "id" | "email" | "name" | "role">): User => ({
  role_source: "local",
  sign_in: ["password"],
  disabled_at: null,
  disabled_by: null,
  last_sign_in_at: ago(2 * hour),
  last_seen_at: ago(4 * 60_000),
  created_at: ago(90 * 24 * hour),
  sessions: 1,
  is_you: false,
  ...over,
});

const session = (over: Partial<Session> & Pick<Session, "id">): Session => ({
  current: false,
  method: "password",
  address: "203.0.113.7",
  user_agent: linux,
  created_at: ago(2 * hour),
  last_seen_at: ago(60_000),
  expires_at: ago(-10 * hour),
  ...over,
});

export function usualAdministrators(): Administrators {
  const idp = { role_source: "idp", sign_in: ["sso"] } as const;
  return {
    users: [
      user({
        id: "usr_1",
        email: "ada@evergrant.example",
        name: "Ada Lovelace",
        role: "owner",
        is_you: true,
        sessions: 3,
      }),
      user({
        id: "usr_2",
        email: "grace.brewster.murray.hopper@harbor-compilers.evergrant.example",
        name: "Grace Hopper",
        role: "operator",
        ...idp,
        sign_in: ["sso"],
      }),
      user({
        id: "usr_3",
        email: "alan@evergrant.example",
        name: "Alan Turing",
        role: "auditor",
        last_seen_at: null,
        last_sign_in_at: null,
        sessions: 0,
      }),
      user({
        id: "usr_4",
        email: "hedy@evergrant.example",
        name: "Hedy Lamarr",
        role: "support",
        ...idp,
        sign_in: ["sso"],
        disabled_at: ago(30 * hour),
        disabled_by: "idp",
        last_sign_in_at: ago(54 * hour),
        last_seen_at: ago(50 * hour),
        sessions: 0,
      }),
    ],
    sessions: [
      session({ id: "ses_1", current: true }),
      session({ id: "ses_2", user_agent: phone, method: "sso", address: "2001:db8:85a3::8a2e:370:7334" }),
      session({ id: "ses_3", user_agent: "curl/8.17.0", address: "", last_seen_at: ago(50 * 60_000) }),
    ],
    invitations: [
      {
        id: "inv_1",
        email: "katherine@orbital-charts.example",
        role: "support",
        invited_by: "usr_1",
        created_at: ago(5 * hour),
        expires_at: ago(-67 * hour),
      },
    ],
  };
}

/** Null: this is about something else. */
export function answerAdministrators(
  world: Administrators,
  method: string,
  path: string,
  body: string,
): { status: number; body: unknown } | null {
  if (path === "/api/v1/users") return { status: 200, body: { data: world.users } };
  if (path === "/api/v1/sessions") return { status: 200, body: { data: world.sessions } };
  if (path === "/api/v1/invitations" && method === "GET") return { status: 200, body: { data: world.invitations } };
  if (path === "/api/v1/invitations") {
    const { email, role } = JSON.parse(body) as Pick<Invitation, "email" | "role">;
    const made: Invitation = {
      id: `inv_${world.invitations.length + 1}`,
      email,
      role,
      invited_by: "usr_1",
      created_at: ago(0),
      expires_at: ago(-72 * hour),
    };
    world.invitations.unshift(made);
    const url = "http://127.0.0.1:3000/invitation#fR1kYq0V3vJ8Zc5mW2nT7xL4sB9dH6gP0aQeUiOyKtE";
    return { status: 201, body: { ...made, url, mailed: false } };
  }
  if (path === "/api/v1/session/end-others") {
    world.sessions = world.sessions.filter(({ current }) => current);
    return { status: 200, body: { ended: 2 } };
  }
  const ended = /^\/api\/v1\/sessions\/([^/]+)$/.exec(path)?.[1];
  if (ended !== undefined) {
    world.sessions = world.sessions.filter(({ id }) => id !== ended);
    return { status: 204, body: null };
  }
  const revoked = /^\/api\/v1\/invitations\/([^/]+)$/.exec(path)?.[1];
  if (revoked !== undefined) {
    world.invitations = world.invitations.filter(({ id }) => id !== revoked);
    return { status: 204, body: null };
  }
  if (path === "/api/v1/session/password") return answerPassword(world, body);
  const [, userId, rest] = /^\/api\/v1\/users\/([^/]+)(\/end-sessions)?$/.exec(path) ?? [];
  const found = world.users.find(({ id }) => id === userId);
  if (found === undefined) return null;
  if (rest !== undefined) {
    const ended = found.sessions;
    found.sessions = 0;
    return { status: 200, body: { ended } };
  }
  if (method === "PATCH") {
    const { role, disabled } = JSON.parse(body) as { role?: User["role"]; disabled?: boolean };
    Object.assign(
      found,
      role === undefined ? {} : { role },
      disabled === undefined ? {} : { disabled_at: disabled ? ago(0) : null, disabled_by: disabled ? "person" : null },
    );
    return { status: 200, body: found };
  }
  const detail: Detail = {
    ...found,
    sessions: world.sessions.slice(0, found.sessions).map((one) => ({ ...one, current: one.current && found.is_you })),
  };
  return { status: 200, body: detail };
}

function answerPassword(world: Administrators, body: string): { status: number; body: unknown } {
  const { current_password: current, new_password: next } = JSON.parse(body) as Record<string, string>;
  const fault =
    current !== "correct horse"
      ? { pointer: "/current_password", detail: "is wrong" }
      : next === "password password"
        ? { pointer: "/new_password", detail: "is among the passwords that are tried first" }
        : null;
  if (fault !== null) {
    return {
      status: 422,
      body: { code: "invalid_request", title: "The request is not valid", status: 422, errors: [fault] },
    };
  }
  world.sessions = world.sessions.filter((one) => one.current);
  return { status: 204, body: null };
}
