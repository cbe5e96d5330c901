import { describe, expect, it } from "vitest";
import { ownClientFault } from "./own-client-fault.ts";
import type { ClientAuthenticationMethod } from "./resolve-integration.ts";

const own = { clientId: "own", clientSecret: "secret" };
const named = { clientId: "own", clientSecret: null };
const none = { clientId: null, clientSecret: null };

describe("a client that an account brings for a customer's grant (R65)", () => {
  it.each<[ClientAuthenticationMethod, typeof own | typeof named, "client_id" | "client_secret" | null]>([
    ["header", own, null],
    ["header", named, "client_secret"],
    ["body", own, null],
    ["body", named, "client_secret"],
    ["secret_as_username", own, null],
    ["secret_as_username", named, "client_secret"],
    ["none", named, null],
    ["none", own, "client_secret"],
    ["private_key_jwt", own, "client_id"],
    ["private_key_jwt", named, "client_id"],
    ["mtls", own, "client_id"],
  ])("with %s and %o fails for %s", (method, given, field) => {
    expect(ownClientFault(method, given)?.field ?? null).toBe(field);
  });

  it("needs no word where there is none, but a secret needs its client", () => {
    expect(ownClientFault("header", none)).toBeNull();
    expect(ownClientFault("header", { ...none, clientSecret: "secret" })?.field).toBe("client_id");
  });
});
