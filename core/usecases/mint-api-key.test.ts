import { expect, it } from "vitest";
import { createSecretDigests } from "#adapters/system/secret-digests";
import { createSeededRandomness } from "#test/fakes/seeded-randomness";
import { isWellFormedApiKey } from "../domain/access/api-key.ts";
import { mintApiKey } from "./mint-api-key.ts";

it("mints a well-formed key of which only a digest and four characters are kept (R50)", () => {
  const digests = createSecretDigests(new Uint8Array(32).fill(1));
  const random = createSeededRandomness();
  const { id, key, digest, lastFour } = mintApiKey({ random, digests });
  expect(isWellFormedApiKey(key)).toBe(true);
  expect(id).toMatch(/^key_[0-9a-z]{24}$/);
  expect(digest).toEqual(digests.digest("api_key", key));
  expect(lastFour).toBe(key.slice(-4));
  expect(mintApiKey({ random, digests }).key).not.toBe(key);
});
