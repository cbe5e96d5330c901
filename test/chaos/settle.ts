import { setTimeout as sleep } from "node:timers/promises";
import { listAccounts, type ChaosAccount } from "./create-accounts.ts";
import type { World } from "./start-world.ts";
import type { Watch } from "./watch-accounts.ts";

/** How an account stood at the end. */
export type AccountEnd = {
  account: ChaosAccount;
  status: string;
  lastError: string | null;
  /** A forced refresh worked: the refresh token in the database is the live one. */
  isRefreshable: boolean;
  /** Why not, in the API's word. */
  problem: string | null;
  /** Its last attempts in our book, newest first; empty where all is well. */
  attempts: AttemptSeen[];
};

export type AttemptSeen = { startedAt: string; reason: string; outcome: string | null; rule: string | null };

const inParallel = 12;
const tries = 4;

/** How the quiet time ended: with every token fresh, or after so many seconds with some that had ended, the longest for so long. */
export type QuietEnd = { seconds: number; isQuiet: boolean; expired: number; longestExpiredSeconds: number };

/** A look at the accounts that is older than this says nothing of now. */
const freshMs = 5_000;

/** Nobody is harmed any more: everything runs, and what is due is refreshed, or `quietSeconds` pass. */
export async function waitForQuiet(world: World, watch: Watch, quietSeconds: number): Promise<QuietEnd> {
  const startedAt = Date.now();
  const end = startedAt + quietSeconds * 1000;
  const leastMs = Math.min(quietSeconds * 1000, world.options.accessTokenSeconds * 1000);
  await Promise.all(world.members.map(({ process }) => process.waitUntilServing()));
  const isQuiet = (): boolean => {
    const latest = watch.samples.slice(-6);
    return latest.length === 6 && latest.every((sample) => sample.at > startedAt && sample.expired === 0);
  };
  // For the life of a token at least: before, a system in which nobody refreshes any more looks well too.
  while (Date.now() < end && (Date.now() < startedAt + leastMs || !isQuiet())) await sleep(250);
  const latest = watch.latest();
  const isFresh = latest !== null && Date.now() - latest.at < freshMs;
  // Nobody could look: that is as bad as it can be.
  const unseen = { expired: Number.NaN, longestExpiredSeconds: Number.POSITIVE_INFINITY };
  const { expired, longestExpiredSeconds } = isFresh ? latest : unseen;
  return { seconds: (Date.now() - startedAt) / 1000, isQuiet: isQuiet(), expired, longestExpiredSeconds };
}

/** The last word on every account: only a refresh proves that the stored token is the live one. */
export async function refreshAll(
  world: World,
  accounts: ChaosAccount[],
  onProgress: (done: number) => void = () => {},
): Promise<AccountEnd[]> {
  const before = await listAccounts(world);
  const problems = new Map<string, string | null>();
  const queue = accounts.filter(({ id }) => before.get(id)?.status === "active");
  const lane = async (): Promise<void> => {
    for (let account = queue.pop(); account !== undefined; account = queue.pop()) {
      problems.set(account.id, await refreshOne(world, account));
      onProgress(problems.size);
    }
  };
  await Promise.all(Array.from({ length: inParallel }, lane));
  const after = await listAccounts(world);
  return await Promise.all(
    accounts.map(async (account) => {
      const { status = "gone", lastError = null } = after.get(account.id) ?? {};
      const problem = problems.get(account.id);
      const isRefreshable = problem === null;
      const attempts = isRefreshable ? [] : await attemptsOf(world, account.id);
      return { account, status, lastError, isRefreshable, problem: problem === undefined ? status : problem, attempts };
    }),
  );
}

async function attemptsOf(world: World, accountId: string): Promise<AttemptSeen[]> {
  const answer = await world
    .call("GET", `/integrated-accounts/${accountId}/refresh-attempts?limit=6`)
    .catch(() => null);
  const attempts: Record<string, string>[] = answer?.status === 200 ? answer.body.data : [];
  return attempts.map((one) => ({
    startedAt: one["started_at"] ?? "",
    reason: one["reason"] ?? "",
    outcome: one["outcome"] ?? null,
    rule: one["rule"] ?? null,
  }));
}

async function refreshOne(world: World, account: ChaosAccount): Promise<string | null> {
  for (let attempt = 1; ; attempt += 1) {
    const answer = await world.call("POST", `/integrated-accounts/${account.id}/refresh`).catch(() => null);
    if (answer?.status === 200) return null;
    const code: string = answer?.body.code ?? "no_answer";
    // A dead grant stays dead; everything else may be the last of the harm (a lease that still runs, an answer in doubt).
    if (code === "needs_reauth" || attempt === tries) return code;
    await sleep(3_000);
  }
}
