import { readEngineConfig, readOrExit } from "#adapters/config/read-config";
import { createContainer, type Container } from "#adapters/container";
import { DomainError } from "#core/domain/problem/domain-error";
import { remoteKinds } from "#adapters/kms/parse-key-references";
import { schemaProblem } from "#adapters/postgres/schema-ready";
import { CheckUnavailable } from "./check/check-unavailable.ts";
import { UsageError } from "./usage-error.ts";
import {
  exportAudit,
  listAnchors,
  makeAnchors,
  publicKey,
  resealAudit,
  verifyDatabase,
  verifyFile,
} from "./commands/audit.ts";
import { acknowledgeAnomaly, listAnomalies } from "./commands/anomalies.ts";
import { createKey, listKeys, restartKey, revokeKey, stopKey } from "./commands/api-keys.ts";
import { approveOne, listApprovals, refuseOne } from "./commands/approvals.ts";
import { showRoles } from "./commands/database.ts";
import { approveHosts, checkIntegrations } from "./commands/integrations.ts";
import {
  keysDisable,
  keysDrill,
  keysEnable,
  keysPolicy,
  keysRotate,
  keysStatus,
  rotateKeyOfTenant,
} from "./commands/keys.ts";
import { keysRewrap } from "./commands/rewrap.ts";
import { rotateInKms } from "./commands/rotate-in-kms.ts";
import { createUser, inviteUser, listUsers, updateUser } from "./commands/users.ts";

/** What a command gives back: one value for `--json`, lines for people. */
export interface CommandResult {
  readonly json: unknown;
  readonly text: string;
  /** 0 by default. */
  readonly exitCode?: number;
  /** What belongs on stdout was written already. */
  readonly isWritten?: boolean;
}

/** Commands that need neither database nor keys say so. */
type Run =
  | { readonly kind: "engine"; readonly with: (container: Container, args: string[]) => Promise<CommandResult> }
  | { readonly kind: "plain"; readonly with: (args: string[]) => Promise<CommandResult> };

interface Command {
  readonly usage: string;
  readonly does: string;
  readonly run: Run;
  /** In place of `run`, the first that is meant. */
  readonly runOn?: readonly { readonly isMeant: (args: readonly string[]) => boolean; readonly run: Run }[];
}

const given =
  (option: string) =>
  (args: readonly string[]): boolean =>
    args.some((arg) => arg === option || arg.startsWith(`${option}=`));
/** Whether keys are in a KMS that is another machine, or an HSM. */
const keysAreElsewhere = (): boolean =>
  remoteKinds.some((kind) => kind === (process.env["EVERGRANT_KMS"] ?? "").trim());

