import { expect, test } from "vitest";
import { createRecordingLog } from "../../test/fakes/recording-log.ts";
import { createSteppedClock } from "../../test/fakes/stepped-clock.ts";
import type { AccountRun } from "../domain/account-run/account-run.ts";
import type { AccountRunStore, ItemResult, RunItem } from "../ports/account-run-store.ts";
import { runAccounts, type RunAccountsPorts } from "./run-accounts.ts";

const begun = {
  id: "run_1",
  environmentId: "env_1",
  action: "release",
  state: "running",
  pace: null,
  rate: null,
  lastError: null,
  createdBy: "usr_1",
  resumedBy: null,
} as unknown as AccountRun;

/** One run of three accounts, the second of which nothing can be read of. */
function makeWorld() {
  const clock = createSteppedClock();
  const log = createRecordingLog();
  const results = new Map<number, ItemResult>();
  const waiting = new Map<number, { until: Date; tries: number }>();
  const words: (string | null)[] = [];
  const accountRuns = {
    claim: async () => begun,
    isInForce: async () => true,
    next: async () => {
      const items: RunItem[] = [1, 2, 3]
        .filter((place) => !results.has(place) && (waiting.get(place)?.until ?? clock.now()) <= clock.now())
        .map((place) => ({ place, accountId: `ia_${place}`, seen: null, tries: waiting.get(place)?.tries ?? 0 }));
      const due = [...waiting].filter(([place]) => !results.has(place)).map(([, { until }]) => until);
      return { items, dueAt: items.length === 0 ? (due[0] ?? null) : null };
    },
    begin: async (_id: string, _place: number, seen: unknown) => seen,
    putOff: async (_id: string, place: number, until: Date) =>
      void waiting.set(place, { until, tries: (waiting.get(place)?.tries ?? 0) + 1 }),
    conclude: async (_run: unknown, { place }: RunItem, result: ItemResult) => void results.set(place, result),
    setRate: async () => {},
    keep: async (_id: string, _owner: string, lastError: string | null) => {
      words.push(lastError);
      return { ...begun, lastError };
    },
    finish: async () => ({ ...begun, state: "done" }),
    release: async () => {},
  } as unknown as AccountRunStore;
  const accounts = {
    find: async (_environmentId: string, id: string) => {
      if (id === "ia_2") throw new TypeError("what is stored of it makes no sense");
      return null;
    },
  };
  const ports = { accountRuns, accounts, clock, log } as unknown as RunAccountsPorts;
  return { ports, clock, log, results, words };
}

test("an account at which Evergrant meets a fault of its own keeps no other waiting, and has its result in the end", async () => {
  const { ports, clock, log, results, words } = makeWorld();
  const options = { runId: "run_1", owner: "worker", signal: new AbortController().signal };
  expect(await clock.settle(runAccounts(ports, options))).toMatchObject({ state: "done" });
  expect([...results.keys()]).toEqual([1, 3, 2]);
  expect(results.get(2)).toMatchObject({ outcome: "failed", code: "internal_error" });
  expect(words).toContainEqual(expect.stringMatching(/^internal_error: .*worker's log/));
  const faults = log.lines.filter(({ level }) => level === "error");
  expect(faults).toHaveLength(5);
  expect(faults[0]).toMatchObject({ fields: { run: "run_1", account: "ia_2" } });
});
