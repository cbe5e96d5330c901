import { describe, expect, it } from "vitest";
import { exampleOfPattern } from "./example-of-pattern.ts";

describe("an example of a pattern", () => {
  it.each([
    ["[a-z]+", "a"],
    ["[0-9]{10}", "1111111111"],
    ["[a-z0-9]([a-z0-9-]*[a-z0-9])?", "a"],
    ["(sk|rk)_[A-Za-z0-9_]+", "sk_a"],
    ["[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa"],
    ["https://[a-z0-9-]+(\\.[a-z0-9-]+)*\\.acme\\.example", "https://a.acme.example"],
    ["(?:eu|us)\\d{2,3}", "eu11"],
    ["\\w+@.+", "a@a"],
    ["", ""],
  ])("%s gives %s", (pattern, example) => {
    expect(exampleOfPattern(pattern)).toBe(example);
  });

  it.each(["(?=a)b", "(a)\\1", "(?<name>a)", "\\p{L}", "a$b"])(
    "%s is not followed, and nothing is made up",
    (pattern) => {
      expect(exampleOfPattern(pattern)).toBeNull();
    },
  );
});
