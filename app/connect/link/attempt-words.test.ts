import { expect, test } from "vitest";
import { attemptWords, fieldWords, type Attempt } from "./attempt-words.ts";

const attempt: Attempt = {
  integration_name: "acme-keys",
  typed: {},
  code: "rejected",
  detail: "HTTP 401",
  fields: [
    { name: "api_key", message: null, fault: null },
    { name: "subdomain", message: "Subdomain is needed", fault: "missing" },
  ],
};

test("a rejected key is told at its field, in the provider's words", () => {
  expect(attemptWords(attempt, "Ledgerly", "Acme")).toBeNull();
  expect(fieldWords(attempt, "api_key", "Acme", [], true)).toEqual({
    text: "Acme did not accept this. Copy it again, or make a new one there.",
    said: "Acme says: HTTP 401",
  });
  expect(fieldWords(attempt, "api_key", "Acme", [])?.text).toContain("Check everything that you typed");
});

test("a field that was wrong by itself says how", () => {
  expect(fieldWords(attempt, "subdomain", "Acme", [])).toEqual({ text: "Subdomain is needed.", said: null });
});

test("a field that is not named is not blamed", () => {
  expect(fieldWords(attempt, "region", "Acme", ["region"])).toBeNull();
});

test("a browser without cookies is told by the address which field it was", () => {
  expect(fieldWords(null, "region", "Acme", ["region"])?.text).toContain("not accepted");
  expect(fieldWords(null, "api_key", "Acme", ["region"])).toBeNull();
});

test("whose credentials were typed instead is named", () => {
  const other: Attempt = { ...attempt, code: "external_account_mismatch", detail: "Contoso", fields: [] };
  expect(attemptWords(other, "Ledgerly", "Acme")?.text).toMatch(/^It belongs to Contoso, and was not connected\./);
  expect(attemptWords({ ...other, detail: null }, "Ledgerly", "Acme")?.text).toMatch(/^It was not connected\./);
});
