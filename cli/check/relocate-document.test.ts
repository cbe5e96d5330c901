import { describe, expect, it } from "vitest";
import { oauthConfigOf } from "#core/domain/integration/integration-document";
import { exampleDocument } from "#test/fakes/in-memory-integration-store";
import { fullDocuments } from "#test/fields/full-documents";
import { leftAside, relocateDocument } from "./relocate-document.ts";

const to = { tokenOrigin: "http://127.0.0.1:1", otherOrigin: "http://127.0.0.1:2", timeoutSeconds: 5 };

/** Everything in a document but its words for people, and the issuer, which is compared and never called. */
function callable(document: unknown): string {
  return JSON.stringify(document, (key, value: unknown) =>
    ["$schema", "sources", "issuer", "pattern", "suffix", "prefix"].includes(key) ? undefined : value,
  );
}

describe("a document in a check", () => {
  it.each(fullDocuments.map((one) => [one.name, one] as const))(
    "%s names no host of the provider any more",
    (_name, document) => {
      const before = callable(document).match(/https?:\/\/[^"/]+/g) ?? [];
      const after = callable(relocateDocument(document, to)).match(/https?:\/\/[^"/]+/g) ?? [];
      expect(after.filter((host) => host !== to.tokenOrigin && host !== to.otherOrigin)).toEqual([]);
      expect(after.length).toBeGreaterThanOrEqual(before.length);
    },
  );

  it("keeps its paths, also behind a host that a field stands for", () => {
    const document = exampleDocument({ api: { baseUrl: "https://api.acme.example/v2" } });
    const moved = relocateDocument(document, to);
    expect(moved.api?.baseUrl).toBe("http://127.0.0.1:2/v2");
    expect(relocateDocument({ ...document, api: { baseUrl: "{instance}/v3" } }, to).api?.baseUrl).toBe(
      "http://127.0.0.1:2/v3",
    );
    expect(oauthConfigOf(moved)?.auth).toMatchObject({ tokenHost: to.tokenOrigin, tokenPath: "/oauth/token" });
  });

  it("keeps its policy, but for what concerns many accounts, and waits for nobody longer than a check may take", () => {
    const refresh = {
      rotation: { rule: "grace", graceSeconds: 60 },
      perMinute: 1,
      concurrency: 1,
      massFailure: { accounts: 1 },
    };
    const moved = oauthConfigOf(relocateDocument(exampleDocument({ config: { refresh } }), to))?.refresh;
    expect(moved).toMatchObject({ rotation: { rule: "grace", graceSeconds: 60 }, perMinute: null, concurrency: null });
    expect([moved?.massFailure.accounts, moved?.timeoutSeconds]).toEqual([1_000_000, 5]);
  });

  it("carries no client of its own: a real secret has no business in a check", () => {
    const client = { client_id: "real", client_secret: "hush" };
    expect(JSON.stringify(relocateDocument(exampleDocument({ config: { client } }), to))).not.toContain("hush");
  });

  it("calls the second step apart from the token endpoint, and shows no certificate", () => {
    const exchange = { path: "/oauth/token", params: {} };
    const moved = oauthConfigOf(
      relocateDocument(exampleDocument({ config: { exchange, options: { authorizationMethod: "mtls" } } }), to),
    );
    expect(moved?.exchange?.host).toBe(to.otherOrigin);
    expect(moved?.options.authorizationMethod).toBe("none");
  });

  it("says what is left aside, and nothing where nothing is", () => {
    const aside = (config: Record<string, unknown>): readonly string[] => leftAside(exampleDocument({ config }));
    expect(aside({})).toEqual([]);
    expect(aside({ refresh: { perMinute: 10 } })).toEqual([expect.stringContaining("its budget") as string]);
    expect(aside({ options: { authorizationMethod: "mtls" } })).toEqual([
      expect.stringContaining("its client certificate") as string,
    ]);
  });
});
