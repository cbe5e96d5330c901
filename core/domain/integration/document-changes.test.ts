import { describe, expect, it } from "vitest";
import { exampleDocument } from "#test/fakes/in-memory-integration-store";
import { documentChanges } from "./document-changes.ts";
import { hostPinOf } from "./host-pin.ts";

const auth = {
  tokenHost: "https://login.acme.example",
  tokenPath: "/oauth/token",
  authorizePath: "/oauth/authorize",
};
const before = exampleDocument({ config: { auth } });
const moved = exampleDocument({ config: { auth: { ...auth, tokenHost: "https://auth.acme.example" } } });

describe("what is otherwise in a definition", () => {
  it("is where credentials go, by what for, and each once", () => {
    expect(documentChanges(hostPinOf(before), before, moved)).toEqual([
      { what: "Host for tokens", before: "https://login.acme.example", after: "https://auth.acme.example" },
      { what: "Host for authorization", before: "https://login.acme.example", after: "https://auth.acme.example" },
    ]);
  });

  it("is a host that comes or goes, and every other field by its pointer", () => {
    const other = { ...auth, tokenPath: "/v2/token", revokeHost: "https://revoke.acme.example", revokePath: "/revoke" };
    expect(
      documentChanges(hostPinOf(before), before, exampleDocument({ config: { auth: other, scope: ["read"] } })),
    ).toEqual([
      { what: "Host for revocation", before: null, after: "https://revoke.acme.example" },
      { what: "/credentials/config/auth/revokePath", before: null, after: "/revoke" },
      { what: "/credentials/config/auth/tokenPath", before: "/oauth/token", after: "/v2/token" },
      { what: "/credentials/config/scope", before: '["contacts.read","openid"]', after: '["read"]' },
    ]);
  });

  it("is told from what is pinned, where a release moved the definition already", () => {
    const pin = { ...hostPinOf(before), hosts: "tokens https://older.acme.example" };
    expect(documentChanges(pin, before, moved)[0]).toEqual({
      what: "Hosts",
      before: "tokens https://older.acme.example",
      after: hostPinOf(moved).hosts,
    });
  });

  it("is everything, where nothing can be read of before", () => {
    const all = documentChanges(null, null, moved);
    expect(all[0]).toEqual({ what: "Hosts", before: null, after: hostPinOf(moved).hosts });
    expect(all.every((one) => one.before === null)).toBe(true);
  });

  it("is no more than can be read: long values are cut, and what is beyond forty fields is counted", () => {
    const params = Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`p${index}`, "x".repeat(400)]));
    const many = documentChanges(
      hostPinOf(before),
      before,
      exampleDocument({ config: { auth, params: { token: params, refresh: params } } }),
    );
    expect(many).toHaveLength(41);
    expect(many[0]?.after).toHaveLength(300);
    expect(many.at(-1)).toEqual({ what: "Further fields", before: null, after: "20 more" });
  });
});
