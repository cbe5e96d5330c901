import type { ChaosAccount } from "./create-accounts.ts";
import type { SeededRandom } from "./seeded-random.ts";
import type { World } from "./start-world.ts";

/** A token that was served and that the provider did not take, though it should have lived. */
export type RejectedToken = { accountId: string; expiresAt: number; readAt: number; checkedAt: number };

export type ReadCounts = {
  served: number;
  /** Among those: served while refreshing fails, still valid. */
  servedFailing: number;
  /** Shown to the provider, which took them. */
  accepted: number;
  /** Had ended before the caller even asked. */
  servedExpired: number;
  rejected: RejectedToken[];
  /** Problems by code, and calls that a process did not answer (`no_answer`). */
  problems: Record<string, number>;
};

export type TokenReads = { counts: ReadCounts; stop(): Promise<void> };

const answerSeconds = 20;
/** Callers that hang at a paused process pile up to here and no further. */
const mostOpen = 500;

/** A product's backends: they ask for tokens at a steady rate, whatever becomes of the answers, and use some of them. */
export function startTokenReads(
  world: World,
  accounts: ChaosAccount[],
  readsPerSecond: number,
  random: SeededRandom,
): TokenReads {
  const counts: ReadCounts = {
    served: 0,
    servedFailing: 0,
    accepted: 0,
    servedExpired: 0,
    rejected: [],
    problems: {},
  };
  const open = new Set<Promise<void>>();
  const timer = setInterval(() => {
    if (open.size >= mostOpen) return;
    const read = readOne(world, random.pick(accounts), random.pick(world.apis).origin, counts, random.fraction() < 0.3);
    open.add(read);
    void read.finally(() => open.delete(read));
  }, 1000 / readsPerSecond);
  return {
    counts,
    async stop() {
      clearInterval(timer);
      await Promise.all(open);
    },
  };
}

async function readOne(
  world: World,
  account: ChaosAccount,
  origin: string,
  counts: ReadCounts,
  isUsed: boolean,
): Promise<void> {
  const askedAt = Date.now();
  const path = `/integrated-accounts/${account.id}/token`;
  const answer = await world.call("GET", path, undefined, { origin, timeoutSeconds: answerSeconds }).catch(() => null);
  if (answer?.status !== 200) {
    const code: string = answer?.body.code ?? "no_answer";
    counts.problems[code] = (counts.problems[code] ?? 0) + 1;
    return;
  }
  counts.served += 1;
  if (answer.body.refresh === "failing") counts.servedFailing += 1;
  const expiresAt = Date.parse(answer.body.expires_at);
  if (expiresAt <= askedAt) counts.servedExpired += 1;
  if (!isUsed) return;
  const used = await fetch(`${world.lab.origin}/api/me`, {
    headers: { authorization: `Bearer ${answer.body.access_token}` },
  });
  await used.arrayBuffer();
  const checkedAt = Date.now();
  if (used.status === 200) counts.accepted += 1;
  // The provider counts whole seconds; what ends within this one may be over there.
  else if (expiresAt > checkedAt + 1_000)
    counts.rejected.push({ accountId: account.id, expiresAt, readAt: askedAt, checkedAt });
}
