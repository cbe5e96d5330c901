import { describe, expect, it } from "vitest";
import { standardAnswer } from "./standard-answer.ts";

const tokens = { access_token: "a", token_type: "Bearer" };
const read = (answer: unknown, keepsIdToken = true): unknown => {
  const standard = standardAnswer(answer, keepsIdToken);
  return standard === null ? null : { ...JSON.parse(standard.body), told: standard.tokenType };
};

describe("a good answer is not lost for an odd optional field", () => {
  it.each<[string, Record<string, unknown>, Record<string, unknown>]>([
    ["an empty refresh token", { refresh_token: "" }, {}],
    ["a null refresh token", { refresh_token: null }, {}],
    ["a refresh token", { refresh_token: "r" }, { refresh_token: "r" }],
    ["a null lifetime", { expires_in: null }, {}],
    ["a lifetime in words", { expires_in: "soon" }, {}],
    ["a negative lifetime", { expires_in: -1 }, {}],
    ["a null scope", { scope: null }, {}],
    ["an empty ID token", { id_token: "" }, {}],
    ["fields of its own, which are nothing to the library", { instance_url: "https://x.example" }, {}],
  ])("with %s", (_name, odd, expected) => {
    expect(read({ ...tokens, ...odd })).toEqual({
      access_token: "a",
      token_type: "bearer",
      told: "Bearer",
      ...expected,
    });
  });

  it.each([undefined, null, "", 7])("with the token type %s", (token_type) => {
    expect(read({ access_token: "a", token_type })).toEqual({ access_token: "a", token_type: "bearer", told: null });
  });

  it("keeps a token type that it does not know beside it", () => {
    expect(read({ access_token: "a", token_type: "bot" })).toMatchObject({ told: "bot" });
  });

  it.each([3600, "3600", 0, -1, null, "soon", { seconds: 1 }, "2026-11-20T11:00:00Z", undefined, ["read"]])(
    "hands on an expires_in, an expires_at and a scope of %s beside it, unharmed",
    (told) => {
      const standard = standardAnswer({ ...tokens, expires_in: told, expires_at: told, scope: told }, true);
      expect([standard?.expiresIn, standard?.expiresAt, standard?.scope]).toEqual([told, told, told]);
      expect(JSON.parse(standard?.body ?? "")).toEqual({ access_token: "a", token_type: "bearer" });
    },
  );

  it("reads an ID token only where there is an issuer to check it against", () => {
    expect(read({ ...tokens, id_token: "x.y.z" }, true)).toHaveProperty("id_token", "x.y.z");
    expect(read({ ...tokens, id_token: "x.y.z" }, false)).not.toHaveProperty("id_token");
  });
});

it.each(["", "<html>", null, [], 7, { error: "invalid_grant" }, { access_token: "" }, { access_token: null }])(
  "makes none of what is no token response: %j",
  (answer) => {
    expect(standardAnswer(answer, true)).toBeNull();
  },
);
