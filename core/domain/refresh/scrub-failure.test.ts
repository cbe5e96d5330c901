import { expect, it } from "vitest";
import { scrubFailure } from "./scrub-failure.ts";

const secret = "s3cret/with+odd=signs";

it.each<[string, string]>([
  ["as it is", secret],
  ["encoded for an address", encodeURIComponent(secret)],
  ["in base64", Buffer.from(secret).toString("base64")],
  ["in base64url", Buffer.from(secret).toString("base64url")],
  ["in hex", Buffer.from(secret).toString("hex")],
])("takes a secret that the server repeats %s out of its error text", (_name, form) => {
  const failure = scrubFailure(
    { kind: "oauth_error", status: 400, error: form, description: `token ${form} is revoked`, retryAfterSeconds: null },
    [null, secret],
  );
  expect(failure).toMatchObject({ error: "[redacted]", description: "token [redacted] is revoked" });
});

it("leaves what is no secret, and short words that would be found everywhere", () => {
  const failure = { kind: "answer_lost", detail: "no answer within the deadline" } as const;
  expect(scrubFailure(failure, ["ans", secret])).toEqual(failure);
});
