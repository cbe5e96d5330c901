import { randomBytes } from "node:crypto";
import { Webhook } from "standardwebhooks";
import { describe, expect, it } from "vitest";
import { signWith } from "./sign-with.ts";

const makeSecret = (bytes: number): string => `whsec_${randomBytes(bytes).toString("base64")}`;

describe("a signature", () => {
  it.each([24, 32, 64, 65])("is that of the reference library, with a secret of %i bytes", (bytes) => {
    const secret = makeSecret(bytes);
    for (const body of ["{}", `{"name":"Größe, 規模, \u{1f680}, \ud800"}`, "x".repeat(20_000)]) {
      const at = new Date(Date.now() - Math.floor(Math.random() * 60_000));
      expect(signWith([secret])("evt_1", at, body)).toBe(new Webhook(secret).sign("evt_1", at, body));
    }
  });

  it("with two secrets is verified by either, and by no other", () => {
    const [one, two, three] = [makeSecret(32), makeSecret(32), makeSecret(32)];
    const at = new Date();
    const headers = {
      "webhook-id": "evt_1",
      "webhook-timestamp": String(Math.floor(at.getTime() / 1000)),
      "webhook-signature": signWith([one, two])("evt_1", at, "{}"),
    };
    for (const secret of [one, two]) expect(new Webhook(secret).verify("{}", headers)).toEqual({});
    expect(() => new Webhook(three).verify("{}", headers)).toThrow("No matching signature");
  });

  it("is not made with an empty secret", () => {
    expect(() => signWith(["whsec_"])).toThrow("empty");
  });
});
