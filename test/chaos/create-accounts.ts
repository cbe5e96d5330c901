import { setTimeout as sleep } from "node:timers/promises";
import { expectStatus, integrationName, issueGrant, type Answer, type World } from "./start-world.ts";

export type ChaosAccount = { id: string; grantId: string };

const inParallel = 16;

/** Grants from the lab, handed over through the public import. */
export async function createAccounts(
  world: World,
  count: number,
  onProgress: (made: number) => void = () => {},
): Promise<ChaosAccount[]> {
  const accounts: ChaosAccount[] = [];
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < count) {
      next += 1;
      accounts.push(await createAccount(world, next));
      onProgress(accounts.length);
    }
  };
  await Promise.all(Array.from({ length: inParallel }, lane));
  return accounts;
}

async function createAccount(world: World, number: number): Promise<ChaosAccount> {
  const grant = await issueGrant(world.lab, `person-${number}`);
  const answer = await world.call("POST", "/integrated-accounts", {
    integration_name: integrationName,
    tenant_id: `tenant-${number}`,
    credentials: {
      oauth2: {
        access_token: grant.accessToken,
        refresh_token: grant.refreshToken,
        expires_in: grant.expiresIn,
        scope: ["offline_access", "read", "write"],
      },
    },
  });
  expectStatus(201, answer);
  return { id: answer.body.id, grantId: grant.grantId };
}

/** Pages through all accounts, until a process answers. */
export async function listAccounts(world: World): Promise<Map<string, { status: string; lastError: string | null }>> {
  const found = new Map<string, { status: string; lastError: string | null }>();
  for (let cursor: string | null = ""; cursor !== null;) {
    const path: string = `/integrated-accounts?limit=200${cursor === "" ? "" : `&cursor=${encodeURIComponent(cursor)}`}`;
    const answer: Answer | null = await world.call("GET", path, undefined, { timeoutSeconds: 15 }).catch(() => null);
    if (answer?.status !== 200) {
      await sleep(500);
      continue;
    }
    for (const account of answer.body.data) {
      found.set(account.id, { status: account.status, lastError: account.last_error?.message ?? null });
    }
    cursor = answer.body.next_cursor;
  }
  return found;
}
