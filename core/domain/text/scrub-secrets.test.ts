import { expect, it } from "vitest";
import { prepareScrub, scrubSecrets } from "./scrub-secrets.ts";

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

it.each([0, 1, 2])("takes it out of the base64 of something longer, %i behind its beginning", (shift) => {
  const long = "a secret of 28 bytes, at least";
  const around = Buffer.from(`${"xyz".slice(0, shift)}${long}behind`);
  for (const encoding of ["base64", "base64url"] as const) {
    const shown = scrubSecrets(around.toString(encoding), [long]);
    expect(shown).toContain("[redacted]");
    expect(Buffer.from(shown.replaceAll("[redacted]", ""), encoding).toString("latin1")).not.toMatch(
      /secret|bytes|least/,
    );
  }
});

it("takes the beginning of one off the end of a text that was cut, and nothing shorter than could be told", () => {
  const long = "whsec_0123456789abcdef";
  const { beginning } = prepareScrub([long]);
  for (let length = 6; length < long.length; length += 1) {
    expect(beginning(`key: ${long.slice(0, length)}`)).toBe("key: [redacted]");
  }
  expect(beginning(`key: ${long.slice(0, 5)}`)).toBe("key: whsec");
  expect(beginning(`${long}, and ${long} is over`)).toBe("[redacted], and [redacted] is over");
  expect(beginning("nothing of it")).toBe("nothing of it");
});
