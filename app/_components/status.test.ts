import { describe, expect, test } from "vitest";
import { conditionOf, explainStatus, remarkOf } from "./status.ts";

const now = Date.parse("2026-11-20T12:00:00Z");
const at = (minutes: number) => new Date(now + minutes * 60_000).toISOString();

const active = {
  status: "active" as const,
  hold: null,
  last_error: null,
  expires_at: at(42),
  refresh_due_at: at(40),
  reauth_required_at: null,
};
const error = { code: "provider_error", message: "the token endpoint answered 503", at: at(-1) };

describe("an active account", () => {
  test("is well while nothing failed", () => {
    expect(conditionOf(active, now)).toBe("active");
    expect(explainStatus(active, now).next).toBe("Evergrant refreshes it in 40 min. Nothing for you to do.");
  });

  test("is amber while refreshing fails and the token is valid", () => {
    const failing = { ...active, last_error: error, expires_at: at(12.5) };
    expect(conditionOf(failing, now)).toBe("refresh_failing");
    expect(remarkOf(failing, now)).toBe("refresh failing, valid for 12 min 30 s");
    expect(explainStatus(failing, now).why).toBe(
      "The token endpoint answered 503. Requests are still served: the token is valid for 12 min 30 s.",
    );
  });

  test("is red once its last token has expired", () => {
    // Behind an open breaker nobody tries, so that there is no error of its own.
    const waiting = { ...active, expires_at: at(-4), refresh_due_at: at(-10) };
    expect(conditionOf(waiting, now)).toBe("no_valid_token");
    expect(remarkOf(waiting, now)).toBe("no valid token for 4 min");
    expect(explainStatus(waiting, now)).toEqual({
      why: "The last token expired 4 min ago, and no refresh has been tried since.",
      next: expect.stringMatching(/^It is refreshed as soon as its provider may be asked/),
    });

    // Without a refresh token nobody ever tries.
    const last = { ...active, expires_at: at(-4), refresh_due_at: null };
    expect(conditionOf(last, now)).toBe("no_valid_token");
    expect(explainStatus(last, now).next).toMatch(/send them a re-authorization link\.$/);

    const stalled = { ...active, last_error: error, expires_at: at(-4) };
    expect(conditionOf(stalled, now)).toBe("no_valid_token");
    expect(remarkOf(stalled, now)).toBe("no valid token for 4 min");
  });

  test("is held whatever its last error says", () => {
    const held = {
      ...active,
      last_error: error,
      hold: { reason: "mass_failure", at: at(-6) },
    };
    expect(conditionOf(held, now)).toBe("held");
    expect(remarkOf(held, now)).toBe("failed with many others");
    expect(explainStatus(held, now).next).toMatch(/Requests are still served: the token is valid for 42 min\./);
    expect(explainStatus({ ...held, expires_at: at(-4) }, now).next).toMatch(
      /Requests are refused: the last token expired 4 min ago\./,
    );
    expect(explainStatus({ ...held, expires_at: null }, now).next).toMatch(/the token does not expire\./);
  });
});

test.each(["connecting", "needs_reauth", "disconnected"] as const)("%s says why, and whose move it is", (status) => {
  const { why, next } = explainStatus({ ...active, status }, now);
  expect(why).toMatch(/\.$/);
  expect(next).toMatch(/\.$/);
});
