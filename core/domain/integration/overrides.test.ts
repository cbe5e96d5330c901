import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { exampleDocument, storedDocument } from "#test/fakes/in-memory-integration-store";
import { effectiveValues } from "./effective-values.ts";
import { documentFaults } from "./document-faults.ts";
import { describeHosts, oauthConfigOf, type IntegrationDocument } from "./integration-document.ts";
import {
  canonicalJson,
  changedFields,
  changeOverrides,
  checkOverrides,
  findUnfit,
  leavesOf,
  overlay,
  patchOverrides,
  type Overrides,
} from "./overrides.ts";

const document = exampleDocument({
  api: { baseUrl: "https://api.acme.example" },
  config: { params: { authorize: { prompt: "consent" } }, tokenExpiryDuration: 3600 },
});
const config = (fields: Record<string, unknown>): Overrides => ({ credentials: { config: fields } });
const configOf = (one: IntegrationDocument) => {
  const found = oauthConfigOf(one);
  if (found === null) throw new Error("no OAuth configuration");
  return found;
};
const refresh = (fields: Record<string, unknown>): Overrides => config({ refresh: fields });

describe("a patch of overrides (RFC 7396)", () => {
  it.each<[why: string, present: Overrides, patch: Overrides, expected: Overrides]>([
    ["adds what was not there", {}, refresh({ bufferSeconds: 60 }), refresh({ bufferSeconds: 60 })],
    [
      "keeps what it does not name",
      refresh({ bufferSeconds: 60 }),
      config({ scope: ["a"] }),
      {
        credentials: { config: { refresh: { bufferSeconds: 60 }, scope: ["a"] } },
      },
    ],
    ["replaces a list whole", config({ scope: ["a", "b"] }), config({ scope: ["c"] }), config({ scope: ["c"] })],
    [
      "takes away what it says null of",
      config({ scope: ["a"], tokenExpiryDuration: 1 }),
      config({ scope: null }),
      config({ tokenExpiryDuration: 1 }),
    ],
    [
      "takes away all that lies below",
      refresh({ bufferSeconds: 60, timeoutSeconds: 9 }),
      config({ refresh: null }),
      {},
    ],
    ["leaves nothing that says nothing", refresh({ bufferSeconds: 60 }), refresh({ bufferSeconds: null }), {}],
    ["says nothing where it is empty", {}, { credentials: { config: {} } }, {}],
    ["takes away what is not there", {}, { api: null }, {}],
  ])("%s", (_, present, patch, expected) => {
    expect(patchOverrides(present, patch)).toEqual(expected);
  });

  it("has no way into what all objects share", () => {
    const patch = JSON.parse('{"__proto__": {"polluted": true}}') as Overrides;
    expect(Object.keys(patchOverrides({}, patch))).toEqual(["__proto__"]);
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
    expect(checkOverrides(document, patchOverrides({}, patch), "account")).toEqual([
      expect.objectContaining({ pointer: "/overrides/__proto__/polluted" }),
    ]);
  });
});

describe("overrides over a document", () => {
  it("are merged field by field, and leave everything else as it was", () => {
    const laid = overlay(document, {
      credentials: { config: { refresh: { bufferSeconds: 120 }, params: { authorize: { audience: "crm" } } } },
    });
    expect(laid.errors).toEqual([]);
    expect(laid.document).toEqual({
      ...document,
      credentials: {
        format: "oauth2",
        config: {
          ...document.credentials.config,
          refresh: { ...(document.credentials.config as { refresh: object }).refresh, bufferSeconds: 120 },
          params: { authorize: { prompt: "consent", audience: "crm" }, token: {}, refresh: {} },
        },
      },
    });
  });

  it("are the document itself where there are none, and are parsed once for each that there are", () => {
    expect(overlay(document, {}).document).toBe(document);
    const one = overlay(document, refresh({ bufferSeconds: 7, timeoutSeconds: 8 }));
    expect(overlay(document, refresh({ timeoutSeconds: 8, bufferSeconds: 7 }))).toBe(one);
  });

  it("that don't fit leave the document as it is, and say why", () => {
    const laid = overlay(document, refresh({ bufferSeconds: -1 }));
    expect(laid.document).toBe(document);
    expect(laid.errors[0]?.pointer).toBe("/credentials/config/refresh/bufferSeconds");
  });
});

