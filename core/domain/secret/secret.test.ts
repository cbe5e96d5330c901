import { format, inspect } from "node:util";
import { describe, expect, it, test } from "vitest";
import { revealOrNull, Secret, secretOrNull } from "./secret.ts";

const text = "canary-access-token-0123456789";
const secret = new Secret(text);
/** As whoever forgets that it is none takes it for a text. */
const taken: unknown = secret;

describe("a secret prints as [redacted]", () => {
  it.each<[string, () => string]>([
    // The lint refuses it, which is the point: this is for what it does not see.
    // oxlint-disable-next-line typescript/restrict-template-expressions
    ["a template literal", () => `a token: ${secret}`],
    ["concatenation", () => "a token: ".concat(taken as never)],
    ["String()", () => String(secret)],
    ["toString", () => secret.toString()],
    ["join", () => [secret].join()],
    ["JSON", () => JSON.stringify(secret)],
    ["JSON of what holds it", () => JSON.stringify({ deep: [{ secret }] }, null, 2)],
    ["inspect", () => inspect(secret)],
    ["inspect of what holds it, showing all", () => inspect({ deep: { secret } }, { showHidden: true, depth: 9 })],
    ["inspect without custom functions", () => inspect({ secret }, { customInspect: false, showHidden: true })],
    ["console's format", () => format("%s %o %O %j", secret, secret, secret, secret)],
    ["an error", () => inspect(new Error("x", { cause: secret }))],
    ["an error with fields", () => inspect(Object.assign(new Error("x"), { secret }))],
    ["a Map", () => inspect(new Map([["a", secret]]))],
    ["its own keys", () => JSON.stringify([Object.entries(secret), { ...secret }, Reflect.ownKeys(secret)])],
    ["an address", () => new URLSearchParams({ token: secret as unknown as string }).toString()],
  ])("in %s", (_name, print) => {
    expect(print()).not.toContain(text);
    expect(print()).not.toContain(Buffer.from(text).toString("base64").slice(0, 12));
  });

  it("as those very letters where it is a text", () => {
    expect(`${secret as unknown as string} ${JSON.stringify({ secret })} ${inspect([secret])}`).toBe(
      '[redacted] {"secret":"[redacted]"} [ [redacted] ]',
    );
  });

  it("also in a copy that another thread gets: it has nothing", () => {
    expect(inspect(structuredClone({ secret }), { showHidden: true })).not.toContain(text);
  });
});

test("it is revealed by its own word, and compared without", () => {
  expect(secret.reveal()).toBe(text);
  expect(secret.equals(new Secret(text))).toBe(true);
  expect(secret.equals(new Secret("other"))).toBe(false);
  expect(secret.equals(null)).toBe(false);
  expect([revealOrNull(secretOrNull("a")), secretOrNull(null), revealOrNull(null)]).toEqual(["a", null, null]);
});

test("tests tell one secret from another", () => {
  expect(new Secret("a")).toEqual(new Secret("a"));
  expect({ token: new Secret("a") }).toMatchObject({ token: "a" });
  expect({ token: new Secret("a") }).not.toEqual({ token: new Secret("b") });
  expect({ token: new Secret("a") }).not.toStrictEqual({ token: "b" });
  expect({ token: new Secret("a") }).not.toEqual({ token: null });
});
