import { randomBytes } from "node:crypto";
import { text } from "node:stream/consumers";
import { rolePermissions, type Role } from "#core/domain/access/permission";
import { idRandomBytes, makeId } from "#core/domain/identifier/identifier";
import { DomainError } from "#core/domain/problem/domain-error";
import { changeAdministrator, endSessionsOf } from "#core/usecases/administer-users";
import { inviteAdministrator } from "#core/usecases/invite-administrator";
import type { Container } from "#adapters/container";
import { minPasswordLength } from "#adapters/system/password";
import type { CommandResult } from "../main.ts";
import { parseOptions } from "../parse-options.ts";
import { UsageError } from "../usage-error.ts";

export async function createUser(container: Container, args: string[]): Promise<CommandResult> {
  const { values } = parseOptions(args, {
    email: "string",
    name: "string",
    role: "string",
    "password-stdin": "boolean",
  });
  const email = parseEmail(values.email);
  const role = parseRole(values.role ?? "owner");
  // Never as an argument: arguments stand in the process list and in the shell's history.
  const given = values["password-stdin"] === true ? (await text(process.stdin)).replace(/\r?\n$/, "") : null;
  if (given !== null && given.length < minPasswordLength) {
    throw new UsageError(`the password needs at least ${minPasswordLength} characters`);
  }
  const password = given ?? randomBytes(15).toString("base64url");
  const environment = await container.environments.findByName("production");
  const id = makeId("usr", container.random.bytes(idRandomBytes));
  const isCreated = await container.admins.createUser(
    {
      id,
      email,
      name: values.name ?? email.split("@")[0] ?? email,
      role,
      roleSource: "local",
      passwordHash: await container.passwords.hash(password),
      identity: null,
    },
    {
      environmentId: environment?.id ?? "",
      actor: "command_line",
      action: "user.created",
      target: id,
      detail: { role },
    },
    { isVouchedFor: true },
  );
  if (!isCreated)
    throw new DomainError("conflict", { detail: `There is an administrator with the address ${email} already.` });
  const shown = given === null ? { password } : {};
  return {
    json: { id, email, role, ...shown },
    text: `${id}  ${email}  ${role}${given === null ? `\nPassword: ${password}\nKeep it now: it is not shown again.` : ""}`,
  };
}

export async function listUsers(container: Container, args: string[]): Promise<CommandResult> {
  parseOptions(args, {});
  const users = await container.admins.listUsers(container.sessionTimes.idleSeconds);
  const views = users.map((user) => ({
    id: user.id,
    email: user.email,
    name: user.name,
    role: user.role,
    role_source: user.roleSource,
    sessions: user.sessions,
    last_seen_at: user.lastSeenAt?.toISOString() ?? null,
    last_sign_in_at: user.lastSignInAt?.toISOString() ?? null,
    disabled_at: user.disabledAt?.toISOString() ?? null,
  }));
  const lines = views.map(
    (user) =>
      `${user.id}  ${user.email}  ${user.role}  ${user.disabled_at === null ? `${user.sessions} sessions` : "disabled"}  last seen ${user.last_seen_at ?? "never"}`,
  );
  return {
    json: { users: views },
    text: lines.length === 0 ? "No administrators yet. Make one: users create" : lines.join("\n"),
  };
}

export async function inviteUser(container: Container, args: string[]): Promise<CommandResult> {
  const { values } = parseOptions(args, { email: "string", role: "string" });
  const ports = await portsOf(container);
  const role = parseRole(values.role ?? "operator");
  const { invitation, url } = await inviteAdministrator(ports, shell, { email: parseEmail(values.email), role });
  return {
    json: { id: invitation.id, email: invitation.email, role, url, expires_at: invitation.expiresAt.toISOString() },
    text: `${invitation.email} is invited as ${role}. This link works once, until ${invitation.expiresAt.toISOString()}:\n${url}`,
  };
}

/** Role, disabled or enabled, sessions: of the administrator whom an address names. */
export async function updateUser(container: Container, args: string[]): Promise<CommandResult> {
  const { values, positionals } = parseOptions(args, {
    role: "string",
    disable: "boolean",
    enable: "boolean",
    "end-sessions": "boolean",
  });
  const [email] = positionals;
  if (positionals.length !== 1) throw new UsageError("name one administrator by their address");
  const user = await container.admins.findUserByEmail(parseEmail(email));
  if (user === null) throw new DomainError("not_found", { detail: `There is no administrator ${email}.` });
  if (values.disable === true && values.enable === true)
    throw new UsageError("--disable and --enable exclude each other");
  const isDisabled = values.disable === true ? true : values.enable === true ? false : undefined;
  if (isDisabled === undefined && values.role === undefined && values["end-sessions"] !== true)
    throw new UsageError("say what to change: --role, --disable, --enable or --end-sessions");
  const ports = await portsOf(container);
  const changed = await changeAdministrator(ports, shell, user.id, {
    ...(values.role === undefined ? {} : { role: parseRole(values.role) }),
    ...(isDisabled === undefined ? {} : { isDisabled }),
  });
  const ended = values["end-sessions"] === true ? await endSessionsOf(ports, shell, user.id, { but: null }) : 0;
  const state = changed.disabledAt === null ? "can sign in" : "disabled";
  return {
    json: { id: changed.id, email: changed.email, role: changed.role, disabled: changed.disabledAt !== null, ended },
    text: `${changed.id}  ${changed.email}  ${changed.role}  ${state}`,
  };
}

const shell = { kind: "command_line" } as const;

async function portsOf(container: Container) {
  const environment = await container.environments.findByName("production");
  return { ...container, auditEnvironmentId: environment?.id ?? "" };
}

function parseEmail(text: string | undefined): string {
  const email = text?.trim().toLowerCase() ?? "";
  if (!/^[^\s@]+@[^\s@]+$/.test(email)) throw new UsageError("the address is missing or no e-mail address");
  return email;
}

function parseRole(role: string): Role {
  if (Object.hasOwn(rolePermissions, role)) return role as Role;
  throw new UsageError(`--role takes one of ${Object.keys(rolePermissions).join(", ")}`);
}
