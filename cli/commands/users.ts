import { randomBytes } from "node:crypto";
import { text } from "node:stream/consumers";
import { rolePermissions, type Role } from "#core/domain/access/permission";
import { idRandomBytes, makeId } from "#core/domain/identifier/identifier";
import { DomainError } from "#core/domain/problem/domain-error";
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
  const email = values.email?.trim().toLowerCase() ?? "";
  if (!/^[^\s@]+@[^\s@]+$/.test(email)) throw new UsageError("--email is missing or no e-mail address");
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

function parseRole(role: string): Role {
  if (Object.hasOwn(rolePermissions, role)) return role as Role;
  throw new UsageError(`--role takes one of ${Object.keys(rolePermissions).join(", ")}`);
}
