import { describe, expect, it } from "vitest";
import { integrationDocumentSchema } from "./integration-document.ts";
import { expressionFault } from "./expression-fault.ts";

describe("an expression that is written", () => {
  it.each([
    "authed_user.access_token",
    'body.ok = false ? {"error": body.error} : null',
    'items.{ "of": %.id }',
    "$match(text, /a+/i)",
    "**.id",
  ])("is taken as it is: %s", (text) => {
    expect(expressionFault(text)).toBeNull();
  });

  it.each([
    ["body.(error", 'Expected ")" before end of expression (character 11, after body.(error)'],
    ['{"a": 1,\n  "b" 2}', 'Expected ":", got 2 (character 16, after {"a": 1, "b" 2)'],
    ["the_first_name_of_all & second third", 'Syntax error: "third" (character 36, after …f_all & second third)'],
    ["$match(a, /(/)", "No terminating / in regular expression"],
  ])("and can't be read is refused with the place: %s", (text, said) => {
    expect(expressionFault(text)).toContain(`expected a JSONata expression: ${said}`);
  });

  it("and is nested beyond all measure is refused, whatever the stack takes", () => {
    expect(expressionFault("(".repeat(9_999))).toContain("expected a JSONata expression");
  });

  it.each(["$eval(body.code)", "(1 ; [$map(x, $eval)])"])("may not read data as expressions: %s", (text) => {
    expect(expressionFault(text)).toContain("$eval");
  });
});

it("a document with expressions that can't be read is refused at each of them", () => {
  const parsed = integrationDocumentSchema.safeParse({
    name: "acme",
    api: { baseUrl: "https://api.acme.example", probe: { path: "/me", valid: "a b" }, errorExpression: "((" },
    credentials: {
      format: "api_key",
      config: { identity: { path: "/me", id: "id +", label: "name" } },
    },
    authorization: { format: "expression", config: { expression: "{" } },
  });
  const paths = parsed.error?.issues
    .filter((issue) => issue.message.includes("expected a JSONata expression"))
    .map((issue) => issue.path.join("/"));
  expect(paths?.toSorted()).toEqual([
    "api/errorExpression",
    "api/probe/valid",
    "authorization/config/expression",
    "credentials/config/identity/id",
  ]);
});
