import type { Account } from "../domain/account/account.ts";
import { answererOf, type AccountRun } from "../domain/account-run/account-run.ts";
import { decideStep, skipWords, type SkipCode } from "../domain/account-run/decide-step.ts";
import type { Caller } from "../domain/access/permission.ts";
import { isTypedDocument } from "../domain/integration/credential-fields.ts";
import { DomainError, assertNever } from "../domain/problem/domain-error.ts";
import type { ItemResult, RunItem, SeenAccount } from "../ports/account-run-store.ts";
import { problemOf } from "./account-problem.ts";
import { createLink, type LinkPorts } from "./create-link.ts";
import { disconnectAccount } from "./disconnect-account.ts";
import { findReadable } from "./find-readable.ts";
import { refreshAccount } from "./refresh-account.ts";
import type { RefreshPorts } from "./refresh-ports.ts";
import { releaseAccount } from "./release-account.ts";
import { runLink } from "./run-link.ts";

export type ActPorts = RefreshPorts & LinkPorts;

type ActingRun = Pick<AccountRun, "id" | "environmentId" | "action" | "createdBy" | "resumedBy">;

/** What came of one account, or when to come back to it: its turn has not come, and it is nobody's failure. */
export type Acted =
  | { readonly kind: "result"; readonly result: ItemResult }
  | { readonly kind: "later"; readonly until: Date; readonly why: string };

/** As long as a link lives by default. */
const linkSeconds = 604_800;
/** While a key service or a database is away, seconds. */
const awaySeconds = 15;
/**
 * Nobody was asked: no failure of the account. One that was asked and did not answer is none to be asked again here: the engine finds
 * out what became of it in its own time (R20).
 */
const waitFor: ReadonlySet<string> = new Set(["rate_limited", "provider_unavailable"]);
/** An account that was put off so often has failed: its provider, or its budget, is not coming back soon. */
const mostTries = 20;

/**
 * Does to one account what its run is for. Whoever does it again, since the first died before it said so, finds what was done: a
 * refresh is known by the version that was there before it, a link by its derived id, a release and a disconnect by the account.
 *
 * @param begin remembers what was found; what it returns was found by whoever began first
 */
export async function actOnAccount(
  ports: ActPorts,
  run: ActingRun,
  item: RunItem,
  begin: (seen: SeenAccount) => Promise<SeenAccount>,
  signal: AbortSignal,
): Promise<Acted> {
  const { environmentId } = run;
  const account = await ports.accounts.find(environmentId, item.accountId);
  const isTyped = account !== null && (await isTypedAccount(ports, account));
  const step = decideStep(run.action, account, { isTyped, isBegun: item.seen !== null });
  if (step.kind === "skip") return skipped(step.code);
  if (step.kind === "already" || account === null) return done(run.action === "disconnect" ? "unknown" : null);
  const seen = await begin({ version: account.credentialVersion, fence: String(account.credentialFence) });
  try {
    return await act(ports, run, account, seen, signal);
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    return refused(error, item, ports.clock.now());
  }
}

async function act(
  ports: ActPorts,
  run: ActingRun,
  account: Account,
  seen: SeenAccount,
  signal: AbortSignal,
): Promise<Acted> {
  const { id: runId, environmentId } = run;
  const accountId = account.id;
  const actor = answererOf(run);
  switch (run.action) {
    case "refresh": {
      const outcome = await refreshAccount(
        ports,
        {
          environmentId,
          accountId,
          demand: {
            reason: "forced",
            minTtlSeconds: null,
            seenVersion: seen.version,
            seenFence: BigInt(seen.fence),
          },
          // Tokens are opened by the worker, for the provider alone; who wanted it stands in the run's record of the account.
          actor: "worker",
        },
        signal,
      );
      if (outcome.kind === "refreshed") return done();
      throw problemOf(outcome, ports.clock.now());
    }
    case "reauthorization_links":
      await createLink(ports, makerOf(environmentId, actor), {
        tenantId: account.tenantId,
        userReference: account.userReference,
        integrationNames: null,
        integratedAccountId: accountId,
        returnUrl: null,
        scopes: [],
        sessionBinding: false,
        expiresInSeconds: linkSeconds,
        locale: null,
        metadata: {},
        made: runLink(ports.digests, runId, accountId),
      });
      return done();
    case "release":
      await releaseAccount(ports, { environmentId, accountId, actor });
      return done();
    case "disconnect": {
      const { revocation } = await disconnectAccount(ports, { environmentId, accountId, actor });
      return done(revocation);
    }
    default:
      return assertNever(run.action);
  }
}

async function isTypedAccount(ports: ActPorts, account: Account): Promise<boolean> {
  const configured = await findReadable(ports.integrations, account.environmentId, account.integrationName);
  return configured !== null && isTypedDocument(configured.document);
}

/** Whoever answers for the run, for the records of what it does. Its limits were those of the selection. */
function makerOf(environmentId: string, id: string): Caller {
  return {
    kind: "system",
    id,
    environmentId,
    environment: "",
    permissions: new Set(),
    tenantIds: null,
    integrationNames: null,
  };
}

function refused(error: DomainError, item: RunItem, now: Date): Acted {
  const isAway = error.code === "kms_unavailable" || error.code === "database_unavailable";
  // Its turn comes when the provider is asked again: a breaker that opens midway must not fail whoever comes after.
  const isBusy = waitFor.has(error.code);
  if (isAway || (isBusy && item.tries < mostTries)) {
    const seconds = isAway ? awaySeconds : Math.max(1, error.retryAfterSeconds ?? awaySeconds);
    return { kind: "later", until: new Date(now.getTime() + seconds * 1000), why: `${error.code}: ${error.detail}` };
  }
  return { kind: "result", result: { outcome: "failed", code: error.code, detail: error.detail } };
}

function done(code: string | null = null): Acted {
  return { kind: "result", result: { outcome: "done", code, detail: null } };
}

function skipped(code: SkipCode): Acted {
  return { kind: "result", result: { outcome: "skipped", code, detail: skipWords[code] } };
}
