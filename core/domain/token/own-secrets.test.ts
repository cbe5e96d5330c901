import { Secret } from "#core/domain/secret/secret";
import { describe, expect, it } from "vitest";
import { acceptedOwnSecrets, addOwnSecret, ownSecrets, withOwnSecrets } from "./own-secrets.ts";
import { decodeTokenSet, encodeTokenSet, mergeTokenSet, type TokenSet } from "./token-set.ts";

const now = new Date("2026-11-20T10:00:00Z");
const later = (days: number): Date => new Date(now.getTime() + days * 86_400_000);
const set: TokenSet = {
  accessToken: new Secret("access"),
  refreshToken: new Secret("refresh"),
  tokenType: "Bearer",
  expiresAt: null,
  issuedAt: now,
  scopes: [],
  clientSecret: new Secret("first"),
};
const response = { accessToken: "next", refreshToken: null, tokenType: "Bearer", expiresAt: null, scopes: null };

describe("another secret for an account's own client (R65)", () => {
  it("goes first, and the one before it stays accepted for seven days", () => {
    const added = addOwnSecret(set, new Secret("second"), now);
    expect(ownSecrets(added)).toEqual([
      { secret: "second", acceptedUntil: null, version: 2 },
      { secret: "first", acceptedUntil: later(7), version: 1 },
    ]);
    expect(acceptedOwnSecrets(added, later(7)).map((one) => one.secret)).toEqual(["second"]);
    expect(added).toMatchObject({ accessToken: "access", refreshToken: "refresh" });
  });

  it("leaves three at most, and takes its own place when it is sent again", () => {
    const four = ["second", "third", "fourth"].reduce((had, secret) => addOwnSecret(had, new Secret(secret), now), set);
    expect(ownSecrets(four).map((one) => one.secret)).toEqual(["fourth", "third", "second"]);
    const again = addOwnSecret(addOwnSecret(set, new Secret("second"), now), new Secret("second"), later(1));
    expect(ownSecrets(again)).toEqual([
      { secret: "second", acceptedUntil: null, version: 2 },
      { secret: "first", acceptedUntil: later(7), version: 1 },
    ]);
    expect(ownSecrets(addOwnSecret(set, new Secret("first"), now))).toEqual([
      { secret: "first", acceptedUntil: null, version: 1 },
    ]);
  });

  it("is the only one of a client that had none", () => {
    expect(ownSecrets(addOwnSecret({ ...set, clientSecret: null }, new Secret("second"), now))).toHaveLength(1);
    expect(ownSecrets({ clientSecret: null })).toEqual([]);
  });

  it("comes back from its bytes with those before it, and goes through a refresh until they end", () => {
    const added = addOwnSecret(set, new Secret("second"), now);
    expect(decodeTokenSet(encodeTokenSet(added))).toEqual(added);
    expect(ownSecrets(mergeTokenSet(added, response, later(1)))).toEqual(ownSecrets(added));
    const ended = mergeTokenSet(added, response, later(7));
    expect(ended.clientSecret).toEqual("second");
    expect(ended).not.toHaveProperty("olderClientSecrets");
  });

  it("goes on with a new grant", () => {
    const added = addOwnSecret(set, new Secret("second"), now);
    const grant = withOwnSecrets({ ...set, accessToken: new Secret("other"), clientSecret: null }, ownSecrets(added));
    expect(grant.accessToken).toEqual("other");
    expect(ownSecrets(grant)).toEqual(ownSecrets(added));
    expect(withOwnSecrets(set, []).clientSecret).toBeNull();
  });
});
