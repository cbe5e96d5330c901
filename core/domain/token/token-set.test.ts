import { Secret, secretOrNull } from "#core/domain/secret/secret";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  decodeTokenSet,
  encodeTokenSet,
  firstTokenSet,
  mergeTokenSet,
  type TokenResponse,
  type TokenSet,
} from "./token-set.ts";

const issuedAt = new Date("2026-11-20T10:00:00Z");
const previous: TokenSet = {
  accessToken: new Secret("old-access"),
  refreshToken: new Secret("old-refresh"),
  tokenType: "mac",
  expiresAt: new Date("2026-11-20T09:00:00Z"),
  issuedAt: new Date("2026-11-20T08:00:00Z"),
  scopes: ["a", "b"],
  clientSecret: new Secret("own-secret"),
};
const response: TokenResponse = {
  accessToken: "new-access",
  refreshToken: "new-refresh",
  tokenType: "Bearer",
  expiresAt: new Date("2026-11-20T11:00:00Z"),
  scopes: ["a"],
};

describe("merging a refresh response (R16)", () => {
  it("a response without a refresh token keeps the old one", () => {
    expect(mergeTokenSet(previous, { ...response, refreshToken: null }, issuedAt).refreshToken).toEqual("old-refresh");
  });

  it("a response with a refresh token overwrites the old one", () => {
    expect(mergeTokenSet(previous, response, issuedAt).refreshToken).toEqual("new-refresh");
  });

  it.each<[string, string | null, string]>([
    ["keeps the old refresh token when the server sends an empty one", "", "old-refresh"],
    ["takes one that is the same as before", "old-refresh", "old-refresh"],
  ])("%s", (_name, refreshToken, kept) => {
    expect(mergeTokenSet(previous, { ...response, refreshToken }, issuedAt).refreshToken).toEqual(kept);
  });

  it("keeps the scopes when the server does not repeat them, and takes narrower ones when it does", () => {
    expect(mergeTokenSet(previous, { ...response, scopes: null }, issuedAt).scopes).toEqual(["a", "b"]);
    expect(mergeTokenSet(previous, response, issuedAt).scopes).toEqual(["a"]);
  });

  it("lets no stale lifetime or token type stand beside a new token", () => {
    expect(mergeTokenSet(previous, { ...response, expiresAt: null }, issuedAt)).toEqual({
      accessToken: "new-access",
      refreshToken: "new-refresh",
      tokenType: "Bearer",
      expiresAt: null,
      issuedAt,
      scopes: ["a"],
      clientSecret: "own-secret",
    });
  });

  it("never loses the only refresh token, however many answers omit it", () => {
    const answer = fc.constantFrom<string | null>(null, "", "r1", "r2");
    fc.assert(
      fc.property(fc.array(answer), (answers) => {
        const last = answers.reduce(
          (set, refreshToken) => mergeTokenSet(set, { ...response, refreshToken }, issuedAt),
          previous,
        );
        expect(last.refreshToken).toEqual(answers.findLast((one) => one !== null && one !== "") ?? "old-refresh");
      }),
    );
  });
});

describe("the first token set of a grant", () => {
  it("has no refresh token when the server sent an empty one", () => {
    expect(firstTokenSet({ ...response, refreshToken: "" }, [], issuedAt).refreshToken).toBeNull();
  });

  it("holds no client secret until an account brings its own client", () => {
    expect(firstTokenSet(response, [], issuedAt).clientSecret).toBeNull();
  });

  it("takes the scopes asked for when the server did not repeat them (RFC 6749 §5.1)", () => {
    expect(firstTokenSet({ ...response, scopes: null }, ["x"], issuedAt).scopes).toEqual(["x"]);
    expect(firstTokenSet(response, ["x"], issuedAt).scopes).toEqual(["a"]);
  });
});

it("reads what was sealed before accounts could bring their own client", () => {
  const bytes = new TextDecoder().decode(encodeTokenSet({ ...previous, clientSecret: null }));
  expect(bytes).not.toContain("client_secret");
  expect(decodeTokenSet(new TextEncoder().encode(bytes)).clientSecret).toBeNull();
});

it("comes back from its bytes as it was", () => {
  const instant = fc.date({ noInvalidDate: true, min: new Date(0), max: new Date(4_102_444_800_000) });
  const anySet = fc.record<TokenSet>({
    accessToken: fc.string({ unit: "grapheme" }).map((text) => new Secret(text)),
    refreshToken: fc.option(fc.string({ unit: "grapheme" })).map(secretOrNull),
    tokenType: fc.string(),
    expiresAt: fc.option(instant),
    issuedAt: instant,
    scopes: fc.array(fc.string()),
    clientSecret: fc.option(fc.string({ unit: "grapheme" })).map(secretOrNull),
  });
  fc.assert(fc.property(anySet, (set) => void expect(decodeTokenSet(encodeTokenSet(set))).toEqual(set)));
});

describe("tokens that are bound to a key (RFC 9449)", () => {
  const dpopKey = { kty: "EC", crv: "P-256", x: "x", y: "y", d: "d", kid: "k", alg: "ES256" };

  it("come back from their bytes with it, and others without", () => {
    expect(decodeTokenSet(encodeTokenSet({ ...previous, dpopKey }))).toEqual({ ...previous, dpopKey });
    expect(decodeTokenSet(encodeTokenSet(previous))).not.toHaveProperty("dpopKey");
  });

  it("keep it through a refresh, and take the one that was proven last", () => {
    expect(mergeTokenSet({ ...previous, dpopKey }, response, issuedAt).dpopKey).toEqual(dpopKey);
    const other = { ...dpopKey, kid: "other" };
    expect(mergeTokenSet({ ...previous, dpopKey }, { ...response, dpopKey: other }, issuedAt).dpopKey).toEqual(other);
    expect(firstTokenSet({ ...response, dpopKey }, [], issuedAt).dpopKey).toEqual(dpopKey);
  });
});
