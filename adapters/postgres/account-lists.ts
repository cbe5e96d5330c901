import type { Account, AccountStatus, ExternalAccount, Hold } from "#core/domain/account/account";
import type { Caller } from "#core/domain/access/permission";
import { Prisma as Database, type IntegratedAccount, type RefreshAttempt } from "#prisma/client";
import { toOpenAttempt } from "./account-rows.ts";
import type { Prisma } from "./prisma.ts";

export interface AccountFilter {
  readonly tenantId: string | null;
  readonly integrationName: string | null;
  readonly status: AccountStatus | null;
  /** Whether the mass-disconnect guard holds it; null: either. */
  readonly isHeld: boolean | null;
  readonly after: { readonly at: Date; readonly id: string } | null;
  readonly take: number;
}

/** Accounts of the caller's environment (and tenants and integrations, where its key is limited), newest first. */
export async function listAccounts(prisma: Prisma, caller: Caller, filter: AccountFilter): Promise<Account[]> {
  const { after } = filter;
  const rows = await prisma.integratedAccount.findMany({
    where: {
      AND: [
        visibleTo(caller),
        filter.tenantId === null ? {} : { tenantId: filter.tenantId },
        filter.integrationName === null ? {} : { integrationName: filter.integrationName },
        filter.status === null ? {} : { status: filter.status },
        filter.isHeld === null ? {} : { hold: filter.isHeld ? { not: Database.DbNull } : { equals: Database.DbNull } },
        after === null ? {} : { OR: [{ createdAt: { lt: after.at } }, { createdAt: after.at, id: { lt: after.id } }] },
      ],
    },
    orderBy: [{ createdAt: "desc" }, { id: "desc" }],
    take: filter.take,
  });
  return rows.map(toAccount);
}

/** What `held` and `left` of a mass failure are for a caller that may see some accounts of the client only. */
export async function countTroubled(
  prisma: Prisma,
  caller: Caller,
  failure: { readonly integrationName: string; readonly startedAt: Date | null },
): Promise<{ held: number; left: number }> {
  const { integrationName, startedAt } = failure;
  const count = async (where: Database.IntegratedAccountWhereInput): Promise<number> =>
    await prisma.integratedAccount.count({ where: { AND: [visibleTo(caller), { integrationName }, where] } });
  const since = startedAt === null ? null : new Date(startedAt.getTime() - leftBeforeMs);
  const [held, left] = await Promise.all([
    count({ hold: { not: Database.DbNull } }),
    since === null ? 0 : count({ status: "needs_reauth", reauthRequiredAt: { gt: since } }),
  ]);
  return { held, left };
}

/** As in the mass-failure store: who left within ten minutes before it was declared belongs to it. */
const leftBeforeMs = 600_000;

function visibleTo(caller: Caller): Database.IntegratedAccountWhereInput {
  return {
    environmentId: caller.environmentId,
    ...(caller.tenantIds === null ? {} : { tenantId: { in: [...caller.tenantIds] } }),
    ...(caller.integrationNames === null ? {} : { integrationName: { in: [...caller.integrationNames] } }),
  };
}

export async function listAttempts(
  prisma: Prisma,
  environmentId: string,
  accountId: string,
  after: { readonly at: Date; readonly id: string } | null,
  take: number,
): Promise<RefreshAttempt[]> {
  return await prisma.refreshAttempt.findMany({
    where: {
      environmentId,
      accountId,
      ...(after === null
        ? {}
        : { OR: [{ startedAt: { lt: after.at } }, { startedAt: after.at, id: { lt: after.id } }] }),
    },
    orderBy: [{ startedAt: "desc" }, { id: "desc" }],
    take,
  });
}

function toAccount(row: IntegratedAccount): Account {
  const hold = row.hold as { reason: Hold["reason"]; at: string } | null;
  const lastError = row.lastError as { code: string; message: string; at: string } | null;
  return {
    ...row,
    status: row.status as AccountStatus,
    hold: hold === null ? null : { ...hold, at: new Date(hold.at) },
    lastError: lastError === null ? null : { ...lastError, at: new Date(lastError.at) },
    externalAccount: row.externalAccount as ExternalAccount | null,
    metadata: row.metadata as Record<string, string>,
    inputs: row.inputs as Record<string, string>,
    fields: row.fields as Record<string, string>,
    overrides: row.overrides as Record<string, unknown>,
    attempt: toOpenAttempt(row.attemptId, row.attemptStartedAt),
  };
}
