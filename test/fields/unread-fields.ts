// The fields of the integration document that no code reads, each with its reason. The list only shrinks: an entry that is read
// after all fails the test, and so does a field that is neither read, nor refused (not-yet-supported.ts), nor here.
// Patterns: a leaf of schema-leaves.ts, or the beginning of some, with a slash at its end.

/** Words for people, or for programs that edit documents. */
export const forPeople: Readonly<Record<string, string>> = {
  "/$schema": "names the schema for editors",
  "/notes": "tells an operator what must be known",
  "/sources/*": "tells where the facts come from",
};

/** Used, in a place that this test can't watch; `test` shows it. */
export const shownElsewhere: Readonly<Record<string, { readonly why: string; readonly test: string }>> = {
  "/credentials(oauth2)/config/client/": {
    why: "is taken out of what putIntegration parsed itself, and sealed",
    test: "core/usecases/administer-integrations.test.ts",
  },
  "/authorization(header)/config/": {
    why: "is read where a call is made with it: a probe, or who was connected",
    test: "core/domain/integration/authorize-call.test.ts",
  },
  ...Object.fromEntries(
    ["idleLifetimeSeconds", "absoluteLifetimeSeconds"].map((field) => [
      `/credentials(oauth2)/config/refresh/${field}`,
      {
        why: "is read where the next ends of grants are looked for",
        test: "core/domain/integration/grant-life.test.ts",
      },
    ]),
  ),
  ...Object.fromEntries(
    ["/type", "(cursor)/", "(link)/", "(offset)/", "(page)/"].map((kind) => [
      `/api/pagination${kind}`,
      { why: "is read where pages of a list are followed", test: "core/usecases/read-page.test.ts" },
    ]),
  ),
  "/unified/": {
    why: "is read where records are listed, read and written",
    test: "core/usecases/unified/unified-records.test.ts",
  },
  "/inputs/*/options/*/label": {
    why: "is handed on to the connect page, which offers the choices under it",
    test: "e2e/connect.spec.ts",
  },
};

/** Accepted and stored, and without effect until the part that reads it is there (ADR 0012; README, Not yet). */
export const notUsedYet: Readonly<Record<string, string>> = {
  "/credentials(oauth2)/config/refresh/maxGrantsPerUser": "no alert before a grant ends yet",
  "/authorization(bearer)/config/path": "nothing else can be said yet",
  "/api/pagination(cursor)/limitParameter": "for the unified API; callers of the proxy name it themselves",
  "/api/pagination(link)/limitParameter": "for the unified API; callers of the proxy name it themselves",
  "/api/pagination(offset)/limitParameter": "for the unified API; callers of the proxy name it themselves",
  "/api/pagination(page)/limitParameter": "for the unified API; callers of the proxy name it themselves",
};
