import { expect, test } from "vitest";
import { createWords } from "../words/words.ts";
import { attemptWords, fieldWords, type Attempt, type FieldContext } from "./attempt-words.ts";

const words = createWords("en");
const attempt: Attempt = {
  integration_name: "acme-keys",
  typed: {},
  code: "rejected",
  detail: "HTTP 401",
  fields: [
    { name: "api_key", message: null, fault: null },
    { name: "subdomain", message: "Subdomain is needed", fault: "missing" },
    { name: "tenant", message: "Tenant is of a kind that is new here", fault: null },
  ],
};
const context: FieldContext = { attempt, product: "Ledgerly", label: "Acme", check: [], isAlone: false };

test("a rejected key is told at its field, in the provider's words", () => {
  expect(attemptWords(words, attempt, "Ledgerly", "Acme")).toBeNull();
  expect(fieldWords(words, "api_key", { ...context, isAlone: true })).toEqual({
    text: "Acme did not accept this. Copy it again, or make a new one there.",
    said: "Acme says: HTTP 401",
  });
  expect(fieldWords(words, "api_key", context)?.text).toContain("Check everything that you typed");
  expect(fieldWords(createWords("ja"), "api_key", context)?.text).toBe(
    "Acmeで受け付けられませんでした。入力した内容をすべて確認してください。",
  );
});

test("a field that was wrong by itself says how in the reader's language, or else as the API has it", () => {
  expect(fieldWords(words, "subdomain", context)).toEqual({ text: "This is needed.", said: null });
  expect(fieldWords(createWords("de"), "subdomain", context)).toEqual({ text: "Diese Angabe fehlt.", said: null });
  expect(fieldWords(words, "tenant", context)?.text).toBe("Tenant is of a kind that is new here.");
});

test("a field that is not named is not blamed", () => {
  expect(fieldWords(words, "region", { ...context, check: ["region"] })).toBeNull();
});

test("a browser without cookies is told by the address which field it was", () => {
  const without = { ...context, attempt: null, check: ["region"] };
  expect(fieldWords(words, "region", without)?.text).toContain("not accepted");
  expect(fieldWords(words, "api_key", without)).toBeNull();
});

test("whose credentials were typed instead is named", () => {
  const other: Attempt = { ...attempt, code: "external_account_mismatch", detail: "Contoso", fields: [] };
  const told = (one: Attempt) => attemptWords(words, one, "Ledgerly", "Acme")?.text;
  expect(told(other)).toMatch(/^It belongs to Contoso\. It was not connected\./);
  expect(told({ ...other, detail: null })).toMatch(/^It was not connected\./);
});
