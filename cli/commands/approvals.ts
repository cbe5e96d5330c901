import type { Approval } from "#core/domain/approval/approval";
import { approve, refuseApproval } from "#core/usecases/answer-approval";
import type { Container } from "#adapters/container";
import type { CommandResult } from "../main.ts";
import { parseOptions } from "../parse-options.ts";
import { UsageError } from "../usage-error.ts";
import { environmentNamed } from "./api-keys.ts";
import { onCommandLine } from "./keys.ts";

const mostListed = 200;

/** What is open; with `--all` what is over too. */
export async function listApprovals(container: Container, args: string[]): Promise<CommandResult> {
  const { values } = parseOptions(args, { environment: "string", all: "boolean" });
  const environment = await environmentNamed(container, values.environment);
  const page = { limit: mostListed, before: null };
  const open = await container.approvals.list(environment.id, { ...page, open: true });
  const over = values.all === true ? await container.approvals.list(environment.id, { ...page, open: false }) : [];
  const people = new Map((await container.approvals.listPeople()).map(({ id, email }) => [id, email]));
  const views = [...open, ...over].map((one) => ({
    ...toJson(one),
    requested_by: people.get(one.requestedBy) ?? one.requestedBy,
  }));
  const lines = views.map(
    (one) => `${one.id}  ${one.status}  ${one.requested_at}  ${one.requested_by}  ${one.kind}  ${one.summary}`,
  );
  return { json: { approvals: views }, text: lines.length === 0 ? "Nothing is asked for." : lines.join("\n") };
}

/** Trusted, and audited: whoever may run commands on the server is the second person. */
export async function approveOne(container: Container, args: string[]): Promise<CommandResult> {
  return await answerWith(container, args, approve);
}

export async function refuseOne(container: Container, args: string[]): Promise<CommandResult> {
  return await answerWith(container, args, refuseApproval);
}

async function answerWith(container: Container, args: string[], answer: typeof approve): Promise<CommandResult> {
  const { positionals, values } = parseOptions(args, { environment: "string" });
  const [id] = positionals;
  if (id === undefined || positionals.length > 1) throw new UsageError("name one request");
  const environment = await environmentNamed(container, values.environment);
  const after = await answer(container, onCommandLine(environment), id);
  const why = after.failure === null ? "" : `\n${after.failure.detail}`;
  return {
    json: toJson(after),
    text: `${after.id}  ${after.status}  ${after.effect.summary}${why}`,
    // What was approved and came to nothing is no success.
    exitCode: after.status === "failed" || after.status === "approved" ? 1 : 0,
  };
}

function toJson(approval: Approval) {
  return {
    id: approval.id,
    kind: approval.kind,
    subject: approval.subject,
    status: approval.status,
    mode: approval.mode,
    summary: approval.effect.summary,
    changes: approval.effect.changes,
    consequences: approval.effect.consequences,
    reason: approval.reason,
    requested_by: approval.requestedBy,
    requested_at: approval.requestedAt.toISOString(),
    waits_until: approval.waitsUntil?.toISOString() ?? null,
    expires_at: approval.expiresAt.toISOString(),
    failure: approval.failure,
  };
}
