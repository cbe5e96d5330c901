import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  afterUnaskedProbe,
  circuitAfter,
  circuitKey,
  closedCircuit,
  failuresToOpen,
  type Circuit,
  type CircuitCause,
  type CircuitNews,
  type CircuitSignal,
} from "./circuit.ts";

const now = new Date("2026-11-20T10:00:00Z");
const at = (seconds: number): Date => new Date(now.getTime() + seconds * 1000);
const answered: CircuitSignal = { kind: "answered" };
const failed = (changes: Partial<CircuitSignal & { readonly kind: "failed" }> = {}): CircuitSignal => ({
  kind: "failed",
  cause: "provider",
  accountId: "ia_one",
  retryAfterSeconds: null,
  isProbe: false,
  ...changes,
});

/** A circuit after these signals, all at `now`, with what the operator was told on the way. */
function after(signals: readonly CircuitSignal[], start = closedCircuit, random = 0) {
  const news: CircuitNews[] = [];
  let circuit = start;
  for (const signal of signals) {
    const next = circuitAfter(circuit, signal, now, random);
    ({ circuit } = next);
    news.push(...next.news);
  }
  return { circuit, news };
}

const times = <T>(count: number, one: T): T[] => Array.from({ length: count }, () => one);
const open = after(times(failuresToOpen, failed())).circuit;
const probeSecondsAfter = (circuit: Circuit, from = now): number =>
  circuit.probeAt === null ? Number.NaN : (circuit.probeAt.getTime() - from.getTime()) / 1000;

describe("a closed circuit", () => {
  it("opens on the fifth failure in a row, over all accounts, and says so once", () => {
    const accounts = ["ia_a", "ia_b", "ia_c", "ia_d", "ia_e"];
    const four = after(accounts.slice(0, 4).map((accountId) => failed({ accountId })));
    expect(four).toMatchObject({ circuit: { state: "closed", failures: 4, openedAt: null, probeAt: null }, news: [] });
    const five = after(accounts.map((accountId) => failed({ accountId })));
    expect(five).toMatchObject({
      circuit: { state: "open", cause: "provider", failures: 5, openedAt: now, probeAt: at(10), probes: 0 },
      news: ["opened"],
    });
    expect(five.circuit.failedAccounts).toEqual(accounts.toReversed());
  });

  it("forgets all failures with one answer", () => {
    const { circuit, news } = after([...times(4, failed()), answered, ...times(4, failed())]);
    expect([circuit.state, circuit.failures, news]).toEqual(["closed", 4, []]);
    expect(after([...times(4, failed()), answered]).circuit).toEqual(closedCircuit);
  });

  it("recalls who failed when an answer follows failures that did not open it, and nobody when none did", () => {
    expect(circuitAfter(after(times(4, failed())).circuit, answered, now, 0)).toMatchObject({
      news: [],
      recall: "blip",
    });
    expect(circuitAfter(closedCircuit, answered, now, 0).recall).toBeNull();
    expect(circuitAfter(closedCircuit, failed(), now, 0).recall).toBeNull();
  });

  it("counts the failure of a request that was made for no account yet", () => {
    const { circuit } = after([failed(), failed({ accountId: null })]);
    expect([circuit.failures, circuit.failedAccounts]).toEqual([2, ["ia_one"]]);
  });

  it("remembers who failed last, each once, ten at most", () => {
    const signals = Array.from({ length: 25 }, (_, count) => failed({ accountId: `ia_${count % 12}`, isProbe: true }));
    const { failedAccounts } = after(signals).circuit;
    expect(failedAccounts).toHaveLength(10);
    expect(new Set(failedAccounts).size).toBe(10);
    expect(failedAccounts[0]).toBe("ia_0");
  });

  it.each<CircuitCause>(["provider", "client", "rate_limit"])("names %s as what it fails for", (cause) => {
    expect(after(times(failuresToOpen, failed({ cause }))).circuit).toMatchObject({ state: "open", cause });
  });
});

