import { describe, expect, it } from "vitest";
import { anomalyKinds, type AnomalyKind } from "#core/domain/anomaly/anomaly";
import { callerName, headingOf, wordsOf } from "./anomaly-words.ts";

const key = {
  id: "key_1",
  type: "api_key",
  name: "Backend",
  ends_with: "x7Qp",
  stopped_at: null,
  revoked_at: null,
} as const;
const measured = { observed: 1300, usual: 3, bound: 60, window_seconds: 60 };
const of = (kind: AnomalyKind, more: object = {}) => ({
  kind,
  caller: kind === "needs_reauth_spike" ? null : key,
  integration_name: kind === "needs_reauth_spike" ? "acme-crm" : null,
  measured,
  detail: {},
  ...more,
});

describe("an anomaly", () => {
  it.each(anomalyKinds)("of %s says who, what and whose move it is, and never an unknown", (kind) => {
    const { title, advice } = wordsOf(of(kind), kind === "needs_reauth_spike" ? "Acme CRM" : null);
    expect(title).toContain(kind === "needs_reauth_spike" ? "Acme CRM" : "Backend");
    expect(advice).toMatch(/\.$/);
    expect(`${title} ${advice}`).not.toMatch(/undefined|null|NaN/);
  });

  it.each([
    [measured, {}, { highest: "1,300 credentials of 60 tenants within a minute", usual: "up to 3" }],
    [
      { ...measured, usual: 0 },
      { is_new: true },
      { highest: "1,300 credentials of 60 tenants within a minute", usual: "not known yet" },
    ],
    [
      { ...measured, observed: 1, usual: 0, window_seconds: 3600 },
      { is_new: false },
      { highest: "1 credential of 60 tenants within an hour", usual: "none at this time of day" },
    ],
    [null, {}, null],
  ])("of %o tells how far from the past", (one, detail, measure) => {
    expect(wordsOf(of("decrypt_rate", { measured: one, detail: { ...detail, tenants: 60 } }), null).measure).toEqual(
      measure,
    );
  });

  it("asks people where it is a person, and names no key to stop", () => {
    const admin = { ...key, id: "usr_1", type: "admin", name: null, ends_with: null };
    expect(wordsOf(of("decrypt_rate", { caller: admin }), null).advice).toContain("Ask them");
    const worker = { ...admin, id: "worker", type: "process" } as const;
    expect(wordsOf(of("tenant_spread", { caller: worker }), null).advice).not.toContain("key");
    expect(callerName(worker)).toBe("The worker");
  });
});

it.each([
  [[null], "Something is unlike the past"],
  [["2026-12-01T10:00:00Z"], "Something was unlike the past"],
  [[null, "2026-12-01T10:00:00Z"], "2 things are unlike the past"],
  [["2026-12-01T10:00:00Z", "2026-12-01T10:00:00Z"], "2 things were unlike the past"],
])("%o is told as %s", (ends, heading) => {
  expect(headingOf(ends.map((ended_at) => ({ ended_at })))).toBe(heading);
});
