import { describe, expect, it } from "vitest";
import { createSignInLimits } from "./sign-in-limits.ts";

function open() {
  let at = 0;
  const limits = createSignInLimits(() => at);
  const tries = (count: number, account: (index: number) => string, network: (index: number) => string): number => {
    let admitted = 0;
    for (let index = 0; index < count; index += 1) {
      try {
        limits.begin(account(index), network(index));
        admitted += 1;
      } catch {
        // Refused.
      }
    }
    return admitted;
  };
  return { limits, tries, wait: (seconds: number) => (at += seconds * 1000) };
}

const one = () => "one";
const another = (index: number) => `another-${index}`;

describe("tries of passwords", () => {
  it("are five at once for one account from one place, and five a minute", () => {
    const { tries, wait } = open();
    expect(tries(20, one, one)).toBe(5);
    wait(60);
    expect(tries(20, one, one)).toBe(5);
  });

  it("of one account from one place keep nobody out elsewhere", () => {
    const { tries } = open();
    tries(1_000, one, one);
    expect(tries(1, one, () => "elsewhere")).toBe(1);
  });

  it("of one account from many places are thirty at once", () => {
    expect(open().tries(1_000, one, another)).toBe(30);
  });

  it("of many accounts from one place are sixty at once", () => {
    expect(open().tries(1_000, another, one)).toBe(60);
  });

  it("that were right are not counted", () => {
    const { limits } = open();
    for (let index = 0; index < 100; index += 1) {
      limits.begin("one", "here");
      limits.succeeded("one", "here");
    }
  });

  it("that are refused use up nothing of the other limits", () => {
    const { tries } = open();
    tries(1_000, one, one);
    expect(tries(100, another, one)).toBe(55);
  });

  it("are twenty at a time", async () => {
    const { limits } = open();
    const gates = Array.from({ length: 21 }, () => Promise.withResolvers<void>());
    const works = gates.map(({ promise }) =>
      limits
        .admit(() => promise)
        .then(
          () => "done",
          () => "refused",
        ),
    );
    expect(await works[20]).toBe("refused");
    for (const gate of gates) gate.resolve();
    expect((await Promise.all(works)).filter((one) => one === "done")).toHaveLength(20);
    expect(await limits.admit(async () => "again")).toBe("again");
  });
});
