import { describe, expect, it } from "vitest";
import { overridableFields, type OverrideLevel } from "#core/domain/integration/overridable-fields";
import { changeOverrides, type Overrides } from "#core/domain/integration/overrides";
import type { IntegrationDocument } from "#core/domain/integration/integration-document";
import { exampleDocument } from "#test/fakes/in-memory-integration-store";
import { unifiedSchema } from "#core/domain/unified/mapping-schema";
import { fullMapping } from "#test/fields/full-mappings";
import { addLink, depart } from "#test/fakes/connect-trip";
import { caller, createWorld, environmentId } from "#test/fakes/world";
import { importAccount } from "./import-account.ts";
import { loadIntegration, type LoadedIntegration } from "./load-integration.ts";

const cursorPages = { type: "cursor", items: "data", next: "after", parameter: "after" };
const numberedPages = { type: "page", items: "data", parameter: "page" } as const;
/** Its lists are paged as the API is, unless something is laid over them. */
const mapping = fullMapping(undefined);
const document: IntegrationDocument = {
  ...exampleDocument({ api: { baseUrl: "https://api.acme.example", pagination: numberedPages } }),
  unified: unifiedSchema.parse({ crm: { contacts: mapping } }),
};
const api = ({ configured }: LoadedIntegration): IntegrationDocument["api"] => configured.document.api;

/**
 * For every field that can be overridden, a value, and where the engine finds it: in the integration that refreshes, connections,
 * imports, probes and revocations are made with.
 */
const effects: Readonly<
  Record<string, readonly [value: unknown, read: (loaded: LoadedIntegration) => unknown, expected?: unknown]>
> = {
  "/credentials/config/scope": ["a b", ({ resolved }) => resolved.scopes, ["a", "b"]],
  "/credentials/config/tokenExpiryDuration": [77, ({ resolved }) => resolved.tokenExpiryDuration],
  "/credentials/config/refresh/rotation/rule": [
    "none",
    ({ resolved }) => resolved.refreshPolicy.rotation,
    { rule: "none" },
  ],
  "/credentials/config/refresh/rotation/graceSeconds": [
    9,
    ({ resolved }) => resolved.refreshPolicy.rotation,
    { rule: "grace", graceSeconds: 9 },
  ],
  "/credentials/config/refresh/oldAccessTokenDies": [
    true,
    ({ configured }) =>
      (configured.document.credentials.config as { refresh: Overrides }).refresh["oldAccessTokenDies"],
  ],
  "/credentials/config/refresh/windowSeconds": [[5, 6], ({ resolved }) => resolved.refreshPolicy.windowSeconds],
  "/credentials/config/refresh/bufferSeconds": [7, ({ resolved }) => resolved.refreshPolicy.bufferSeconds],
  "/credentials/config/refresh/earliestSeconds": [62, ({ resolved }) => resolved.refreshPolicy.earliestSeconds, 60],
  "/credentials/config/refresh/quietHoursUtc": [[22, 4], ({ resolved }) => resolved.refreshPolicy.quietHoursUtc],
  "/credentials/config/refresh/timeoutSeconds": [8, ({ resolved }) => resolved.refreshPolicy.timeoutSeconds],
  "/credentials/config/refresh/failureRules": [
    [{ id: "gone", errors: ["gone"], class: "reauthorize", meaning: "It is gone." }],
    ({ resolved }) => resolved.refreshPolicy.failureRules.map((rule) => rule.id),
    ["acme-crm.gone"],
  ],
  "/credentials/config/refresh/retry/initialSeconds": [
    11,
    ({ resolved }) => resolved.refreshPolicy.retry.initialSeconds,
  ],
  "/credentials/config/refresh/retry/factor": [3, ({ resolved }) => resolved.refreshPolicy.retry.factor],
  "/credentials/config/refresh/retry/capSeconds": [12, ({ resolved }) => resolved.refreshPolicy.retry.capSeconds],
  "/credentials/config/refresh/concurrency": [4, ({ resolved }) => resolved.refreshPolicy.budget.concurrency],
  "/credentials/config/refresh/perMinute": [60, ({ resolved }) => resolved.refreshPolicy.budget.perMinute],
  "/credentials/config/refresh/massFailure/accounts": [
    5,
    ({ resolved }) => resolved.refreshPolicy.massFailure.accounts,
  ],
  "/credentials/config/refresh/massFailure/share": [0.5, ({ resolved }) => resolved.refreshPolicy.massFailure.share],
  "/credentials/config/refresh/massFailure/windowSeconds": [
    61,
    ({ resolved }) => resolved.refreshPolicy.massFailure.windowSeconds,
  ],
  "/credentials/config/params/authorize/*": ["x", ({ resolved }) => resolved.authorizeParams["a"]],
  "/credentials/config/params/token/*": ["x", ({ resolved }) => resolved.tokenParams["a"]],
  "/credentials/config/params/refresh/*": ["x", ({ resolved }) => resolved.refreshParams["a"]],
  "/credentials/config/options/headers/*": ["x", ({ resolved }) => resolved.requestHeaders["a"]],
  "/api/headers/*": ["x", (loaded) => api(loaded)?.headers?.["a"]],
  "/api/rateLimit/limit": ["x-l", (loaded) => api(loaded)?.rateLimit?.limit],
  "/api/rateLimit/remaining": ["x-m", (loaded) => api(loaded)?.rateLimit?.remaining],
  "/api/rateLimit/reset/header": ["x-r", (loaded) => api(loaded)?.rateLimit?.reset?.header],
  "/api/rateLimit/reset/unit": ["iso", (loaded) => api(loaded)?.rateLimit?.reset?.unit],
  "/api/rateLimit/retryAfter/header": ["x-a", (loaded) => api(loaded)?.rateLimit?.retryAfter?.header],
  "/api/rateLimit/retryAfter/unit": ["iso", (loaded) => api(loaded)?.rateLimit?.retryAfter?.unit],
  "/api/rateLimit/expression": ["body.limited", (loaded) => api(loaded)?.rateLimit?.expression],
  "/api/rateLimit/waitExpression": ["body.wait", (loaded) => api(loaded)?.rateLimit?.waitExpression],
};

