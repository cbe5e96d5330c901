import { expect, it } from "vitest";
import { exampleDocument } from "#test/fakes/in-memory-integration-store";
import { grantLifeOf } from "./grant-life.ts";

const refresh = { idleLifetimeSeconds: 7_776_000, absoluteLifetimeSeconds: 31_536_000 };

it("tells the lives that the document knows of", () => {
  expect(grantLifeOf(exampleDocument({ config: { refresh } }))).toEqual({
    isGiven: true,
    idleSeconds: 7_776_000,
    absoluteSeconds: 31_536_000,
  });
  expect(grantLifeOf(exampleDocument({}))).toEqual({ isGiven: true, idleSeconds: null, absoluteSeconds: null });
});

it("knows of no end where the client asks for itself: it may ask again at any time", () => {
  const document = exampleDocument({ format: "oauth2_client_credentials", config: { refresh } });
  expect(grantLifeOf(document)).toEqual({ isGiven: false, idleSeconds: null, absoluteSeconds: null });
});
