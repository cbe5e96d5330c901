import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { refresh, worldWithAccount } from "#test/fakes/refresh-calls";
import { failureResult, tokenResult } from "#test/fakes/scripted-authorization-server";
import { clientSecret, type World } from "#test/fakes/world";
import type { RequestFailure, TokenResult } from "../ports/authorization-server.ts";

const repeating = (...secrets: string[]): RequestFailure =>
  failureResult({
    kind: "oauth_error",
    status: 400,
    error: "invalid_request",
    description: `not with ${secrets.join(", ")}`,
    retryAfterSeconds: null,
  });

/** Whatever is stored, shown or logged about the account. */
const wordsOf = async (world: World): Promise<string> =>
  inspect([await world.account(), world.accounts.attempts, world.accounts.events, world.log.lines], { depth: 10 });

describe("a failure's words, where a provider repeats what this request did not send", () => {
  it("hold neither the tokens that the account has, nor a secret of its client", async () => {
    const world = await worldWithAccount();
    world.server.respondWith(repeating("access-0", "refresh-0", clientSecret));
    expect(await refresh(world)).toMatchObject({
      kind: "failed",
      account: { lastError: { message: "invalid_request: not with [redacted], [redacted], [redacted]" } },
      attempt: { error: "invalid_request: not with [redacted], [redacted], [redacted]" },
    });
    const words = await wordsOf(world);
    for (const secret of ["access-0", "refresh-0", clientSecret]) expect(words).not.toContain(secret);
  });

  it("hold no secret of a client that the account brought itself", async () => {
    const world = await worldWithAccount({ ownClient: { id: "own", secret: "own-client-secret" } });
    world.server.respondWith(repeating("own-client-secret", Buffer.from("access-0").toString("base64")));
    await refresh(world);
    expect(await wordsOf(world)).toContain("not with [redacted], [redacted]");
  });

  it("hold nothing of the first step's answer where the second one failed", async () => {
    const exchange = { path: "/second", params: { t: "{access_token}" }, when: "always" };
    const world = await worldWithAccount({}, { config: { exchange } });
    const first: TokenResult = tokenResult(world.clock, "1");
    world.server.respondWith(({ kind }) =>
      kind === "second_step" ? repeating("access-0", "refresh-0", "access-1", "refresh-1") : first,
    );
    await refresh(world);
    const words = await wordsOf(world);
    expect(words).toContain("not with [redacted], [redacted], [redacted], [redacted]");
    for (const secret of ["access-0", "refresh-0", "access-1", "refresh-1"]) expect(words).not.toContain(secret);
  });
});
