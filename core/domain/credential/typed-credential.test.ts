import { Secret } from "#core/domain/secret/secret";
import fc from "fast-check";
import { expect, it } from "vitest";
import { encodeTokenSet, type TokenSet } from "../token/token-set.ts";
import { decodeTypedCredential, encodeTypedCredential, isTypedCredential } from "./typed-credential.ts";

const fields = fc.dictionary(fc.stringMatching(/^[a-z][a-zA-Z0-9_]{0,39}$/), fc.string({ unit: "binary" }));

it("comes back from its bytes as it was typed", () => {
  fc.assert(
    fc.property(fc.constantFrom("api_key", "basic", "custom"), fields, (format, typed) => {
      const credential = { format, fields: typed } as const;
      expect(decodeTypedCredential(encodeTypedCredential(credential))).toEqual(credential);
    }),
  );
});

it("has the same bytes whichever order its fields were typed in", () => {
  const one = encodeTypedCredential({ format: "basic", fields: { username: "u", password: "p" } });
  const other = encodeTypedCredential({ format: "basic", fields: { password: "p", username: "u" } });
  expect(one).toEqual(other);
});

it("is told from a token set by its bytes, whatever stands in either", () => {
  fc.assert(
    fc.property(fields, fc.string(), (typed, accessToken) => {
      expect(isTypedCredential(encodeTypedCredential({ format: "custom", fields: typed }))).toBe(true);
      const set: TokenSet = {
        accessToken: new Secret(accessToken),
        refreshToken: new Secret(accessToken),
        tokenType: '{"typed":',
        expiresAt: null,
        issuedAt: new Date(0),
        scopes: [],
        clientSecret: null,
      };
      expect(isTypedCredential(encodeTokenSet(set))).toBe(false);
    }),
  );
  expect(isTypedCredential(new Uint8Array())).toBe(false);
});
