import type { Caller } from "../domain/access/permission.ts";
import type { AccountFilter } from "../domain/account/account-filter.ts";
import {
  commandRun,
  mostAccounts,
  mostUnfinished,
  permissionOfAction,
  type AccountRun,
  type RunAction,
  type RunCommand,
} from "../domain/account-run/account-run.ts";
import { idRandomBytes, makeId } from "../domain/identifier/identifier.ts";
import { DomainError, assertNever } from "../domain/problem/domain-error.ts";
import type { AccountRunStore, Selection } from "../ports/account-run-store.ts";
import type { Randomness } from "../ports/randomness.ts";

export interface AccountRunPorts {
  readonly accountRuns: AccountRunStore;
  readonly random: Randomness;
}

export interface RunWish {
  readonly action: RunAction;
  readonly selection: Selection;
  readonly reason: string | null;
  readonly pace: number | null;
  /** More accounts than were looked at are not acted on; null: as many as match. */
  readonly atMost: number | null;
  /** Where the request may run again: the same run. Absent: random. */
  readonly id?: string;
}

/**
 * Begins one act on many accounts: those that match at this moment, within the limits of whoever asks. A worker does it.
 *
 * @throws DomainError `invalid_request` where nothing matches, or too much does; `not_found` naming accounts that are not there; `conflict`
 *   while too many runs are not over
 */
export async function startAccountRun(ports: AccountRunPorts, caller: Caller, wish: RunWish): Promise<AccountRun> {
  const { action, selection, reason, pace } = wish;
  const id = wish.id ?? makeId("run", ports.random.bytes(idRandomBytes));
  const accounts = Math.min(mostAccounts, wish.atMost ?? mostAccounts);
  const started = await ports.accountRuns.start(
    caller,
    { id, action, reason, pace },
    selection,
    { accounts, unfinished: mostUnfinished },
    (total) => ({
      environmentId: caller.environmentId,
      actor: caller.id,
      action: "account_run.started",
      target: id,
      detail: { action, total, pace, reason, ...wordSelection(selection) },
    }),
  );
  switch (started.kind) {
    case "started":
      return started.run;
    case "none":
      throw invalid("no account matches, so there is nothing to do");
    case "too_many":
      throw tooMany(wish.atMost);
    case "unknown":
      throw new DomainError("invalid_request", {
        detail: "Some of these accounts are not in this environment. Nothing was begun.",
        errors: started.ids.slice(0, 20).map((unknown) => ({
          pointer: selection.kind === "ids" ? `/ids/${selection.ids.indexOf(unknown)}` : "/ids",
          detail: `there is no account ${unknown}`,
        })),
      });
    case "busy":
      throw new DomainError("conflict", {
        detail: `${started.unfinished} runs of this environment are not over. Wait for one of them, or cancel it.`,
      });
    default:
      return assertNever(started);
  }
}

function tooMany(atMost: number | null): DomainError {
  if (atMost !== null && atMost < mostAccounts) {
    return new DomainError("conflict", {
      detail: `More than ${atMost} accounts match by now. Look at them again, and confirm what you see.`,
    });
  }
  return invalid(`more than ${mostAccounts} accounts match, and one run takes no more; narrow the filter`);
}

function invalid(detail: string): DomainError {
  return new DomainError("invalid_request", {
    detail: "The run can't begin as asked.",
    errors: [{ pointer: "/filter", detail }],
  });
}

/** For the audit log: by what the accounts were chosen, not which they were; each has a record of its own. */
function wordSelection(selection: Selection): Readonly<Record<string, string | number>> {
  return selection.kind === "ids"
    ? { named: selection.ids.length }
    : { filter: JSON.stringify(given(selection.filter)) };
}

function given(filter: AccountFilter): Partial<AccountFilter> {
  return Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== null));
}

/** Whoever is limited to some tenants or integrations sees the runs that it began itself: others have accounts that are not there for it. */
function ownOnly(caller: Caller): string | null {
  return caller.tenantIds === null && caller.integrationNames === null ? null : caller.id;
}

/** @throws DomainError `not_found` */
export async function findAccountRun(
  { accountRuns }: Pick<AccountRunPorts, "accountRuns">,
  caller: Caller,
  id: string,
): Promise<AccountRun> {
  const found = await accountRuns.find(caller.environmentId, id, ownOnly(caller));
  if (found === null) throw new DomainError("not_found", { detail: "There is no such run in this environment." });
  return found;
}

export async function listAccountRuns(
  { accountRuns }: Pick<AccountRunPorts, "accountRuns">,
  caller: Caller,
  after: { readonly at: Date; readonly id: string } | null,
  take: number,
): Promise<readonly AccountRun[]> {
  return await accountRuns.list(caller.environmentId, ownOnly(caller), after, take);
}

/** @throws DomainError `forbidden` without the action's permission, `not_found`, `conflict` when the run is not in a state for it */
export async function changeAccountRun(
  ports: Pick<AccountRunPorts, "accountRuns">,
  caller: Caller,
  id: string,
  { command, pace }: { readonly command?: RunCommand; readonly pace?: number | null },
): Promise<AccountRun> {
  const found = await findAccountRun(ports, caller, id);
  refuseWithout(caller, found.action);
  const state = command === undefined ? found.state : commandRun(found.state, command);
  const isOpen = found.state === "running" || found.state === "paused";
  const changed =
    state === null || !isOpen
      ? null
      : await ports.accountRuns.change(
          found,
          { ...(command === undefined ? {} : { state }), ...(pace === undefined ? {} : { pace }) },
          [found.state],
          {
            environmentId: caller.environmentId,
            actor: caller.id,
            action: "account_run.changed",
            target: id,
            detail: { ...(command === undefined ? {} : { command }), ...(pace === undefined ? {} : { pace }) },
          },
        );
  if (changed !== null) return changed;
  throw new DomainError("conflict", {
    detail: `This run is ${found.state}, so nobody can ${command ?? "change the pace of"} it. Look at it again: somebody else may have been first.`,
  });
}

/** What needs a permission for one account needs it for many. @throws DomainError `forbidden`, naming it */
export function refuseWithout(caller: Caller, action: RunAction): void {
  const permission = permissionOfAction[action];
  if (caller.permissions.has(permission)) return;
  throw new DomainError("forbidden", {
    detail: `This needs the permission ${permission}, which ${caller.kind === "api_key" ? "this key" : "your role"} does not have.`,
    extensions: { permission },
  });
}
