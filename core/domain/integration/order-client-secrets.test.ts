import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { orderClientSecrets, type SecretMemory, type SecretTerm } from "./order-client-secrets.ts";

const now = new Date("2026-11-20T10:00:00Z");
const inSeconds = (seconds: number): Date => new Date(now.getTime() + seconds * 1000);
const newest: SecretTerm = { version: 3, acceptedUntil: null };
const middle: SecretTerm = { version: 2, acceptedUntil: inSeconds(60) };
const oldest: SecretTerm = { version: 1, acceptedUntil: inSeconds(1) };
const triedFirst = (version: number, secondsAgo: number) => ({ version, at: inSeconds(-secondsAgo) });

const versions = (memory: SecretMemory | null, secrets = [newest, middle, oldest]): number[] =>
  orderClientSecrets(secrets, memory, now).map((one) => one.version);

describe("which client secret goes first", () => {
  it.each<[string, SecretMemory | null, number[]]>([
    ["nothing is known: the newest", null, [3, 2, 1]],
    ["nothing has worked yet: the newest", { worked: null, triedFirst: triedFirst(3, 1) }, [3, 2, 1]],
    ["the newest worked last: the newest", { worked: 3, triedFirst: triedFirst(3, 1) }, [3, 2, 1]],
    [
      "an older one worked, the newest went first lately: the older one, the newest second",
      { worked: 1, triedFirst: triedFirst(3, 59) },
      [1, 3, 2],
    ],
    [
      "an older one worked, the newest went first a minute ago: the newest, the older one second",
      { worked: 1, triedFirst: triedFirst(3, 60) },
      [3, 1, 2],
    ],
    [
      "an older one worked, and the newest was not there yet: the newest",
      { worked: 2, triedFirst: triedFirst(2, 1) },
      [3, 2, 1],
    ],
    ["an older one worked, and none went first here: the newest", { worked: 2, triedFirst: null }, [3, 2, 1]],
    ["the one that worked is gone: the newest", { worked: 7, triedFirst: triedFirst(3, 1) }, [3, 2, 1]],
  ])("%s", (_name, memory, expected) => {
    expect(versions(memory)).toEqual(expected);
  });

  it("leaves out what has ended, at the instant itself too, whatever is remembered of it", () => {
    const ended = { version: 2, acceptedUntil: now };
    expect(versions({ worked: 2, triedFirst: triedFirst(3, 1) }, [newest, ended, oldest])).toEqual([3, 1]);
    expect(versions(null, [])).toEqual([]);
  });

  it("names every accepted secret once, and no other, for any memory", () => {
    const term = fc.record({
      version: fc.integer({ min: 1, max: 6 }),
      acceptedUntil: fc.option(fc.integer({ min: -5, max: 5 }).map(inSeconds)),
    });
    const secrets = fc.uniqueArray(term, { selector: (one) => one.version, maxLength: 4 });
    const memory = fc.option(
      fc.record({
        worked: fc.option(fc.integer({ min: 1, max: 6 })),
        triedFirst: fc.option(
          fc.record({ version: fc.integer({ min: 1, max: 6 }), at: fc.integer({ min: -90, max: 9 }).map(inSeconds) }),
        ),
      }),
    );
    fc.assert(
      fc.property(secrets, memory, (given, known) => {
        const newestFirst = given.toSorted((one, other) => other.version - one.version);
        const order = orderClientSecrets(newestFirst, known, now);
        const accepted = newestFirst.filter((one) => one.acceptedUntil === null || one.acceptedUntil > now);
        expect(order.toSorted((one, other) => other.version - one.version)).toEqual(accepted);
        // The newest is never further back than second.
        expect(order.slice(0, 2)).toEqual(expect.arrayContaining(accepted.slice(0, 1)));
      }),
    );
  });
});
