import { describe, expect, it } from "vitest";
import type { CheckRunner } from "#core/ports/check-runner";
import { someScenario } from "#test/fakes/check-store.contract";
import { createInMemoryCheckStore } from "#test/fakes/in-memory-check-store";
import { createRecordingLog } from "#test/fakes/recording-log";
import { createSteppedClock } from "#test/fakes/stepped-clock";
import { carryOutCheck } from "./carry-out-check.ts";

const never = new AbortController().signal;

async function arranged(run: CheckRunner["run"]) {
  const checks = createInMemoryCheckStore(createSteppedClock());
  const record = { environmentId: "env", actor: "usr_op", action: "integration.checked", target: "acme-crm" } as const;
  await checks.start(
    {
      id: "chk_1",
      environmentId: "env",
      integrationName: "acme-crm",
      document: { name: "acme-crm" },
      isInForce: true,
      withSamples: true,
      startedBy: "usr_op",
    },
    record,
  );
  const found = async () => await checks.find("env", "acme-crm", "chk_1");
  return { ports: { checks, checkRunner: { run }, log: createRecordingLog() }, found, checks };
}

describe("a check that a worker carries out", () => {
  it("is handed to the runner, and each scenario is written down as it ends", async () => {
    const seen: unknown[] = [];
    const { ports, found } = await arranged(async (trial, tell) => {
      seen.push(trial.document, trial.withSamples);
      tell(someScenario);
      tell({ ...someScenario, scenario: "second" });
      return { kind: "done", leftAside: ["its budget"] };
    });
    await carryOutCheck(ports, "chk_1", { stopping: never });
    expect(seen).toEqual([{ name: "acme-crm" }, true]);
    const run = await found();
    expect(run).toMatchObject({ state: "done", leftAside: ["its budget"] });
    expect(run?.scenarios.map(({ scenario }) => scenario)).toEqual(["rotation", "second"]);
  });

  it("says why it could not be tried, and what was found until then", async () => {
    const { ports, found } = await arranged(async (_, tell) => {
      tell(someScenario);
      return { kind: "failed", detail: "there is no lab" };
    });
    await carryOutCheck(ports, "chk_1", { stopping: never });
    expect(await found()).toMatchObject({ state: "failed", detail: "there is no lab", scenarios: [someScenario] });
  });

  it("ends as failed, without throwing, when the runner breaks", async () => {
    const { ports, found } = await arranged(async () => {
      throw new Error("broken");
    });
    await carryOutCheck(ports, "chk_1", { stopping: never });
    expect(await found()).toMatchObject({ state: "failed", detail: expect.stringContaining("worker's log") as string });
  });

  it("is left off when the worker stops", async () => {
    const stopping = new AbortController();
    const { ports, found } = await arranged(async (_, __, signal) => {
      stopping.abort();
      expect(signal.aborted).toBe(true);
      return { kind: "done", leftAside: [] };
    });
    await carryOutCheck(ports, "chk_1", { stopping: stopping.signal });
    expect(await found()).toMatchObject({ state: "failed", detail: expect.stringContaining("stopped") as string });
  });

  it("is left off when somebody ended it meanwhile", async () => {
    const { ports, checks } = await arranged(async (_, tell, signal) => {
      await checks.finish("chk_1", { kind: "failed", detail: "ended elsewhere" });
      const isTold = new Promise<void>((resolve) => {
        signal.addEventListener("abort", () => resolve());
      });
      tell(someScenario);
      await isTold;
      return { kind: "done", leftAside: [] };
    });
    await carryOutCheck(ports, "chk_1", { stopping: never });
    expect(await checks.find("env", "acme-crm", "chk_1")).toMatchObject({ state: "failed", detail: "ended elsewhere" });
  });

  it("is done by one worker alone", async () => {
    let runs = 0;
    const { ports } = await arranged(async () => {
      runs += 1;
      return { kind: "done", leftAside: [] };
    });
    await Promise.all([1, 2, 3].map(() => carryOutCheck(ports, "chk_1", { stopping: never })));
    expect(runs).toBe(1);
  });
});
