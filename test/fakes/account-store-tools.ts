import type { HostPin } from "#core/domain/integration/host-pin";
import type { Account } from "#core/domain/account/account";
import type { AccountEvent } from "#core/domain/account/transition";
import type { AccountChange, AccountStore, AttemptResult, ClaimRequest, RefreshClaim } from "#core/ports/account-store";

/** What is pinned of the integration that accounts of the contract live on. */
export const pinOfContract: HostPin = { format: "oauth2", hosts: "tokens https://login.acme.example" };

/** One store with one environment in it, fresh for each test. */
export interface AccountStoreHarness {
  readonly store: AccountStore;
  readonly environmentId: string;
  /** Another environment's id; the store may know it or not. */
  readonly otherEnvironmentId: string;
  /** The integration's name that accounts of this store may have. */
  readonly integrationName: string;
  /** Another key is put into the header of what is sealed for an account, behind everybody's back. */
  readonly rewrap: (accountId: string, from: Uint8Array, to: Uint8Array) => Promise<boolean>;
}

let count = 0;

/** Several suites share a store. */
function id(prefix: string): string {
  count += 1;
  return `${prefix}_${String(count).padStart(24, "0")}`;
}

/** What the suites make of a store: ids that are not taken, an active account, claims on it. */
export function makeAccountTools(open: () => Promise<AccountStoreHarness>) {
  async function activeIn(
    { store, environmentId, integrationName }: AccountStoreHarness,
    clientId: string | null = null,
  ): Promise<Account> {
    const account = await store.create(
      {
        id: id("ia"),
        environmentId,
        tenantId: "tenant",
        integrationName,
        userReference: null,
        scopesRequested: ["a"],
        metadata: { plan: "gold" },
        inputs: {},
        clientId,
        overrides: {},
        pin: pinOfContract,
      },
      [],
    );
    const active = await store.apply(
      change(account, {
        raiseFence: true,
        expectedStatus: "connecting",
        set: { credentialVersion: 1 },
        happening: happening("credentials_obtained"),
        credential: sealed(1),
      }),
    );
    if (active === null) throw new Error("the account was not activated");
    return active;
  }

  async function withAccount() {
    const harness = await open();
    const { store, environmentId } = harness;
    const account = await activeIn(harness);
    const claim = (changes: Partial<ClaimRequest> = {}): Promise<RefreshClaim | null> =>
      store.claim({
        environmentId,
        accountId: account.id,
        attemptId: id("att"),
        owner: "test",
        leaseSeconds: 30,
        reason: "alarm",
        statuses: ["active"],
        ...changes,
      });
    const won = async (changes: Partial<ClaimRequest> = {}): Promise<RefreshClaim> => {
      const result = await claim(changes);
      if (result === null) throw new Error("the claim was not won");
      return result;
    };
    return { ...harness, account, claim, won };
  }

  return { id, activeIn, withAccount };
}

type Target = Pick<RefreshClaim["account"], "id" | "environmentId" | "fence">;

export function change(target: Target, changes: Partial<AccountChange>): AccountChange {
  return {
    accountId: target.id,
    environmentId: target.environmentId,
    ifFence: target.fence,
    isAnswer: false,
    ifVersion: null,
    expectedStatus: "active",
    expectedScopes: null,
    raiseFence: false,
    releaseLease: false,
    set: {},
    happening: null,
    credential: null,
    attempt: null,
    recorded: null,
    guard: null,
    completes: null,
    audit: [],
    ...changes,
  };
}

export function sealed(version: number, by = 0n): AccountChange["credential"] {
  return { kind: "replace", version, kid: "k1", sealed: Uint8Array.of(version, Number(by)), fingerprint: null };
}

/** The provider's answer to a claim's request, as version `version`. */
export function answer(claim: RefreshClaim, version: number): AccountChange {
  return change(claim.account, {
    isAnswer: true,
    ifVersion: version - 1,
    releaseLease: true,
    set: { credentialVersion: version },
    credential: sealed(version, claim.account.fence),
    attempt: result(claim),
  });
}

/** A connection completed by its customer; without a link, as one that came back. */
export function newGrant(target: Target, version: number): AccountChange {
  events += 1;
  return change(target, {
    ifVersion: version - 1,
    raiseFence: true,
    releaseLease: true,
    set: { credentialVersion: version },
    happening: happening("credentials_obtained"),
    credential: sealed(version, 99n),
    completes: { sessionId: `cs_${String(events).padStart(24, "0")}`, linkId: null },
  });
}

let events = 0;

export function happening(kind: AccountEvent["kind"]): AccountChange["happening"] {
  events += 1;
  const eventId = `evt_${String(events).padStart(24, "0")}`;
  return { event: { kind }, eventId, at: new Date(), lastError: null, actor: "test" };
}

export function result(claim: RefreshClaim, outcome: AttemptResult["outcome"] = "refreshed"): AttemptResult {
  return {
    ...claim.attempt,
    outcome,
    httpStatus: 200,
    error: null,
    rule: null,
    nextAttemptAt: null,
    explanation: "",
    waiters: 0,
  };
}
