import { describe, expect, test } from "vitest";
import type { ConnectSession } from "#core/ports/connect-store";
import { embedQuery, readEmbedRequest } from "./embed-request.ts";
import { embedResult } from "./embed-routes.ts";

const origin = "https://app.example";
const key = "k".repeat(43);
const query = (more: Record<string, string>): URLSearchParams =>
  new URLSearchParams({ embed: "popup", key, origin, ...more });

describe("a link that a page embeds", () => {
  test("says how, by whose key and from where; without a word it is opened by itself", () => {
    expect(readEmbedRequest(query({}), [origin])).toEqual({ mode: "popup", key, origin });
    expect(readEmbedRequest(query({ embed: "frame" }), [origin])).toMatchObject({ mode: "frame" });
    expect(readEmbedRequest(new URLSearchParams(), [origin])).toBeNull();
    expect(readEmbedRequest(query({ embed: "tab" }), [origin])).toBeNull();
  });

  test.each<[Record<string, string>, readonly string[]]>([
    [{}, []],
    [{}, [`${origin}.evil.example`]],
    [{ origin: "*" }, [origin]],
    [{ origin: "" }, [origin]],
    [{ key: `${key}k` }, [origin]],
    [{ key: "" }, [origin]],
  ])("is refused with %o where %o may", (more, allowed) => {
    expect(() => readEmbedRequest(query(more), allowed)).toThrow(/allowed origins/);
  });

  test("comes back to a page of its own window, with what there was to say", () => {
    const frame = { mode: "frame", key, origin } as const;
    const back = new URLSearchParams(embedQuery(frame, { check: "a,b" }));
    expect(Object.fromEntries(back)).toEqual({ check: "a,b", embed: "popup", key, origin });
    expect(embedQuery(null)).toBe("");
    expect(embedQuery(null, { check: "a" })).toBe("?check=a");
  });
});

describe("what an embedding page is told", () => {
  const now = new Date("2026-11-20T10:00:00Z");
  const later = new Date(now.getTime() + 1);
  const session = (more: Partial<ConnectSession>): ConnectSession =>
    ({
      id: "cs_1",
      accountId: "ia_1",
      status: "authorizing",
      failure: null,
      expiresAt: later,
      ...more,
    }) as ConnectSession;

  test.each<[ConnectSession | null, object]>([
    [null, { status: "waiting" }],
    [session({}), { status: "away" }],
    [session({ status: "unconfirmed" }), { status: "away" }],
    [session({ status: "exchanging" }), { status: "away" }],
    [session({ expiresAt: now }), { status: "failed", error: "expired" }],
    [
      session({ status: "connected", expiresAt: now }),
      { status: "connected", connect_session_id: "cs_1", integrated_account_id: "ia_1" },
    ],
    [
      session({ status: "failed", failure: { code: "access_denied", detail: "their words" } }),
      { status: "failed", connect_session_id: "cs_1", error: "access_denied" },
    ],
  ])("%#: a status, and ids alone once it has ended", (one, told) => expect(embedResult(one, now)).toEqual(told));
});