/** Of a mapping: what is laid over the part, which is read where records are; "'other'" for the others. */
const mappingValues: Readonly<Record<string, unknown>> = {
  form: "uuid",
  lengths: [18],
  method: "PUT",
  path: "/other",
  maxLimit: 7,
  filters: ["email"],
  type: "cursor",
  firstPage: 0,
  readsFirst: false,
  writeOn: "update",
};

function mappingPath(pointer: string): string[] {
  const names: Readonly<Record<string, string>> = { fields: "first_name", customFields: "tier", sort: "updated_at" };
  const parts = pointer.replace("/unified/*/*", "/unified/crm/contacts").split("/").slice(1);
  return parts.map((key, index) => (key === "*" ? (names[parts[index - 1] ?? ""] ?? "/a") : key));
}

function mappingEffect(pointer: string): (typeof effects)[string] {
  const path = mappingPath(pointer);
  const read = (value: unknown): unknown => path.reduce<any>((inner, key) => inner?.[key], value);
  const value = mappingValues[pointer.split("/").at(-1) ?? ""] ?? "'other'";
  return [value, ({ configured }) => read(configured.document)];
}

/** Pages are laid over as a whole: they are of one kind. */
function mappingNeighbours(pointer: string): Overrides {
  if (pointer.endsWith("/ids/lengths")) return { unified: { crm: { contacts: { ids: { form: "digits" } } } } };
  const [, place = ""] = /^\/unified\/\*\/\*\/endpoints\/(\w+)\/pagination\//.exec(pointer) ?? [];
  if (place === "") return {};
  const pagination = /\/(?:more|firstPage)$/.test(pointer) ? numberedPages : cursorPages;
  return { unified: { crm: { contacts: { endpoints: { [place]: { pagination } } } } } };
}

/** What has no meaning without its neighbour comes with it. */
const neighbours: Readonly<Record<string, Overrides>> = {
  "/credentials/config/refresh/rotation/graceSeconds": {
    credentials: { config: { refresh: { rotation: { rule: "grace" } } } },
  },
  "/api/rateLimit/reset/unit": { api: { rateLimit: { reset: { header: "x-r" } } } },
  "/api/rateLimit/retryAfter/unit": { api: { rateLimit: { retryAfter: { header: "x-a" } } } },
};

