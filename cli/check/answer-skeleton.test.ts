import { describe, expect, it } from "vitest";
import { answerSkeleton, plainPath } from "./answer-skeleton.ts";

const skeleton = (...expressions: string[]) => answerSkeleton(expressions, (name) => `<${name}>`);

describe("a body in which expressions find what they look up", () => {
  it.each<[string, unknown]>([
    ["id", { id: "<id>" }],
    ["data.user.id", { data: { user: { id: "<id>" } } }],
    ["$string($.user.id)", { user: { id: "<id>" } }],
    ["{'access_token': data.token, 'expires_in': data.ttl / 1000}", { data: { token: "<token>", ttl: "<ttl>" } }],
    ["ok = true ? `the-token` : null", { ok: true, "the-token": "<the-token>" }],
    ["$merge([$, {'scope': $join(scopes, ' ')}])", { scopes: "<scopes>" }],
    ["accounts[is_default = true].account_id", { accounts: { account_id: "<account_id>" } }],
  ])("%s", (expression, body) => {
    expect(skeleton(expression)).toEqual(body);
  });

  it("leaves alone what every object inherits, whatever an expression names", () => {
    const body = skeleton("`__proto__`.polluted = 'yes'", "constructor.prototype.polluted", "a.`__proto__`.polluted");
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
    expect(Object.keys(body)).toEqual(["__proto__", "constructor", "a"]);
  });

  it("is one for all of them", () => {
    expect(skeleton("user.id", "user.name")).toEqual({ user: { id: "<id>", name: "<name>" } });
  });
});

it.each<[string, readonly string[] | null]>([
  ["realmId", ["realmId"]],
  ["`accounts-server`", ["accounts-server"]],
  ["data.domain", ["data", "domain"]],
  ["$string(id)", null],
])("%s is a plain path: %j", (expression, path) => {
  expect(plainPath(expression)).toEqual(path);
});
