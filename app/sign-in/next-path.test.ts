import { expect, test } from "vitest";
import { nextPath } from "./next-path.ts";

test.each([
  ["/accounts?status=active", "/accounts?status=active"],
  [["/accounts", "/x"], "/accounts"],
  [undefined, "/"],
  ["//evil.example", "/"],
  ["/\\evil.example", "/"],
  ["/\t/evil.example", "/"],
  ["https://evil.example", "/"],
  ["javascript:alert(1)", "/"],
  ["/sign-in?next=/sign-in", "/"],
])("%s leads to %s", (asked, path) => expect(nextPath(asked as string | undefined)).toBe(path));
