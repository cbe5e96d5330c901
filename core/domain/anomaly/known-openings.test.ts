import { describe, expect, it } from "vitest";
import type { SealField } from "../sealing/envelope.ts";
import { callerKindOf, isProcess, type CallerKind } from "./caller-kind.ts";
import { isKnownOpening, isUse, knownOpenings, type OpenPurpose } from "./known-openings.ts";

const fields: readonly SealField[] = [
  "token_set",
  "client_secret",
  "client_key",
  "client_certificate",
  "pkce_verifier",
  "connect_answer",
  "connect_grant",
  "idempotent_answer",
  "webhook_secret",
  "webhook_address",
];
const actors: Readonly<Record<CallerKind, string>> = {
  api_key: "key_1",
  admin: "usr_1",
  worker: "worker",
  connect: "connect",
  recovery: "recovery",
  command_line: "command_line",
  system: "system",
  other: "somebody",
};
const purposes = Object.keys(knownOpenings) as OpenPurpose[];

describe("a way of opening", () => {
  it("is known where the table has purpose, field and caller together, and nowhere else", () => {
    for (const purpose of purposes) {
      for (const field of fields) {
        for (const [kind, actor] of Object.entries(actors) as [CallerKind, string][]) {
          const known = knownOpenings[purpose];
          const isListed = known.by.includes(kind) && (known.fields === "any" || known.fields.includes(field));
          expect(isKnownOpening({ actor, field, purpose }), `${purpose} ${field} ${kind}`).toBe(isListed);
        }
      }
    }
  });

  it.each([
    { actor: "key_1", field: "token_set", purpose: "curiosity" },
    { actor: "key_1", field: "token_set", purpose: "constructor" },
    { actor: "key_1", field: "token_set", purpose: null },
    { actor: "key_1", field: null, purpose: "token_read" },
    // What only a worker does, in a caller's name; what only callers do, in a worker's.
    { actor: "key_1", field: "webhook_secret", purpose: "webhook_signature" },
    { actor: "key_1", field: "webhook_address", purpose: "webhook_address" },
    { actor: "worker", field: "token_set", purpose: "token_read" },
    { actor: "command_line", field: "token_set", purpose: "proxy" },
    // A client's secret is no token.
    { actor: "key_1", field: "client_secret", purpose: "token_read" },
    { actor: "", field: "token_set", purpose: "token_read" },
  ])("is not known: $actor opens $field for $purpose", (opening) => {
    expect(isKnownOpening(opening)).toBe(false);
  });

  it("of a sample is no use of a credential", () => {
    expect(purposes.filter((purpose) => !isUse(purpose))).toEqual(["rewrap_sample", "drill"]);
    expect(isUse(null)).toBe(true);
  });
});

it.each<[string, CallerKind, boolean]>([
  ["key_2f8k", "api_key", false],
  ["usr_2f8k", "admin", false],
  ["worker", "worker", true],
  ["command_line", "command_line", true],
  ["anonymous", "other", true],
])("%s is %s", (actor, kind, isOurs) => {
  expect(callerKindOf(actor)).toBe(kind);
  expect(isProcess(kind)).toBe(isOurs);
});
