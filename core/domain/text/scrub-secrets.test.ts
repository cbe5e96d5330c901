import { expect, it } from "vitest";
import { scrubSecrets } from "./scrub-secrets.ts";

const secret = 'p@ss "word"/+';

it.each<[string, string]>([
  ["as it is", secret],
  ["percent-encoded", encodeURIComponent(secret)],
  ["as a form sends it", new URLSearchParams({ k: secret }).toString().slice(2)],
  ["in base64", Buffer.from(secret).toString("base64")],
  ["in base64url", Buffer.from(secret).toString("base64url")],
  ["in hexadecimal", Buffer.from(secret).toString("hex")],
  ["within JSON", JSON.stringify(secret).slice(1, -1)],
])("takes a secret out that is repeated %s", (_name, form) => {
  expect(scrubSecrets(`bad key ${form}!`, [secret])).toBe("bad key [redacted]!");
});

it("takes the longer of two secrets out first, so that nothing of it is left", () => {
  expect(scrubSecrets("secret-and-more", ["secret", "secret-and-more"])).toBe("[redacted]");
});

it("leaves texts alone that hold none, and secrets too short to be told from words", () => {
  expect(scrubSecrets("nothing of it", ["sk_live_1", null, "of"])).toBe("nothing of it");
});
