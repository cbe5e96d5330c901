import type { Caller } from "#core/domain/access/permission";
import { Prisma as Database, type RefreshAttempt } from "#prisma/client";
import type { Prisma } from "./prisma.ts";

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
