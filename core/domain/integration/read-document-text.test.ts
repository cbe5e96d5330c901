import { describe, expect, it } from "vitest";
import { readDocumentText } from "./read-document-text.ts";

function errorsOf(text: string): string[] {
  const read = readDocumentText(text);
  return read.kind === "document"
    ? []
    : read.errors.map((one) => `${one.line}:${one.column} ${one.pointer} ${one.detail}`);
}

/** Issue 4, Shown by 4. */
const twelveMistakes = `{
  "name": "Acme CRM",
  "lable": "Acme",
  "sources": ["https://acme.example/docs", "see the wiki"],
  "inputs": [
    {
      "name": "subdomain",
      "required": "yes"
    }
  ],
  "api": { "probe": { "path": "me" } },
  "credentials": {
    "format": "oauth2",
    "config": {
      "auth": {
        "tokenHost": "login.acme.example/oauth",
        "authorizePath": "/authorize"
      },
      "tokenPath": "/token",
      "pkce": { "method": "plain" },
      "options": { "authorizationMethod": "heeder" },
      "refresh": {
        "windowSeconds": [180, 60],
        "timeoutSeconds": 300
      }
    }
  },
  "authorization": { "format": "bearer" }
}
`;

describe("a document with 12 different mistakes", () => {
  it("gets exactly 12 errors, each pointing at its line and saying what would be right", () => {
    const config = "/credentials/config";
    expect(errorsOf(twelveMistakes)).toEqual([
      '2:3 /name expected lower case letters, digits and hyphens, at most 63, found "Acme CRM"',
      "3:3 /lable is no field here; did you mean label?",
      '4:44 /sources/1 expected an address such as https://example.com/docs, found "see the wiki"',
      "6:5 /inputs/0/label is missing; expected a text",
      '8:7 /inputs/0/required expected true or false, found "yes"; did you mean true?',
      '11:23 /api/probe/path expected a path that begins with /, found "me"; did you mean "/me"?',
      `16:9 ${config}/auth/tokenHost expected an origin such as https://login.example.com: a host and port that exist, without a path, found "login.acme.example/oauth"; did you mean "https://login.acme.example"?`,
      `19:7 ${config}/tokenPath is no field here; it belongs in ${config}/auth`,
      `20:17 ${config}/pkce/method expected one of S256, none, found "plain"`,
      `21:20 ${config}/options/authorizationMethod expected one of header, body, none, private_key_jwt, mtls, secret_as_username, found "heeder"; did you mean "header"?`,
      `23:9 ${config}/refresh/windowSeconds expected the smaller number first, found [180, 60]`,
      `24:9 ${config}/refresh/timeoutSeconds expected a whole number from 1 to 25, found the number 300`,
    ]);
  });
});

const valid = `{
  "name": "acme-crm",
  "credentials": { "format": "oauth2", "config": { "auth": { "tokenHost": "https://login.acme.example" } } }
}`;

describe("the text of a document", () => {
  it("is read, also behind a byte order mark", () => {
    expect(readDocumentText(valid)).toMatchObject({ kind: "document", document: { name: "acme-crm" } });
    expect(readDocumentText(`\uFEFF${valid}`).kind).toBe("document");
  });

  it.each<[string, string, string]>([
    ["is no JSON", valid.replace('"acme-crm",', '"acme-crm"'), '3:3  this is no JSON: expected a comma or }, found "'],
    [
      "ends too early",
      valid.slice(0, -1),
      "4:1  this is no JSON: expected } for the { of line 1, found the end of the text",
    ],
    ["is empty", "", "1:1  this is no JSON: expected a value, found the end of the text"],
    ["is something else", '"text"', '1:1  expected an object, found "text"'],
    [
      "lacks something at the top",
      valid.replace('"name": "acme-crm",', ""),
      "1:1 /name is missing; expected lower case letters, digits and hyphens, at most 63",
    ],
    [
      "lacks something inside, told at what it is missing in",
      valid.replace('"tokenHost": "https://login.acme.example"', ""),
      "3:52 /credentials/config/auth/tokenHost is missing; expected an origin such as https://login.example.com: a host and port that exist, without a path",
    ],
    [
      "says something twice",
      valid.replace('"name"', '"name": "other",\n  "name"'),
      "3:3 /name stands here a second time, and only the last one would count; remove one of them",
    ],
  ])("is refused at its line when it %s", (_name, text, error) => {
    expect(errorsOf(text)).toEqual([error]);
  });
});
