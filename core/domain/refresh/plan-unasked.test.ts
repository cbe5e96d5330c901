import { expect, it } from "vitest";
import { problemCodes, type ProblemCode } from "../problem/domain-error.ts";
import { isUnasked, planUnasked, type UnaskedCode } from "./plan-unasked.ts";

const now = new Date("2026-11-20T10:00:00Z");

it.each<[UnaskedCode, string | null, string, string, string]>([
  [
    "client_misconfigured",
    null,
    "client_misconfigured",
    "definition.missing",
    "Define it again (PUT /api/v1/integrations/{name})",
  ],
  [
    "client_misconfigured",
    "hosts_changed",
    "client_misconfigured",
    "definition.hosts_changed",
    "Approve them on the server (integrations approve-hosts {name})",
  ],
  [
    "client_misconfigured",
    "overrides_invalid",
    "client_misconfigured",
    "definition.overrides_invalid",
    "Mend them (PATCH /api/v1/environment-integration, or /api/v1/integrated-accounts/{id})",
  ],
  [
    "client_misconfigured",
    "definition_unreadable",
    "client_misconfigured",
    "definition.unreadable",
    "Put a valid one (PUT /api/v1/integrations/{name})",
  ],
  [
    "client_misconfigured",
    "request_too_long",
    "client_misconfigured",
    "definition.unusable",
    "Mend it (PUT /api/v1/integrations/{name})",
  ],
  ["sealed_value_invalid", null, "transient", "value.sealed", "put that key back into the keyring"],
  ["not_connected", null, "transient", "credentials.missing", "let the customer re-authorize"],
])("writes %s (%s) down as %s by %s, and tells the operator what to do (R24)", (code, why, outcome, rule, text) => {
  const plan = planUnasked("alarm", code, why, now);
  expect(plan).toMatchObject({ reason: "alarm", outcome, rule, nextAttemptAt: new Date("2026-11-20T13:00:00Z") });
  expect(plan.explanation).toContain("Scheduled before expiry. No request was made.");
  expect(plan.explanation).toContain(text);
  expect(plan.explanation.includes("is not defined")).toBe(rule === "definition.missing");
  expect(plan.explanation).toContain("Looked at again in about 3 h (2026-11-20T13:00:00.000Z)");
});

it("knows three problems that no second try mends, and leaves all others to be tried again", () => {
  const codes = Object.keys(problemCodes) as ProblemCode[];
  expect(codes.filter(isUnasked)).toEqual(["not_connected", "client_misconfigured", "sealed_value_invalid"]);
});
