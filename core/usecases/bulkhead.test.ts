import { describe, expect, it } from "vitest";
import { createInMemoryCircuitStore } from "#test/fakes/in-memory-circuit-store";
import { createSeededRandomness } from "#test/fakes/seeded-randomness";
import { createSteppedClock } from "#test/fakes/stepped-clock";
import type { AdmissionRequest } from "../ports/circuit-store.ts";
import { withBulkhead } from "./bulkhead.ts";

function open(slots: number) {
  const clock = createSteppedClock();
  const inner = createInMemoryCircuitStore(clock);
  const circuits = withBulkhead(inner, slots, { clock, random: createSeededRandomness(1) });
  let holders = 0;
  const request = (key: string, changes: Partial<AdmissionRequest> = {}): AdmissionRequest => ({
    circuit: { key, environmentId: "env", integrationName: key, endpoint: `https://${key}.example/token` },
    holder: `att_${(holders += 1)}`,
    reason: "alarm",
    budget: { concurrency: null, perMinute: null },
    ...changes,
  });
  const fill = async (key: string, count: number): Promise<AdmissionRequest[]> => {
    const requests = Array.from({ length: count }, () => request(key));
    for (const one of requests) expect(await circuits.admit(one)).toMatchObject({ kind: "granted" });
    return requests;
  };
  return { clock, circuits, request, fill };
}

describe("a bulkhead (R47)", () => {
  it("leaves a quarter of the slots to others when one endpoint is busy", async () => {
    const { clock, circuits, request, fill } = open(8);
    await fill("one", 6);
    expect(await clock.settle(circuits.admit(request("one")))).toMatchObject({ kind: "refused", cause: "budget" });
    expect(await circuits.admit(request("other"))).toMatchObject({ kind: "granted" });
  });

  it("sends further work away at once while the endpoint hangs, and for longer", async () => {
    const { clock, circuits, request, fill } = open(4);
    await fill("one", 3);
    clock.advance(2_001);
    const now = clock.now().getTime();
    const refused = await circuits.admit(request("one"));
    expect(refused.kind === "refused" && refused.until.getTime() - now).toBeGreaterThanOrEqual(5_000);
    expect(clock.now().getTime()).toBe(now);
  });

  it("lets work in that waited a moment for a slot", async () => {
    const { clock, circuits, request, fill } = open(4);
    const [first] = await fill("one", 3);
    const waiting = circuits.admit(request("one"));
    await clock.sleeping();
    await circuits.leave("one", first?.holder ?? "");
    expect(await clock.settle(waiting)).toMatchObject({ kind: "granted" });
  });

  it("does not count callers", async () => {
    const { circuits, request, fill } = open(4);
    await fill("one", 3);
    expect(await circuits.admit(request("one", { reason: "on_demand" }))).toMatchObject({ kind: "granted" });
  });

  it("gives a slot back when the budget behind it refuses, or fails", async () => {
    const { clock, request } = open(4);
    const inner = createInMemoryCircuitStore(clock);
    let answer: "refuse" | "throw" | "grant" = "refuse";
    const circuits = withBulkhead(
      {
        ...inner,
        async admit(asked) {
          if (answer === "throw") throw new Error("no database");
          return answer === "refuse"
            ? { kind: "refused", cause: "circuit_open", until: clock.now() }
            : await inner.admit(asked);
        },
      },
      1,
      { clock, random: createSeededRandomness(1) },
    );
    expect(await circuits.admit(request("one"))).toMatchObject({ cause: "circuit_open" });
    answer = "throw";
    await expect(circuits.admit(request("one"))).rejects.toThrow("no database");
    answer = "grant";
    expect(await circuits.admit(request("one"))).toMatchObject({ kind: "granted", hasPlace: true });
  });
});