function pieceOf(pointer: string, value: unknown): Overrides {
  const isMapping = pointer.startsWith("/unified/");
  const path = isMapping ? mappingPath(pointer) : pointer.replace("*", "a").split("/").slice(1);
  return path.reduceRight<unknown>((inner, key) => ({ [key]: inner }), value) as Overrides;
}

const cases = Object.entries(overridableFields).flatMap(([pointer, levels]) =>
  levels.map((level): [string, OverrideLevel] => [pointer, level]),
);

describe("an override takes effect where requests are made", () => {
  it.each(cases)("%s, by the %s", async (pointer, level) => {
    const isMapping = pointer.startsWith("/unified/");
    const effect = isMapping ? mappingEffect(pointer) : effects[pointer];
    if (effect === undefined) throw new Error(`no effect is known of ${pointer}`);
    const [value, read, expected = value] = effect;
    const world = await createWorld({ document });
    const configured = await world.integrations.find(environmentId, document.name);
    if (configured === null) throw new Error("not defined");
    const patches = [isMapping ? mappingNeighbours(pointer) : (neighbours[pointer] ?? {}), pieceOf(pointer, value)];
    const overrides = changeOverrides(configured.document, {}, patches, level);
    if (level === "environment") world.integrations.set({ ...configured, overrides });
    const plain = await world.addAccount();
    const account = await world.addAccount({ id: "ia_own", overrides: level === "account" ? overrides : {} });
    const loaded = await loadIntegration(world.integrations, account);
    expect(read(loaded)).toEqual(expected);
    const other = await loadIntegration(world.integrations, level === "account" ? plain : account);
    if (level === "account") expect(read(other)).not.toEqual(expected);
  });
});

describe("an account that is imported with overrides", () => {
  const tokens = {
    format: "oauth2",
    accessToken: "access",
    refreshToken: "refresh",
    expiresAt: null,
    expiresIn: null,
    scopes: null,
  } as const;
  const input = {
    integrationName: "acme-crm",
    tenantId: "tenant",
    credentials: tokens,
    inputs: {},
    externalAccount: null,
    metadata: {},
  };

  it("has them from its first token set on", async () => {
    const world = await createWorld();
    const overrides = { credentials: { config: { scope: ["only.this"], tokenExpiryDuration: 600 } } };
    const account = await importAccount(world, caller, { ...input, overrides });
    expect(account).toMatchObject({ overrides, scopesRequested: ["only.this"], scopesGranted: ["only.this"] });
    expect(Number(account.expiresAt) - world.clock.now().getTime()).toBe(600_000);
  });

  it("is not made where one of them can't be overridden", async () => {
    const world = await createWorld();
    const overrides = { credentials: { config: { auth: { tokenHost: "https://evil.example" } } } };
    await expect(importAccount(world, caller, { ...input, overrides })).rejects.toMatchObject({
      code: "invalid_request",
      errors: [{ pointer: "/overrides/credentials/config/auth/tokenHost" }],
    });
    expect(world.accounts.audit).toEqual([]);
  });
});

describe("a customer who comes back to an account with overrides", () => {
  it("is asked for what they say", async () => {
    const world = await createWorld();
    const overrides = { credentials: { config: { scope: ["own.scope"], params: { authorize: { prompt: "login" } } } } };
    await world.addAccount({ overrides });
    const link = await addLink(world, { integratedAccountId: "ia_one" });
    const { searchParams } = await depart(world, link.id);
    expect([searchParams.get("scope"), searchParams.get("prompt")]).toEqual(["own.scope", "login"]);
    const other = await depart(world, (await addLink(world)).id);
    expect(other.searchParams.get("prompt")).toBeNull();
  });
});

describe("a definition that changed so that overrides don't fit it", () => {
  it("is not asked with, and valid tokens are served all the same", async () => {
    const world = await createWorld();
    const configured = await world.integrations.find(environmentId, "acme-crm");
    if (configured === null) throw new Error("not defined");
    const overrides = { credentials: { config: { params: { token: { shop: "{shop}" } } } } };
    world.integrations.set({ ...configured, overrides });
    const account = await world.addAccount({ expiresInSeconds: 3000 });
    await expect(loadIntegration(world.integrations, account)).rejects.toMatchObject({
      code: "client_misconfigured",
      detail: expect.stringContaining("/credentials/config/params/token/shop") as string,
      extensions: { reason: "overrides_invalid" },
    });
  });
});
