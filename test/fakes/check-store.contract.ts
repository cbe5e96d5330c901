import { beforeEach, describe, expect, test } from "vitest";
import { checkTimes, interrupted, unclaimed, type CheckScenario } from "#core/domain/integration/check-run";
import type { CheckStore, NewCheck } from "#core/ports/check-store";

export interface CheckSubject {
  readonly store: CheckStore;
  readonly environmentId: string;
  readonly otherEnvironmentId: string;
  /** Lets time go by for every run that is not over. */
  pass(seconds: number): Promise<void>;
}

export const someScenario: CheckScenario = {
  scenario: "rotation",
  title: "New tokens",
  verdict: "as_expected",
  note: null,
  steps: [
    {
      answered: "200, both tokens new",
      outcome: "refreshed",
      rule: null,
      httpStatus: 200,
      error: null,
      explanation: null,
      status: "active",
      scopesMissing: [],
      nextRefreshIn: 3400,
      expiresIn: null,
      callerGot: "a fresh token",
    },
  ],
  problems: [],
};

/** What every store of checks guarantees. */
export function describeCheckStore(name: string, create: () => Promise<CheckSubject>): void {
  describe(`a store of checks: ${name}`, () => {
    let subject: CheckSubject;
    let made = 0;
    const fresh = (facts: Partial<NewCheck> = {}): NewCheck => {
      made += 1;
      return {
        id: `chk_${String(made).padStart(24, "0")}`,
        environmentId: subject.environmentId,
        integrationName: "acme-crm",
        document: { name: "acme-crm" },
        isInForce: true,
        withSamples: false,
        startedBy: "usr_op",
        ...facts,
      };
    };
    const start = async (run: NewCheck) =>
      await subject.store.start(run, {
        environmentId: run.environmentId,
        actor: run.startedBy,
        action: "integration.checked",
        target: run.integrationName,
      });

    beforeEach(async () => {
      subject = await create();
    });

    test("begins with nothing found, and is claimed once", async () => {
      const run = fresh();
      expect(await start(run)).toMatchObject({
        ...run,
        state: "queued",
        scenarios: [],
        startedAt: null,
        finishedAt: null,
      });
      expect(await subject.store.claim(run.id)).toMatchObject({ id: run.id, state: "running", document: run.document });
      expect(await subject.store.claim(run.id)).toBeNull();
    });

    test("runs one at a time in an environment, and beside those of another", async () => {
      const first = fresh();
      await start(first);
      expect(await start(fresh({ integrationName: "other" }))).toBeNull();
      expect(await start(fresh({ environmentId: subject.otherEnvironmentId }))).not.toBeNull();
      expect((await subject.store.findUnderWay(subject.environmentId))?.id).toBe(first.id);
    });

    test("keeps scenarios in the order in which they end, and says how it ended", async () => {
      const run = fresh();
      await start(run);
      await subject.store.claim(run.id);
      const other = { ...someScenario, scenario: "other" };
      for (const scenario of [someScenario, null, other]) expect(await subject.store.note(run.id, scenario)).toBe(true);
      await subject.store.finish(run.id, { kind: "done", leftAside: ["its budget"] });
      expect(await subject.store.find(run.environmentId, "acme-crm", run.id)).toMatchObject({
        state: "done",
        detail: null,
        scenarios: [someScenario, other],
        leftAside: ["its budget"],
        finishedAt: expect.any(Date) as Date,
      });
      expect(await subject.store.note(run.id, someScenario)).toBe(false);
      expect(await start(fresh())).not.toBeNull();
    });

    test("ends what nobody works on any more with the next one that begins", async () => {
      const silent = fresh();
      await start(silent);
      await subject.store.claim(silent.id);
      await subject.pass(checkTimes.silentSeconds - 10);
      expect(await start(fresh())).toBeNull();
      await subject.pass(20);
      const unheard = fresh();
      expect(await start(unheard)).not.toBeNull();
      expect(await subject.store.note(silent.id, null)).toBe(false);
      await subject.pass(checkTimes.unclaimedSeconds + 10);
      expect(await start(fresh())).not.toBeNull();
      const detailOf = async (id: string) => (await subject.store.find(subject.environmentId, "acme-crm", id))?.detail;
      expect([await detailOf(unheard.id), await detailOf(silent.id)]).toEqual([unclaimed, interrupted]);
      expect(await subject.store.claim(unheard.id)).toBeNull();
    });

    test("is found in its own environment, by its own integration, and lists no more than it is asked for", async () => {
      const run = fresh();
      await start(run);
      expect(await subject.store.find(subject.otherEnvironmentId, "acme-crm", run.id)).toBeNull();
      expect(await subject.store.find(subject.environmentId, "other", run.id)).toBeNull();
      expect(await subject.store.list(subject.otherEnvironmentId, "acme-crm", 10)).toEqual([]);
      expect(await subject.store.list(subject.environmentId, "acme-crm", 0)).toEqual([]);
    });
  });
}
