import { describe, expect, it } from "vitest";
import { directExpressions } from "#test/fakes/direct-expressions";
import { exampleDocument } from "#test/fakes/in-memory-integration-store";
import { findShape, standardBody } from "./answer-shape.ts";
import { readerOf } from "./read-as-document.ts";

const answer = { accessToken: "A", refreshToken: "R", expiresIn: 3600, scopes: ["a", "b"] };
const silent = { accessToken: "A", refreshToken: null, expiresIn: undefined, scopes: undefined };

async function shapeOf(config: Record<string, unknown>, ...bodies: unknown[]) {
  const document = exampleDocument({ config });
  const separator = typeof config["scopeSeparator"] === "string" ? config["scopeSeparator"] : " ";
  return await findShape(bodies, readerOf(directExpressions, document), separator);
}

describe("a standard answer", () => {
  it("is RFC 6749 §5.1", async () => {
    expect((await shapeOf({}, standardBody))?.write(answer)).toEqual({
      access_token: "A",
      token_type: "Bearer",
      refresh_token: "R",
      expires_in: 3600,
      scope: "a b",
    });
  });

  it("says nothing of what it is not to say", async () => {
    const body = (await shapeOf({}, standardBody))?.write(silent);
    expect(body).toEqual({ access_token: "A", token_type: "Bearer", scope: "scope" });
  });
});

describe("an answer in the form of a sample", () => {
  const sample = {
    ok: true,
    user: { token: "xoxp-1", renewal: "xoxp-1", scope: "chat:write,users:read", lives: 43_200 },
    team: { id: "xoxp-1" },
  };
  const tokenResponse =
    '{"access_token": user.token, "refresh_token": user.renewal, "scope": user.scope, "expires_in": user.lives * 1000}';

  it("has our values exactly where the mapping reads its own, alike as they may look, and the rest as it is", async () => {
    const shape = await shapeOf({ tokenResponse, scopeSeparator: "," }, sample);
    expect(shape?.says).toEqual({ refreshToken: true, lifetime: "free", scopes: true });
    expect(shape?.write({ ...answer, expiresIn: 3_600_000 })).toEqual({
      ok: true,
      user: { token: "A", renewal: "R", scope: "a,b", lives: 3600 },
      team: { id: "xoxp-1" },
    });
    expect(shape?.write(silent)).toEqual({
      ok: true,
      user: { token: "A", scope: "chat:write,users:read" },
      team: { id: "xoxp-1" },
    });
  });

  it("has a list where the mapping joins one", async () => {
    const shape = await shapeOf(
      { tokenResponse: '$merge([$, {"scope": $join(scopes, " ")}])' },
      { access_token: "x", scopes: ["one", "two"] },
    );
    expect(shape?.write(answer)).toMatchObject({ access_token: "A", refresh_token: "R", scopes: ["a", "b"] });
  });

  it("gets what it lacks where the standard has it, if it is read there", async () => {
    const shape = await shapeOf({}, { access_token: "x" });
    expect(shape?.write(answer)).toEqual({ access_token: "A", refresh_token: "R", expires_in: 3600, scope: "a b" });
  });

  it("tells no instant that has passed, but a lifetime", async () => {
    const shape = await shapeOf({}, { access_token: "x", expires_at: "2021-11-04T16:15:50Z" });
    expect(shape?.write(answer)).toMatchObject({ access_token: "A", expires_in: 3600 });
    expect(shape?.write(answer)).not.toHaveProperty("expires_at");
  });

  it("says what the mapping hands on, and no more", async () => {
    const narrow = await shapeOf({ tokenResponse: '{"access_token": access_token}' }, { access_token: "x" });
    expect(narrow?.says).toEqual({ refreshToken: false, lifetime: "none", scopes: false });
    const dated = await shapeOf(
      { tokenResponse: '{"access_token": access_token, "expires_in": $length(until)}' },
      { access_token: "x", until: "2027" },
    );
    expect(dated?.says.lifetime).toBe("fixed");
  });

  it("is that of the next body where the mapping finds no access token in one", async () => {
    const tokenResponse = '{"access_token": data.token ? data.token : data.other}';
    const shape = await shapeOf({ tokenResponse }, { nothing: 1 }, { data: { other: "x" } });
    expect(shape?.write(answer)).toMatchObject({ data: { other: "A" } });
    expect(await shapeOf({}, { nothing: 1 }, "a page")).toBeNull();
  });
});