const commands: Readonly<Record<string, Command>> = {
  "api-keys create": {
    usage:
      "--environment <name> --permissions <all|p1,p2> [--name <text>] [--tenants a,b] [--integrations a,b] [--expires-in <days>]",
    does: "makes an API key and shows it once",
    run: { kind: "engine", with: createKey },
  },
  "api-keys list": {
    usage: "[--environment <name>]",
    does: "lists keys, masked",
    run: { kind: "engine", with: listKeys },
  },
  "api-keys revoke": {
    usage: "<key id>",
    does: "ends a key within a second everywhere",
    run: { kind: "engine", with: revokeKey },
  },
  "api-keys stop": {
    usage: "<key id>",
    does: "refuses a key within a second everywhere, until it is started again",
    run: { kind: "engine", with: stopKey },
  },
  "api-keys restart": {
    usage: "<key id>",
    does: "starts a stopped key again",
    run: { kind: "engine", with: restartKey },
  },
  "anomalies list": {
    usage: "--environment <name> [--all]",
    does: "lists what is unlike the past and nobody acknowledged; with --all the rest too",
    run: { kind: "engine", with: listAnomalies },
  },
  "anomalies acknowledge": {
    usage: "<id> --environment <name>",
    does: "says that somebody saw it",
    run: { kind: "engine", with: acknowledgeAnomaly },
  },
  "users create": {
    usage: "--email <address> [--name <text>] [--role owner|operator|support|auditor] [--password-stdin]",
    does: "makes an administrator; without --password-stdin a password is made and shown once",
    run: { kind: "engine", with: createUser },
  },
  "users list": {
    usage: "",
    does: "lists administrators with their roles and sessions",
    run: { kind: "engine", with: listUsers },
  },
  "users invite": {
    usage: "--email <address> [--role owner|operator|support|auditor]",
    does: "prints a link that makes an administrator, once, for three days",
    run: { kind: "engine", with: inviteUser },
  },
  "users update": {
    usage: "<address> [--role owner|operator|support|auditor] [--disable|--enable] [--end-sessions]",
    does: "changes an administrator's role, keeps them out or lets them in, ends their sessions",
    run: { kind: "engine", with: updateUser },
  },
  "keys status": {
    usage: "",
    does: "shows the key-encryption keys and how many values each seals",
    run: { kind: "engine", with: keysStatus },
  },
  "keys rotate": {
    usage: "[--environment <name>] | --tenant <tenant id> --environment <name>",
    does: "adds a version to the key in the KMS; with a local keyring prints that with a new key in front (a secret); with --tenant gives that tenant's key a new version",
    run: { kind: "plain", with: keysRotate },
    runOn: [
      { isMeant: given("--tenant"), run: { kind: "engine", with: rotateKeyOfTenant } },
      { isMeant: keysAreElsewhere, run: { kind: "engine", with: rotateInKms } },
    ],
  },
  "keys rewrap": {
    usage: "[--environment <name>] [--pace <values a second>] [--everything]",
    does: "brings everything under the current key; Ctrl-C pauses, and the next run goes on; with --everything wraps anew what is under it already, too, after keys rotate",
    run: { kind: "engine", with: keysRewrap },
  },
  "keys disable": {
    usage: "<key id> --environment <name> [--force]",
    does: "lets a key wrap and open nothing any more, until it is enabled again",
    run: { kind: "engine", with: keysDisable },
  },
  "keys enable": {
    usage: "<key id> --environment <name>",
    does: "lets a disabled key work again",
    run: { kind: "engine", with: keysEnable },
  },
  "keys policy": {
    usage: "--environment <name> [--set direct|tenant]",
    does: "shows or sets what wraps the data keys of accounts: the KMS itself, or one key for each tenant",
    run: { kind: "engine", with: keysPolicy },
  },
  "keys drill": {
    usage: "[--environment <name>]",
    does: "proves on a sample that the database without its keys opens nothing",
    run: { kind: "engine", with: keysDrill },
  },
  "approvals list": {
    usage: "--environment <name> [--all]",
    does: "lists what waits for a second person; with --all what is over too",
    run: { kind: "engine", with: listApprovals },
  },
  "approvals approve": {
    usage: "<id> --environment <name>",
    does: "approves it as the second person, and carries it out",
    run: { kind: "engine", with: approveOne },
  },
  "approvals refuse": {
    usage: "<id> --environment <name>",
    does: "refuses it",
    run: { kind: "engine", with: refuseOne },
  },
  "audit verify": {
    usage: "[--environment <name>] [--anchors <file>] [--public-key <k1,k2>] [--after <number>] [--file <export>]",
    does: "checks that every audit record is as it was written, against anchors kept elsewhere too; exit code 1 when one is not",
    run: { kind: "engine", with: verifyDatabase },
    runOn: [{ isMeant: given("--file"), run: { kind: "plain", with: verifyFile } }],
  },
  "audit export": {
    usage: "[--environment <name>] [--out <file>]",
    does: "writes records, links and anchors as lines of JSON",
    run: { kind: "engine", with: exportAudit },
  },
  "audit anchors": {
    usage: "[--environment <name>]",
    does: "lists the signed anchors, to be kept where the database is not",
    run: { kind: "engine", with: listAnchors },
  },
  "audit anchor": {
    usage: "[--environment <name>]",
    does: "seals what waits and makes an anchor now",
    run: { kind: "engine", with: makeAnchors },
  },
  "audit public-key": {
    usage: "",
    does: "prints the public key with which anchors are checked elsewhere",
    run: { kind: "plain", with: publicKey },
  },
  "audit reseal": {
    usage: "--environment <name> --reason <text> [--anchors <file>]",
    does: "declares that the database came back from a copy, so that anchors of what was lost are known as such",
    run: { kind: "engine", with: resealAudit },
  },
  "db roles": {
    usage: "[--create]",
    does: "shows the database roles of api, worker and auditor; --create makes those that are missing and gives them their rights",
    run: { kind: "plain", with: showRoles },
  },
  "integrations check": {
    usage: "<file>… [--schema-only]",
    does: "checks integration documents, and tries them against a provider that misbehaves on command",
    run: { kind: "plain", with: checkIntegrations },
  },
  "integrations approve-hosts": {
    usage: "<name> --environment <name>",
    does: "lets an integration's credentials go to the hosts that its definition names by now, after a release changed them",
    run: { kind: "engine", with: approveHosts },
  },
};

/** The operator's command line. With `--json` one line of JSON on stdout and nothing else; logs go to stderr. */
async function main(): Promise<number> {
  const all = process.argv.slice(2);
  const isJson = all.includes("--json");
  const args = all.filter((arg) => arg !== "--json");
  const name = args.slice(0, 2).join(" ");
  const command = commands[name];
  if (command === undefined) {
    process.stderr.write(help(name));
    return 2;
  }
  const rest = args.slice(2);
  try {
    const run = command.runOn?.find(({ isMeant }) => isMeant(rest))?.run ?? command.run;
    const result = run.kind === "plain" ? await run.with(rest) : await withEngine(run.with, rest);
    if (result.isWritten !== true) process.stdout.write(`${isJson ? JSON.stringify(result.json) : result.text}\n`);
    return result.exitCode ?? 0;
  } catch (error) {
    if (error instanceof UsageError) {
      process.stderr.write(`${error.message}\nUsage: npm run -s evergrant -- ${name} ${command.usage}\n`);
      return 2;
    }
    if (error instanceof CheckUnavailable) {
      process.stderr.write(`${error.message}\n`);
      return 1;
    }
    if (error instanceof DomainError) {
      const fields = error.errors.map((one) => `\n  ${one.pointer}: ${one.detail}`).join("");
      process.stderr.write(`${error.detail}${fields}\n`);
      return 1;
    }
    throw error;
  }
}

async function withEngine(
  run: (container: Container, args: string[]) => Promise<CommandResult>,
  args: string[],
): Promise<CommandResult> {
  const container = await createContainer(readOrExit(readEngineConfig), { name: "cli", poolSize: 2, logDescriptor: 2 });
  try {
    const problem = await schemaProblem(container.pool);
    if (problem !== null) throw new DomainError("database_unavailable", { detail: problem });
    return await run(container, args);
  } finally {
    await container.close();
  }
}

function help(name: string): string {
  const unknown = name === "" || name === "--help" || name === "help" ? "" : `There is no command ${name}.\n\n`;
  const lines = Object.entries(commands).map(([key, { usage, does }]) => `  ${key} ${usage}\n      ${does}`);
  return `${unknown}Usage: npm run -s evergrant -- <command> [--json]\n\n${lines.join("\n")}\n`;
}

process.exitCode = await main();
