import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { eventTypes, type EventType } from "./event-type.ts";
import { eventFilters, groupOf, namesOf } from "./event-filter.ts";
import { maxBodyBytes, renderEvent, wordEvent, type StoredEvent } from "./render-event.ts";
import { extractBytes, extractOf } from "./scrub-response.ts";

const event: StoredEvent = {
  id: "evt_2f8k3mzq0v7w1x9y4t6r5p8n",
  createdAt: new Date("2026-11-20T10:00:00.123Z"),
  environmentId: "env_a",
  accountId: "ia_2f8k3mzq0v7w1x9y4t6r5p8n",
  sequence: 17,
  eventType: "integrated_account:authentication_error",
  payload: {
    id: "ia_2f8k3mzq0v7w1x9y4t6r5p8n",
    integration_name: "acme-crm",
    tenant_id: "acme",
    status: "needs_reauth",
    last_error: "invalid_grant: expired refresh token",
  },
};

describe("the body of a webhook", () => {
  it("is the one of CONTRACT", () => {
    expect(JSON.parse(renderEvent(event, "production"))).toEqual({
      id: event.id,
      created_at: "2026-11-20T10:00:00.123Z",
      environment: "production",
      sequence: 17,
      event_type: "integrated_account:authentication_error",
      payload: event.payload,
    });
  });

  it("carries what is added at sending in its payload", () => {
    const body = JSON.parse(renderEvent(event, "production", { reauth_url: "https://connect.example.com/connect/x" }));
    expect(body.payload.reauth_url).toBe("https://connect.example.com/connect/x");
  });

  it("stays under 20 kB, whatever a provider says of itself", () => {
    const text = fc.string({ unit: "binary", maxLength: 3_000 });
    fc.assert(
      fc.property(fc.array(text, { minLength: 8, maxLength: 8 }), (texts) => {
        const payload = Object.fromEntries(texts.map((one, index) => [`field_${index}`, one]));
        const added = { reauth_url: `https://connect.example.com/connect/lt_${"x".repeat(43)}` };
        expect(Buffer.byteLength(renderEvent({ ...event, payload }, "production", added))).toBeLessThan(maxBodyBytes);
      }),
      { numRuns: 30 },
    );
    const worst = Object.fromEntries(Array.from({ length: 8 }, (_, n) => [`field_${n}`, "\u0001".repeat(5_000)]));
    expect(Buffer.byteLength(renderEvent({ ...event, payload: worst }, "production"))).toBeLessThan(maxBodyBytes);
  });
});

describe("an event in words", () => {
  it("says what, of whom, and where to look", () => {
    expect(wordEvent(event, "production", "https://connect.example.com")).toEqual({
      subject: "[production] The grant is dead: the customer must re-authorize.",
      text: [
        "[production] The grant is dead: the customer must re-authorize.",
        "Integration: acme-crm",
        "Tenant: acme",
        "Last error: invalid_grant: expired refresh token",
      ].join("\n"),
      link: `https://connect.example.com/accounts/${event.accountId}`,
    });
  });

  it.each(Object.keys(eventTypes) as EventType[])("has words and a link for %s", (eventType) => {
    const worded = wordEvent({ ...event, eventType, accountId: null }, "staging", "https://connect.example.com");
    expect(worded.text).toContain("[staging] ");
    expect(worded.link).toMatch(/^https:\/\/connect\.example\.com\//);
  });

  it("lets nobody's words begin a line, or call for everybody in a chat", () => {
    const payload = { ...event.payload, last_error: "no\r\nBcc: all@example.com\u2028<!channel> [sign in](https://x)" };
    const { text } = wordEvent({ ...event, payload }, "production", "https://connect.example.com");
    expect(text.split("\n")).toHaveLength(4);
    expect(text).not.toMatch(/[<>@\r\u2028]|\]\(/);
  });
});

describe("the filter", () => {
  it("lets a type through by its name, its group, or as everything", () => {
    expect(namesOf("integration:degraded")).toEqual(["*", "integration:*", "integration:degraded"]);
  });

  it("may name every type and every group", () => {
    for (const type of Object.keys(eventTypes) as EventType[]) {
      expect(eventFilters).toEqual(expect.arrayContaining([type, groupOf(type)]));
    }
    expect(new Set(eventFilters).size).toBe(eventFilters.length);
  });
});

describe("what is kept of a receiver's answer", () => {
  it("is its beginning", () => {
    expect(extractOf(Buffer.from("try later"))).toBe("try later");
    expect(extractOf(Buffer.from("x".repeat(5_000)))).toHaveLength(extractBytes);
    expect(extractOf(new Uint8Array())).toBeNull();
  });

  it("holds no link token that it sent back, whole or cut off (R2)", () => {
    const token = `lt_${"A1_-".repeat(11)}`;
    for (let before = 0; before < 60; before += 1) {
      const echo = `${"x".repeat(extractBytes - 50 + before)}${token}`;
      expect(extractOf(Buffer.from(echo))).not.toMatch(/lt_[\w-]/);
    }
    expect(extractOf(Buffer.from(`{"reauth_url":"https://connect.example.com/connect/${token}"}`))).toBe(
      '{"reauth_url":"https://connect.example.com/connect/lt_…"}',
    );
  });

  it("holds nothing that a database refuses", () => {
    expect(extractOf(Buffer.from([0x61, 0, 0xff]))).toBe("a\u{fffd}\u{fffd}");
  });
});

describe("a request for approval in plain words", () => {
  const request = (eventType: EventType, payload: Record<string, unknown>): StoredEvent => ({
    ...event,
    accountId: null,
    sequence: null,
    eventType,
    payload: {
      id: "apr_2f8k3mzq0v7w1x9y4t6r5p8n",
      kind: "key.disable",
      subject: "k1",
      summary: "Disable the key k1",
      status: "pending",
      mode: "waiting",
      requested_by: "ada@example.com",
      requested_by_name: "Ada Lovelace",
      waits_until: null,
      outcome: null,
      ...payload,
    },
  });

  it("says what is asked, by whom and until when it waits, and leads to it", () => {
    const waitsUntil = "2026-11-21T10:00:00.000Z";
    const { subject, text, link } = wordEvent(
      request("approval:requested", { waits_until: waitsUntil }),
      "production",
      "https://evergrant.example",
    );
    expect(subject).toBe("[production] Somebody asks for a second person's approval.");
    expect(text.split("\n").slice(1)).toEqual([
      "What: Disable the key k1",
      "Asked by: Ada Lovelace",
      `Not before: ${waitsUntil}`,
    ]);
    expect(link).toBe("https://evergrant.example/approvals/apr_2f8k3mzq0v7w1x9y4t6r5p8n");
  });

  it("says what came of it", () => {
    const { text } = wordEvent(request("approval:ended", { outcome: "refused" }), "production", "https://x.example");
    expect(text).toContain("Outcome: refused");
  });
});