describe("an open circuit", () => {
  it("closes with one answer, whoever got it, and says so", () => {
    expect(circuitAfter(open, answered, now, 0)).toEqual({
      circuit: closedCircuit,
      news: ["closed"],
      recall: "outage",
    });
  });

  it("is not moved by failures of requests that were under way when it opened", () => {
    const late = after(times(20, failed({ accountId: "ia_late" })), open);
    const { state, openedAt, probeAt, probes } = late.circuit;
    expect({ state, openedAt, probeAt, probes }).toEqual({
      state: "open",
      openedAt: open.openedAt,
      probeAt: open.probeAt,
      probes: 0,
    });
    expect(late.news).toEqual([]);
  });

  it.each([
    [0, 20],
    [1, 40],
    [2, 80],
    [3, 160],
    [4, 320],
    [5, 600],
    [6, 600],
    [1000, 600],
  ])("probes %i times in vain, and again in %i s", (before, seconds) => {
    const { circuit, news } = circuitAfter({ ...open, probes: before }, failed({ isProbe: true }), now, 0);
    expect([probeSecondsAfter(circuit), circuit.probes, circuit.openedAt]).toEqual([seconds, before + 1, now]);
    expect(news).toEqual([]);
  });

  it.each([
    [0, 20],
    [3, 160],
    [1000, 600],
  ])("pauses after %i probes as after one in vain when nobody could be asked: %i s", (before, seconds) => {
    const unasked = afterUnaskedProbe({ ...open, probes: before }, now, 0);
    expect([probeSecondsAfter(unasked), unasked.probes, unasked.failures]).toEqual([
      seconds,
      before + 1,
      open.failures,
    ]);
    expect(afterUnaskedProbe(closedCircuit, now, 0)).toEqual(closedCircuit);
  });

  it("jitters a probe upwards by a fifth at most, and never before its pause", () => {
    const fraction = fc.double({ min: 0, max: 0.999_999, noNaN: true });
    fc.assert(
      fc.property(fraction, fc.nat(40), fc.option(fc.nat(100_000)), (random, probes, retryAfterSeconds) => {
        const { circuit } = circuitAfter(
          { ...open, probes },
          failed({ isProbe: true, retryAfterSeconds }),
          now,
          random,
        );
        const told = Math.min(600, retryAfterSeconds ?? 0);
        const pause = Math.max(Math.min(600, 10 * 2 ** Math.min(probes + 1, 30)), told);
        expect(probeSecondsAfter(circuit)).toBeGreaterThanOrEqual(pause);
        expect(probeSecondsAfter(circuit)).toBeLessThanOrEqual(1.2 * pause + 0.001);
      }),
    );
  });

  it.each([
    ["the provider's Retry-After counts where it is longer", 90, 90],
    ["the pause counts where it is longer", 3, 10],
    ["two hours, if it says so", 7200, 7200],
    ["a day is the most", 1_000_000, 86_400],
  ])("%s", (_name, retryAfterSeconds, seconds) => {
    const signals = [...times(4, failed()), failed({ cause: "rate_limit", retryAfterSeconds })];
    expect(probeSecondsAfter(after(signals).circuit)).toBe(seconds);
  });
});

describe("a client that is rejected", () => {
  const rejected = failed({ cause: "client" });

  it("is told at once, and once until something is answered", () => {
    expect(after([rejected]).news).toEqual(["client_rejected"]);
    expect(after(times(4, rejected)).news).toEqual(["client_rejected"]);
    expect(after(times(9, rejected)).news).toEqual(["client_rejected", "opened"]);
    expect(after([rejected, answered, rejected]).news).toEqual(["client_rejected", "client_rejected"]);
  });

  it("is told although the circuit opened for another reason", () => {
    expect(after([rejected], open).news).toEqual(["client_rejected"]);
  });

  it("stays told while other failures come between", () => {
    expect(after([rejected, failed(), rejected]).news).toEqual(["client_rejected"]);
  });
});

describe("whatever comes", () => {
  const anySignal = fc.oneof(
    { weight: 1, arbitrary: fc.constant(answered) },
    {
      weight: 5,
      arbitrary: fc.record<CircuitSignal & { readonly kind: "failed" }>({
        kind: fc.constant("failed"),
        cause: fc.constantFrom("provider", "client", "rate_limit"),
        accountId: fc.constantFrom("ia_a", "ia_b", "ia_c"),
        retryAfterSeconds: fc.option(fc.nat(10_000)),
        isProbe: fc.boolean(),
      }),
    },
  );
  const anyHistory = fc.array(anySignal, { maxLength: 40 });

  it("opening and closing alternate, and each is told once", () => {
    fc.assert(
      fc.property(anyHistory, (signals) => {
        const turns = after(signals).news.filter((one) => one !== "client_rejected");
        expect(turns).toEqual(turns.map((_, index) => (index % 2 === 0 ? "opened" : "closed")));
      }),
    );
  });

  it("is open when the last five or more all failed, and closed when the last was answered", () => {
    fc.assert(
      fc.property(anyHistory, (signals) => {
        const { circuit } = after(signals);
        const inRow = signals.length - 1 - signals.findLastIndex((one) => one.kind === "answered");
        expect(circuit.state).toBe(inRow >= failuresToOpen ? "open" : "closed");
        expect(circuit.failures).toBe(inRow);
        expect(circuit.state === "open").toBe(circuit.probeAt !== null && circuit.openedAt !== null);
      }),
    );
  });
});

describe("the name of a circuit", () => {
  const key = circuitKey("env_a", "client", "https://login.example/token");

  it("is one for each environment, client and endpoint", () => {
    const others = [
      circuitKey("env_b", "client", "https://login.example/token"),
      circuitKey("env_a", "other", "https://login.example/token"),
      circuitKey("env_a", null, "https://login.example/token"),
      circuitKey("env_a", "client", "https://login.example/token2"),
      circuitKey("env_a", "clienthttps", "://login.example/token"),
    ];
    expect(new Set([key, ...others]).size).toBe(6);
    expect(circuitKey("env_a", "client", "https://login.example/token")).toBe(key);
  });

  it("tells nothing of the three", () => {
    expect(key).toMatch(/^ckt_[A-Za-z0-9_-]{24}$/);
  });
});
