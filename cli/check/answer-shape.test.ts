import { describe, expect, it } from "vitest";
import { sampleShape, standardShape } from "./answer-shape.ts";

const answer = { accessToken: "A", refreshToken: "R", expiresIn: 3600 };

describe("a standard answer", () => {
  it("is RFC 6749 §5.1", () => {
    expect(standardShape(" ").write({ ...answer, scopes: ["a", "b"] })).toEqual({
      access_token: "A",
      token_type: "Bearer",
      refresh_token: "R",
      expires_in: 3600,
      scope: "a b",
    });
  });

  it("says nothing of what it is not to say", () => {
    const body = standardShape(",").write({ accessToken: "A", refreshToken: null, expiresIn: undefined });
    expect(body).toEqual({ access_token: "A", token_type: "Bearer" });
  });
});

describe("an answer in the form of the documentation's sample", () => {
  const body = {
    ok: true,
    user: {
      token: "xoxp-1",
      renewal: "xoxe-1",
      scope: "chat:write,users:read",
      expires_in: 43_200,
      expires_at: 1_700_000_000,
    },
    team: { id: "T1" },
  };
  const expects = { access_token: "xoxp-1", refresh_token: "xoxe-1", scopes: ["chat:write", "users:read"] };

  it("has our tokens in the places of its own, and the rest as it is", () => {
    expect(sampleShape({ body, expects }, ",")?.write({ ...answer, scopes: ["a"] })).toEqual({
      ok: true,
      user: { token: "A", renewal: "R", scope: "a", expires_in: 3600 },
      team: { id: "T1" },
    });
  });

  it("leaves out the refresh token and the life where they are to be left out", () => {
    expect(
      sampleShape({ body, expects }, ",")?.write({ accessToken: "A", refreshToken: null, expiresIn: undefined }),
    ).toEqual({
      ok: true,
      user: { token: "A", scope: "chat:write,users:read" },
      team: { id: "T1" },
    });
  });

  it("is none where the sample does not show its access token", () => {
    expect(sampleShape({ body, expects: { ...expects, access_token: "elsewhere" } }, ",")).toBeNull();
    expect(sampleShape({ body, expects: {} }, ",")).toBeNull();
  });
});
