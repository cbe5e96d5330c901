import { describe, expect, it } from "vitest";
import { schemaLeaves, type JsonSchema } from "#test/fields/schema-leaves";
import { integrationJsonSchema } from "./integration-json-schema.ts";
import { overridableFields, overrideRefusal, type OverrideLevel } from "./overridable-fields.ts";

/** Every field of the document, under one name: the shapes it may have are no part of a pointer. */
const leaves = [
  ...new Set(schemaLeaves(integrationJsonSchema() as JsonSchema).map((leaf) => leaf.replaceAll(/\([^)]*\)/g, ""))),
];
const pointerOf = (leaf: string): string => leaf.replaceAll("*", "a");
const levels: OverrideLevel[] = ["environment", "account"];

describe("every field of the document", () => {
  it("can be overridden where the list says it, and nowhere else", () => {
    const allowed = leaves.filter((leaf) => levels.some((level) => overrideRefusal(pointerOf(leaf), level) === null));
    // Entries of lists are no fields: a list is replaced whole.
    const listed = Object.keys(overridableFields);
    expect(allowed.filter((leaf) => !listed.includes(leaf))).toEqual([]);
    const known = (field: string): boolean => leaves.some((leaf) => leaf === field || leaf.startsWith(`${field}/`));
    expect(listed.filter((field) => !known(field))).toEqual([]);
  });

  it("that says where credentials go, what they are, who was connected, or how the client proves itself, can't be", () => {
    // A mapping lies below api.baseUrl as a whole, its paths too.
    const beside = leaves.filter((leaf) => !leaf.startsWith("/unified/"));
    const guarded = beside.filter((leaf) =>
      /host|path|baseUrl|issuer|client|inputs|fields|format|identity|revocation|exchange|assertion|callback|pkce|authorization|parameterNames|tokenResponse|dpop/i.test(
        leaf,
      ),
    );
    expect(guarded.length).toBeGreaterThan(60);
    for (const leaf of guarded) {
      for (const level of levels) expect([leaf, overrideRefusal(pointerOf(leaf), level)]).not.toEqual([leaf, null]);
    }
  });
});

describe("a field by a name of its own", () => {
  const at = (place: string, name: string) => `/${place}/${name}`;
  const [token, authorize] = ["credentials/config/params/token", "credentials/config/params/authorize"];

  it.each([
    at(token, "client_secret"),
    at(token, "password"),
    at(token, "refresh_token"),
    at(token, "client_assertion"),
    at("api/headers", "authorization"),
    at("api/headers", "x-api-key"),
    at("api/headers", "X-Auth-Token"),
    at("credentials/config/options/headers", "proxy-authorization"),
  ])("is refused as a secret: %s", (pointer) => {
    expect(overrideRefusal(pointer, "account")).toContain("secret by its name");
  });

  it.each([
    at(authorize, "redirect_uri"),
    at(authorize, "state"),
    at(authorize, "response_mode"),
    at(authorize, "request_uri"),
    at(token, "grant_type"),
    at(token, "code_verifier"),
    at("api/headers", "host"),
    at("api/headers", "Cookie"),
  ])("is refused as what leads elsewhere, or is the engine's: %s", (pointer) => {
    expect(overrideRefusal(pointer, "environment")).not.toBeNull();
  });

  it.each([
    at(authorize, "prompt"),
    at(authorize, "token_access_type"),
    at(token, "audience"),
    at("api/headers", "acme-version"),
  ])("may be overridden: %s", (pointer) => {
    expect(levels.map((level) => overrideRefusal(pointer, level))).toEqual([null, null]);
  });
});

it.each(Object.entries(overridableFields).filter(([, allowed]) => !allowed.includes("account")))(
  "what accounts share is their environment's alone: %s",
  (pointer) => {
    expect(overrideRefusal(pointer, "environment")).toBeNull();
    expect(overrideRefusal(pointer, "account")).toContain("accounts share");
  },
);

it.each(["timeoutSeconds", "failureRules", "concurrency", "perMinute"])(
  "an account may not decide what opens the breaker for every other: refresh.%s",
  (field) => {
    expect(overrideRefusal(`/credentials/config/refresh/${field}`, "account")).toContain("accounts share");
  },
);
