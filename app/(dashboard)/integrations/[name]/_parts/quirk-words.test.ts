import { describe, expect, test } from "vitest";
import { quirkWords } from "./quirk-words.ts";

const at = (values: Record<string, unknown>) =>
  Object.fromEntries(
    Object.entries(values).map(([pointer, value]) => [pointer, { value, origin: "platform" as const }]),
  );

describe("what is odd about a provider", () => {
  test("is said in words, in the order in which one asks", () => {
    expect(
      quirkWords(
        at({
          "/credentials/config/pkce/method": "none",
          "/credentials/config/refresh/idleLifetimeSeconds": 7_776_000,
          "/credentials/config/refresh/rotation/rule": "single_use",
        }),
      ),
    ).toEqual([
      "A refresh token works once: a lost answer is asked for once more, and may cost the grant.",
      "A grant ends when it is unused for 90 days.",
      "It gets no PKCE: the provider chokes on it, or does not know it.",
    ]);
  });

  test("is nothing where the values are the usual ones, or say nothing", () => {
    expect(
      quirkWords(
        at({
          "/credentials/config/pkce/method": "S256",
          "/credentials/config/refresh/earliestSeconds": null,
          "/credentials/config/refresh/oldAccessTokenDies": false,
          "/credentials/config/options/bodyFormat": "form",
        }),
      ),
    ).toEqual([]);
  });
});