describe("overrides over a document that was stored before a rule came", () => {
  const stored = storedDocument({ config: { params: { authorize: { response_mode: "form_post" } } } });
  const scope = config({ scope: ["contacts.read"] });

  it("are not to blame for what it breaks itself: its accounts go on", () => {
    expect(documentFaults(stored).map((fault) => fault.path)).toEqual([
      ["credentials", "config", "params", "authorize", "response_mode"],
    ]);
    const laid = overlay(stored, scope);
    expect(laid.errors).toEqual([]);
    expect(configOf(laid.document).scope).toEqual(["contacts.read"]);
    expect(checkOverrides(stored, scope, "environment")).toEqual([]);
    expect(findUnfit(stored, scope, [scope])).toBeNull();
  });

  it("are to blame for what they break", () => {
    const broken = config({ params: { authorize: { response_type: "token" } } });
    const errors = [{ pointer: "/credentials/config/params/authorize/response_type" }];
    expect(overlay(stored, broken)).toMatchObject({ document: stored, errors });
    expect(findUnfit(stored, scope, [broken])).toMatchObject({ level: "account", errors });
  });
});

describe("overrides that a caller gives", () => {
  it.each<[why: string, overrides: Overrides, pointer: string, detail: RegExp]>([
    [
      "a value of the wrong kind",
      refresh({ bufferSeconds: "long" }),
      "/overrides/credentials/config/refresh/bufferSeconds",
      /number/,
    ],
    [
      "a value out of bounds",
      refresh({ timeoutSeconds: 90 }),
      "/overrides/credentials/config/refresh/timeoutSeconds",
      /25/,
    ],
    [
      "an entry of a list",
      refresh({ windowSeconds: [1, 3_155_760_001] }),
      "/overrides/credentials/config/refresh/windowSeconds/1",
      /./,
    ],
    [
      "a template that names nothing",
      config({ params: { token: { shop: "{nobody}" } } }),
      "/overrides/credentials/config/params/token/shop",
      /names nothing/,
    ],
    [
      "an expression that does not parse",
      { api: { rateLimit: { expression: "(" } } },
      "/overrides/api/rateLimit/expression",
      /./,
    ],
    [
      "a header that Evergrant writes",
      config({ options: { headers: { dpop: "x" } } }),
      "/overrides/credentials/config/options/headers/dpop",
      /Evergrant/,
    ],
    [
      "a host",
      config({ auth: { tokenHost: "https://evil.example" } }),
      "/overrides/credentials/config/auth/tokenHost",
      /where credentials go/,
    ],
    [
      "a client secret",
      config({ client: { client_secret: "hush" } }),
      "/overrides/credentials/config/client/client_secret",
      /sealed/,
    ],
  ])("are refused by name: %s", (_, overrides, pointer, detail) => {
    const [error, ...others] = checkOverrides(document, overrides, "environment");
    expect([error, others]).toEqual([{ pointer, detail: expect.stringMatching(detail) as string }, []]);
    expect(() => changeOverrides(document, {}, [overrides], "environment")).toThrow("invalid_request");
  });

  it("are refused where they are deeper or longer than any document", () => {
    const deep = JSON.parse(`${'{"a":'.repeat(5000)}1${"}".repeat(5000)}`) as Overrides;
    const long = config({
      params: { token: Object.fromEntries(Array.from({ length: 12 }, (_, n) => [`a${n}`, "x".repeat(1900)])) },
    });
    for (const overrides of [deep, long]) {
      expect(() => changeOverrides(document, {}, [overrides], "account")).toThrow(
        expect.objectContaining({ errors: [{ pointer: "/overrides", detail: expect.any(String) as string }] }) as Error,
      );
    }
  });

  it("tell which fields a change touched, without their values", () => {
    const before = { credentials: { config: { scope: ["a"], refresh: { bufferSeconds: 1 } } } };
    const after = { credentials: { config: { scope: ["a"], refresh: { timeoutSeconds: 2 } } } };
    expect(changedFields(before, after)).toEqual([
      "/credentials/config/refresh/bufferSeconds",
      "/credentials/config/refresh/timeoutSeconds",
    ]);
  });

  it("are the same in whichever order their names come", () => {
    expect(canonicalJson({ b: [{ d: 1, c: 2 }], a: null })).toBe(canonicalJson({ a: null, b: [{ c: 2, d: 1 }] }));
  });
});

