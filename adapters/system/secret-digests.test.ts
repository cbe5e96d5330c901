import { expect, it } from "vitest";
import type { DigestPurpose } from "#core/ports/secret-digests";
import { createSecretDigests, deriveKey } from "./secret-digests.ts";

const digests = createSecretDigests(new Uint8Array(32).fill(1));
const purposes: readonly DigestPurpose[] = ["api_key", "link_token", "state", "browser", "refresh_token"];

it("makes the same 32 bytes of the same secret, in every process", () => {
  expect(digests.digest("state", "x")).toHaveLength(32);
  expect(createSecretDigests(new Uint8Array(32).fill(1)).digest("state", "x")).toEqual(digests.digest("state", "x"));
});

it("lets no digest stand for another purpose, secret or installation", () => {
  const other = createSecretDigests(new Uint8Array(32).fill(2));
  const all = [
    ...purposes.map((purpose) => digests.digest(purpose, "x")),
    digests.digest("state", "y"),
    other.digest("state", "x"),
  ].map((one) => Buffer.from(one).toString("hex"));
  expect(new Set(all).size).toBe(all.length);
});

it("derives a key of its own for each use", () => {
  const secret = new Uint8Array(32).fill(1);
  expect(deriveKey(secret, "a")).toHaveLength(32);
  expect(deriveKey(secret, "a")).not.toEqual(deriveKey(secret, "b"));
});
