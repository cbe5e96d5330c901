import { expect, it } from "vitest";
import { problemCodes, type ProblemCode } from "../problem/domain-error.ts";
import { isUnasked, planUnasked, type UnaskedCode } from "./plan-unasked.ts";

const now = new Date("2026-11-20T10:00:00Z");

it.each<[UnaskedCode, string, string, string]>([
  [
    "client_misconfigured",
    "client_misconfigured",
    "definition.missing",
    "Define it again (PUT /api/v1/integrations/{name})",
  ],
  ["sealed_value_invalid", "transient", "value.sealed", "put that key back into the keyring"],
  ["not_connected", "transient", "credentials.missing", "let the customer re-authorize"],
])("writes %s down as %s by %s, and tells the operator what to do (R24)", (code, outcome, rule, text) => {
  const plan = planUnasked("alarm", code, now);
  expect(plan).toMatchObject({ reason: "alarm", outcome, rule, nextAttemptAt: new Date("2026-11-20T13:00:00Z") });
  expect(plan.explanation).toContain("Scheduled before expiry. No request was made.");
  expect(plan.explanation).toContain(text);
  expect(plan.explanation).toContain("Looked at again in about 3 h (2026-11-20T13:00:00.000Z)");
});

it("knows three problems that no second try mends, and leaves all others to be tried again", () => {
  const codes = Object.keys(problemCodes) as ProblemCode[];
  expect(codes.filter(isUnasked)).toEqual(["not_connected", "client_misconfigured", "sealed_value_invalid"]);
});
