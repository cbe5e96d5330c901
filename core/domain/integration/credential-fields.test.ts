import { describe, expect, it } from "vitest";
import { typedDocument } from "#test/fakes/typed-documents";
import type { FieldFault } from "../problem/domain-error.ts";
import { checkCredentialFields, credentialFieldsOf, isTypedDocument } from "./credential-fields.ts";

const check = (document: ReturnType<typeof typedDocument>, given: Readonly<Record<string, string>>) =>
  checkCredentialFields(document, given, "/credentials");

describe("what is asked for", () => {
  it("is one secret API key where the document says nothing more", () => {
    expect(credentialFieldsOf(typedDocument("api_key"))).toEqual([{ name: "api_key", label: "API key", secret: true }]);
  });

  it("is a user name and a secret password, in the document's words", () => {
    const config = { username: { label: "E-mail", help: "of an administrator" } };
    expect(credentialFieldsOf(typedDocument("basic", { config }))).toEqual([
      { name: "username", label: "E-mail", help: "of an administrator", secret: false },
      { name: "password", label: "Password", secret: true },
    ]);
  });

  it("has no password where the document says that there is none", () => {
    const document = typedDocument("basic", {
      config: { password: null },
      authorization: { format: "basic", config: { username: "{username}", password: "x" } },
    });
    expect(credentialFieldsOf(document).map((one) => one.name)).toEqual(["username"]);
  });

  it("are the fields of a custom document, in their order", () => {
    const fields = ["key_id", "secret"].map((name) => ({ name, label: name }));
    expect(credentialFieldsOf(typedDocument("custom", { config: { fields } })).map((one) => one.name)).toEqual([
      "key_id",
      "secret",
    ]);
  });
});

describe("checking what was given", () => {
  const document = typedDocument("api_key", {
    config: { fields: [{ name: "api_key", label: "API key", example: "sk_live_1", pattern: "sk_[a-z0-9_]+" }] },
  });

  it("takes off the white space that came with copying", () => {
    expect(check(document, { api_key: "  sk_live_1\n" })).toEqual({ fields: { api_key: "sk_live_1" }, errors: [] });
  });

  it("keeps a basic password as it was typed", () => {
    const { fields } = check(typedDocument("basic"), { username: " ada ", password: " secret " });
    expect(fields).toEqual({ username: "ada", password: " secret " });
  });

  it.each<[string, Readonly<Record<string, string>>, FieldFault, string]>([
    ["one that is missing", {}, "missing", "API key is needed"],
    ["one of white space alone", { api_key: "  " }, "missing", "API key is needed"],
    [
      "one of another form",
      { api_key: "pk_live_1" },
      "form",
      "API key does not have the expected form, for example sk_live_1",
    ],
    [
      "two lines",
      { api_key: "sk_a\r\nx-admin: yes" },
      "one_line",
      "API key must be one line, without control characters",
    ],
    [
      "more than a pattern is tried on",
      { api_key: `sk_${"a".repeat(5000)}` },
      "too_long",
      "API key must have at most 4096 characters",
    ],
  ])("refuses %s, never repeating what was typed", (_name, given, fault, detail) => {
    const { fields, errors } = check(document, given);
    expect(errors).toEqual([{ pointer: "/credentials/api_key", fault, detail }]);
    expect(fields).toEqual({});
  });

  it("refuses a colon in what becomes a user name, and in nothing else (RFC 7617 §2)", () => {
    const { errors } = check(typedDocument("basic"), { username: "ada:admin", password: "a:b" });
    expect(errors).toEqual([
      { pointer: "/credentials/username", fault: "colon", detail: "User name must not hold a colon" },
    ]);
  });

  it("refuses what the document does not ask for", () => {
    const { errors } = check(document, { api_key: "sk_1", "a/b~c": "x" });
    expect(errors).toEqual([
      {
        pointer: "/credentials/a~1b~0c",
        detail: "is no credential of this integration; leave it out (expected: api_key)",
      },
    ]);
  });
});

it("tells documents whose credentials are typed from those with a token endpoint", () => {
  for (const format of ["api_key", "basic", "custom"] as const) {
    expect(isTypedDocument(typedDocument(format))).toBe(true);
  }
});
