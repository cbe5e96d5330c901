import { describe, expect, it } from "vitest";
import type { Account } from "#core/domain/account/account";
import type { AccountStore } from "#core/ports/account-store";
import type { InMemoryAccountStore, StoredEvent } from "#test/fakes/in-memory-account-store";
import { simulate } from "./simulation.ts";
import type { Rule } from "./violation.ts";
import type { Sabotage } from "./world.ts";

const hour = 3_600_000;

/** The store with one method replaced. */
function withMethods(store: InMemoryAccountStore, methods: Partial<AccountStore>): AccountStore {
  return { ...store, ...methods };
}

const broken: readonly (readonly [string, Sabotage, readonly Rule[]])[] = [
  [
    "a store that looks at no fence",
    {
      store: (store) =>
        withMethods(store, {
          async apply(change) {
            const row = await store.find(change.environmentId, change.accountId);
            if (row === null) return null;
            const ifVersion = change.ifVersion === null ? null : row.credentialVersion;
            return await store.apply({ ...change, ifVersion, ifFence: row.fence });
          },
        }),
    },
    ["lost", "monotone", "sealed", "status", "error"],
  ],
  [
    "a store that gives a lease that another holds",
    {
      store: (store) =>
        withMethods(store, {
          async claim(request) {
            store.patch(request.accountId, { leaseUntil: null });
            return await store.claim(request);
          },
        }),
    },
    ["in_flight"],
  ],
  [
    "a spool that forgets",
    { spool: () => ({ put: async () => "gone", list: async () => [], remove: async () => {} }) },
    ["lost"],
  ],
  [
    "a decision that knows no pace",
    {
      store: (store) => {
        const hurried = <T extends Account | null>(row: T): T => (row === null ? row : { ...row, cooldownUntil: null });
        return withMethods(store, {
          find: async (environment, id) => hurried(await store.find(environment, id)),
          async claim(request) {
            const claim = await store.claim(request);
            return claim === null ? null : { ...claim, account: hurried(claim.account) };
          },
        });
      },
    },
    ["replay"],
  ],
  [
    "a store that takes no late answers",
    { store: (store) => withMethods(store, { apply: (change) => store.apply({ ...change, isAnswer: false }) }) },
    ["lost"],
  ],
  ["processes that wait for nobody's late answer", { steadiness: { isSteady: () => true } }, ["lost"]],
  [
    "a rule that takes an unwell provider for a revocation",
    {
      refresh: {
        failureRules: [{ id: "hasty", statuses: [500, 599], class: "reauthorize", meaning: "The provider is unwell." }],
      },
    },
    ["false_reauth"],
  ],
  [
    "a definition that knows nothing of its provider's grace",
    { refresh: { rotation: { rule: "single_use", graceSeconds: 0 }, timeoutSeconds: 25 } },
    ["lost"],
  ],
  [
    "a store that tells every event twice",
    {
      store: (store) =>
        withMethods(store, {
          async apply(change) {
            const before = store.events.length;
            const row = await store.apply(change);
            (store.events as StoredEvent[]).push(...store.events.slice(before));
            return row;
          },
        }),
    },
    ["events"],
  ],
  [
    "a store that changes scopes without a word",
    {
      store: (store) =>
        withMethods(store, {
          async apply(change) {
            const row = await store.apply(change);
            if (store.events.at(-1)?.type === "integrated_account:scopes_changed")
              (store.events as StoredEvent[]).pop();
            return row;
          },
        }),
    },
    ["events"],
  ],
  [
    "a store that forgets who came back",
    { store: (store) => withMethods(store, { apply: (change) => store.apply({ ...change, recorded: null }) }) },
    ["attempts"],
  ],
  [
    "a store that moves a status without a word",
    {
      store: (store) =>
        withMethods(store, {
          async abandon(claim) {
            await store.abandon(claim);
            store.patch(claim.account.id, { status: "needs_reauth" });
          },
        }),
    },
    ["status"],
  ],
  [
    "a store that keeps the lease of a failed attempt for ever",
    {
      store: (store) =>
        withMethods(store, {
          async apply(change) {
            const row = await store.apply(change);
            const failed = row !== null && change.attempt !== null && change.credential === null;
            if (failed) store.patch(row.id, { leaseUntil: new Date("2999-01-01") });
            return row;
          },
        }),
    },
    ["stuck", "replay", "lost"],
  ],
  [
    "a store that loses alarms",
    {
      store: (store) =>
        withMethods(store, {
          async apply(change) {
            const row = await store.apply(change);
            if (row !== null && change.isAnswer) store.patch(row.id, { refreshDueAt: null });
            return row;
          },
        }),
    },
    ["stuck"],
  ],
  [
    "a reader that believes tokens to live longer",
    {
      store: (store) =>
        withMethods(store, {
          async findWithCredential(environment, id) {
            const found = await store.findWithCredential(environment, id);
            const expiresAt = found?.account.expiresAt ?? null;
            if (found === null || expiresAt === null) return found;
            return { ...found, account: { ...found.account, expiresAt: new Date(expiresAt.getTime() + hour) } };
          },
        }),
    },
    ["read"],
  ],
  [
    "a reader that serves accounts that have left",
    {
      store: (store) =>
        withMethods(store, {
          async findWithCredential(environment, id) {
            const found = await store.findWithCredential(environment, id);
            return found?.account.status !== "needs_reauth"
              ? found
              : { ...found, account: { ...found.account, status: "active" } };
          },
        }),
    },
    ["read"],
  ],
];

/** A late answer that is the only one to keep a grant comes once in a thousand runs. */
const most = 6_000;

describe("the simulation has teeth: it finds", () => {
  it.each(broken)("%s", { timeout: 300_000 }, async (_name, sabotage, rules) => {
    for (let seed = 1; seed <= most; seed += 1) {
      const { violations } = await simulate({ seed, sabotage });
      const [violation] = violations;
      if (violation === undefined || !rules.includes(violation.rule)) continue;
      // It is the sabotage that is found, and nothing else.
      if ((await simulate({ seed })).violations.length === 0) return;
    }
    expect.fail(`${most} runs noticed nothing`);
  });
});

describe("a seed", () => {
  it("tells the same history every time, and another one another", async () => {
    const tell = async (seed: number): Promise<string> => (await simulate({ seed, isTraced: true })).history.join("\n");
    const first = await tell(11);
    expect(first.length).toBeGreaterThan(1_000);
    expect(await tell(11)).toBe(first);
    expect(await tell(12)).not.toBe(first);
  });
});