/** Overrides of fields that any level may change, each with whatever it may hold. */
const aLevel = fc
  .record(
    {
      scope: fc.array(fc.stringMatching(/^[a-z.]{1,10}$/), { maxLength: 3 }),
      tokenExpiryDuration: fc.integer({ min: 1, max: 9999 }),
      params: fc.record(
        {
          authorize: fc.dictionary(fc.stringMatching(/^[a-d]$/), fc.stringMatching(/^[a-z]{0,5}$/), { minKeys: 1 }),
          token: fc.dictionary(fc.stringMatching(/^[a-d]$/), fc.integer(), { minKeys: 1 }),
        },
        { requiredKeys: [] },
      ),
      refresh: fc.record(
        {
          bufferSeconds: fc.integer({ min: 0, max: 999 }),
          windowSeconds: fc.tuple(fc.integer({ min: 0, max: 9 }), fc.integer({ min: 10, max: 99 })),
          retry: fc.record(
            { factor: fc.integer({ min: 1, max: 10 }), capSeconds: fc.integer({ min: 1, max: 99 }) },
            { requiredKeys: [] },
          ),
          rotation: fc.record(
            { rule: fc.constantFrom("none", "single_use", "family_revocation") },
            { requiredKeys: [] },
          ),
        },
        { requiredKeys: [] },
      ),
    },
    { requiredKeys: [] },
  )
  .map((fields) => patchOverrides({}, config(fields)));

describe("of three levels", () => {
  it("the most specific one wins, for every field by itself, and is the one that is named", () => {
    fc.assert(
      fc.property(aLevel, aLevel, (environment, account) => {
        const merged = new Map(leavesOf(overlay(overlay(document, environment).document, account).document));
        const [base, first, second] = [document, environment, account].map((one) => new Map(leavesOf(one)));
        const effective = effectiveValues<"platform" | "environment" | "account">({ document, origin: "platform" }, [
          { origin: "environment", overrides: environment },
          { origin: "account", overrides: account },
        ]);
        expect(Object.keys(effective).toSorted()).toEqual([...merged.keys()].toSorted());
        for (const [pointer, value] of merged) {
          const [from, expected] = second?.has(pointer)
            ? ["account", second.get(pointer)]
            : first?.has(pointer)
              ? ["environment", first.get(pointer)]
              : ["platform", base?.get(pointer)];
          expect([pointer, value]).toEqual([pointer, expected]);
          expect([pointer, effective[pointer]]).toEqual([pointer, { value: expected, origin: from }]);
        }
      }),
    );
  });

  it("none moves credentials to another host, whatever may be overridden", () => {
    fc.assert(
      fc.property(aLevel, aLevel, (environment, account) => {
        expect(checkOverrides(document, environment, "environment")).toEqual([]);
        expect(describeHosts(overlay(overlay(document, environment).document, account).document)).toBe(
          describeHosts(document),
        );
      }),
    );
  });

  it("a level that does not fit is left out of what is told, and what follows from an override is of its level", () => {
    const told = effectiveValues<"platform" | "environment" | "account">({ document, origin: "platform" }, [
      { origin: "environment", overrides: { api: { rateLimit: { reset: { header: "x-reset" } } } } },
      { origin: "account", overrides: refresh({ bufferSeconds: -1 }) },
    ]);
    expect(told["/api/rateLimit/reset/unit"]).toEqual({ value: "seconds", origin: "environment" });
    expect(told["/credentials/config/refresh/bufferSeconds"]).toEqual({ value: 30, origin: "platform" });
  });
});
