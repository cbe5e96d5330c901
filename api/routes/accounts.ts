import { z, type OpenAPIHono } from "@hono/zod-openapi";
import { DomainError } from "#core/domain/problem/domain-error";
import { isVisible, type Caller } from "#core/domain/access/permission";
import type { Account } from "#core/domain/account/account";
import type { Overrides } from "#core/domain/integration/overrides";
import { disconnectAccount } from "#core/usecases/disconnect-account";
import { findReadable } from "#core/usecases/find-readable";
import { importAccount, type ImportedCredentials } from "#core/usecases/import-account";
import { notFound, problemOf } from "#core/usecases/account-problem";
import { serveCredentials } from "#core/usecases/serve-credentials";
import { addSecretOfOwnClient } from "#core/usecases/add-secret-of-own-client";
import { replaceOwnClient } from "#core/usecases/replace-own-client";
import { updateAccount } from "#core/usecases/update-account";
import { refreshAccount } from "#core/usecases/refresh-account";
import { releaseAccount } from "#core/usecases/release-account";
import { readSealedFacts } from "#adapters/postgres/account-history/read-sealed-facts";
import { listAttempts } from "#adapters/postgres/account-lists";
import type { ApiEnvironment, ApiPorts } from "../api-environment.ts";
import { createRoute } from "../openapi/create-route.ts";
import { decodeCursor, pageOf } from "../cursor.ts";
import { refuseEndpointOverrides } from "../auth/refuse-endpoint-overrides.ts";
import { demand } from "../auth/authenticate.ts";
import { demandConfirmed } from "../auth/demand-confirmed.ts";
import {
  accountDetailSchema,
  accountSchema,
  credentialsSchema,
  disconnectionSchema,
  tokenQuerySchema,
  tokenSchema,
} from "../schemas/account.ts";
import { accountImportSchema, accountPatchSchema } from "../schemas/account-import.ts";
import { attemptListQuerySchema, attemptPageSchema } from "../schemas/attempt.ts";
import { nothingSchema } from "../schemas/primitives.ts";
import { answer, body, needs, problems } from "../schemas/problem.ts";
import { toAccountView, toAttemptView, toSealedFactsView } from "../views/account-view.ts";
import { toEffectiveOfAccount } from "../views/integration-view.ts";
import { toTokenView } from "../views/token-view.ts";

// A malformed id is one that does not exist: the same answer, so that ids tell nothing.
const params = z.object({
  id: z.string().max(100).openapi({ description: "The account's id.", example: "ia_2f8k3mzq0v7w1x9y4t6r5p8n" }),
});
const tags = ["Accounts"];
/** Longer than a call through the proxy goes without a second look at its account. */
const settleMs = 50;

export function accountRoutes(app: OpenAPIHono<ApiEnvironment>, ports: ApiPorts): void {
  const find = async (caller: Caller, id: string): Promise<Account> => {
    const account = await ports.accounts.find(caller.environmentId, id);
    if (account === null || !isVisible(caller, account)) throw notFound();
    return account;
  };

  const detail = async (caller: Caller, account: Account) => ({
    ...toAccountView(account, caller.environment),
    inputs: account.inputs,
    own_client_id: account.clientId,
    credential: toSealedFactsView(caller, await readSealedFacts(ports.pool, account)),
    overrides: account.overrides,
    effective: toEffectiveOfAccount(
      await findReadable(ports.integrations, account.environmentId, account.integrationName),
      account,
      ports.clock.now(),
    ),
  });

  app.openapi(
    createRoute({
      method: "post",
      path: "/integrated-accounts",
      operationId: "importAccount",
      summary: "Import existing credentials",
      description:
        "Takes over a token set, or credentials that somebody typed, and keeps them alive from now on. A past expiry is fine, and so are several accounts for one tenant and integration. Typed credentials are tried at the provider first.",
      tags,
      security: needs("accounts:write"),
      request: {
        body: body(accountImportSchema, {
          "A token set": {
            integration_name: "acme-crm",
            tenant_id: "acme",
            credentials: { oauth2: { access_token: "...", refresh_token: "...", expires_in: 3600 } },
          },
          "An API key": {
            integration_name: "acme-mail",
            tenant_id: "acme",
            credentials: { api_key: { api_key: "..." } },
          },
        }),
      },
      responses: { 201: answer(accountDetailSchema, "The account, active"), ...problems(409, 422, 429, 502, 503, 504) },
    }),
    async (context) => {
      const caller = context.get("caller");
      demand(caller, "accounts:write");
      const input = context.req.valid("json");
      refuseOutOfScope(caller, input.tenant_id, input.integration_name);
      refuseEndpointOverrides(caller, input.overrides);
      const once = context.get("once");
      const account = await importAccount(ports, caller, {
        ...(once === undefined ? {} : { id: once.id("ia") }),
        integrationName: input.integration_name,
        tenantId: input.tenant_id,
        credentials: toImportedCredentials(input.credentials),
        inputs: input.inputs ?? {},
        fields: input.fields ?? {},
        externalAccount:
          input.external_account === undefined
            ? null
            : { id: input.external_account.id, label: input.external_account.label ?? null },
        overrides: input.overrides ?? {},
        metadata: input.metadata ?? {},
      });
      return context.json(await detail(caller, account), 201);
    },
  );

  app.openapi(
    createRoute({
      method: "get",
      path: "/integrated-accounts/{id}",
      operationId: "getAccount",
      summary: "One account, and every value in force for it with the level that says it",
      description: "Never a secret. `effective` names every value in force, with the level that says it.",
      tags,
      security: needs("accounts:read"),
      request: { params },
      responses: { 200: answer(accountDetailSchema, "The account"), ...problems(404) },
    }),
    async (context) => {
      const caller = context.get("caller");
      demand(caller, "accounts:read");
      const account = await find(caller, context.req.valid("param").id);
      return context.json(await detail(caller, account), 200);
    },
  );

  app.openapi(
    createRoute({
      method: "patch",
      path: "/integrated-accounts/{id}",
      operationId: "updateAccount",
      summary: "Change an account's metadata, its overrides, or the OAuth client that it brought itself",
      description:
        "All of it in one write. A client secret of the account's own is tried at the provider first; what does not work changes nothing.",
      tags,
      security: needs("accounts:write"),
      request: {
        params,
        body: body(accountPatchSchema, {
          "Your own facts": { metadata: { plan: "team" } },
          "Another value for this account": {
            overrides: { credentials: { config: { refresh: { bufferSeconds: 120 } } } },
          },
        }),
      },
      responses: {
        200: answer(accountDetailSchema, "The account"),
        ...problems(404, 409, 410, 422, 429, 502, 503, 504),
      },
    }),
    async (context) => {
      const caller = context.get("caller");
      demand(caller, "accounts:write");
      const { id } = context.req.valid("param");
      const { metadata = null, overrides } = context.req.valid("json");
      refuseEndpointOverrides(caller, overrides);
      const { environmentId, id: accountId } = await find(caller, id);
      const { client, patch } = splitOverrides(overrides);
      const input = { environmentId, accountId, metadata, overrides: patch, actor: caller.id };
      const change = async (): Promise<Account> => {
        if (client === null) return await updateAccount(ports, input);
        const { client_id: clientId = null, client_secret: clientSecret } = client;
        const give = client.format === "oauth2" ? addSecretOfOwnClient : replaceOwnClient;
        return await give(ports, { ...input, clientId, clientSecret });
      };
      return context.json(await detail(caller, await change()), 200);
    },
  );

  app.openapi(
    createRoute({
      method: "delete",
      path: "/integrated-accounts/{id}",
      operationId: "disconnectAccount",
      summary: "Disconnect: revoke at the provider and erase the tokens",
      description:
        "Erases the tokens here, then revokes them at the provider where it has a way to. For good: the customer connects anew.",
      tags,
      security: needs("accounts:write"),
      request: { params },
      responses: { 200: answer(disconnectionSchema, "Disconnected"), ...problems(404, 409) },
    }),
    async (context) => {
      const caller = context.get("caller");
      demand(caller, "accounts:write");
      const { id } = await find(caller, context.req.valid("param").id);
      const { revocation } = await disconnectAccount(ports, {
        environmentId: caller.environmentId,
        accountId: id,
        actor: caller.id,
      });
      // Whoever read the account before it ended has sent by now what it was about to send, or looks once more (C2).
      await ports.clock.sleep(settleMs);
      return context.json({ id, status: "disconnected" as const, revocation }, 200);
    },
  );

  app.openapi(
    createRoute({
      method: "post",
      path: "/integrated-accounts/{id}/refresh",
      operationId: "refreshAccount",
      summary: "Refresh now, whatever the schedule says",
      description:
        "Callers who come while a refresh runs share its result. A failure is a problem even while the old token is valid, which stays.",
      tags,
      security: needs("accounts:write"),
      request: { params, body: { required: false, content: { "application/json": { schema: nothingSchema } } } },
      responses: {
        200: answer(accountSchema, "The account with its new token set"),
        ...problems(404, 409, 410, 422, 429, 502, 504),
      },
    }),
    async (context) => {
      const caller = context.get("caller");
      demand(caller, "accounts:write");
      const account = await find(caller, context.req.valid("param").id);
      // Asked again by a request that was cut off: what has been refreshed since the first is not refreshed again.
      const seen = { version: account.credentialVersion, fence: Number(account.credentialFence) };
      const { version: seenVersion, fence } = (await context.get("once")?.remember(seen)) ?? seen;
      const outcome = await refreshAccount(
        ports,
        {
          environmentId: caller.environmentId,
          accountId: account.id,
          demand: { reason: "forced", minTtlSeconds: null, seenVersion, seenFence: BigInt(fence) },
          actor: caller.id,
        },
        context.req.raw.signal,
      );
      if (outcome.kind !== "refreshed") throw problemOf(outcome, ports.clock.now());
      return context.json(toAccountView(outcome.account, caller.environment), 200);
    },
  );

  app.openapi(
    createRoute({
      method: "post",
      path: "/integrated-accounts/{id}/release",
      operationId: "releaseAccount",
      summary: "Let an account go that the mass-disconnect guard holds",
      description:
        "It is due at once, and the provider decides. The others stay held: POST /integrations/{name}/mass-failure/release lets all of them go. Of one that is not held nothing changes.",
      tags,
      security: needs("accounts:write"),
      request: { params, body: { required: false, content: { "application/json": { schema: nothingSchema } } } },
      responses: { 200: answer(accountSchema, "The account"), ...problems(404, 409, 422) },
    }),
    async (context) => {
      const caller = context.get("caller");
      demand(caller, "accounts:write");
      const { id } = await find(caller, context.req.valid("param").id);
      const { environmentId, id: actor } = caller;
      const account = await releaseAccount(ports, { environmentId, accountId: id, actor });
      return context.json(toAccountView(account, caller.environment), 200);
    },
  );

  app.openapi(
    createRoute({
      method: "get",
      path: "/integrated-accounts/{id}/token",
      operationId: "getToken",
      summary: "A token that lives at least min_ttl seconds",
      description:
        "Refreshes first where the token would end earlier. When that fails, or the provider's tokens never live that long, the best token that is still valid comes with `refresh`; a problem comes only when none is valid.",
      tags: ["Tokens"],
      security: needs("tokens:read"),
      request: {
        params,
        query: tokenQuerySchema,
      },
      responses: {
        200: answer(
          z.union([tokenSchema, credentialsSchema]),
          "The token; for the formats api_key, basic and custom what was typed, whatever min_ttl asks",
        ),
        ...problems(404, 409, 410, 422, 429, 502, 504),
      },
    }),
    async (context) => {
      const caller = context.get("caller");
      demand(caller, "tokens:read");
      demandConfirmed(ports, caller);
      const read = await serveCredentials(ports, {
        environmentId: caller.environmentId,
        accountId: context.req.valid("param").id,
        minTtlSeconds: context.req.valid("query").min_ttl ?? null,
        actor: caller.id,
        isVisible: (account) => isVisible(caller, account),
      });
      return context.json(toTokenView(read, ports.clock.now()), 200);
    },
  );

  app.openapi(
    createRoute({
      method: "get",
      path: "/integrated-accounts/{id}/refresh-attempts",
      operationId: "listRefreshAttempts",
      summary: "What was tried and why, newest first",
      description: "Each with the rule that decided and an explanation in words.",
      tags,
      security: needs("accounts:read"),
      request: { params, query: attemptListQuerySchema },
      responses: { 200: answer(attemptPageSchema, "A page of attempts"), ...problems(404, 422) },
    }),
    async (context) => {
      const caller = context.get("caller");
      demand(caller, "accounts:read");
      const account = await find(caller, context.req.valid("param").id);
      const query = context.req.valid("query");
      const rows = await listAttempts(
        ports.prisma,
        caller.environmentId,
        account.id,
        decodeCursor(query.cursor),
        query.limit + 1,
      );
      const { page, next } = pageOf(rows, query.limit, (row) => ({ at: row.startedAt, id: row.id }));
      return context.json({ data: page.map(toAttemptView), next_cursor: next }, 200);
    },
  );
}

/** A key for some tenants or integrations must not make things for others. */
export function refuseOutOfScope(caller: Caller, tenantId: string, integrationName: string | null): void {
  if (caller.tenantIds !== null && !caller.tenantIds.includes(tenantId)) {
    throw new DomainError("forbidden", { detail: `This key is not for the tenant ${tenantId}.` });
  }
  if (
    integrationName !== null &&
    caller.integrationNames !== null &&
    !caller.integrationNames.includes(integrationName)
  ) {
    throw new DomainError("forbidden", { detail: `This key is not for the integration ${integrationName}.` });
  }
}

type GivenOverrides = NonNullable<z.infer<typeof accountPatchSchema>["overrides"]>;

/** The client is sealed with the tokens, and no part of what is laid over the document. */
function splitOverrides(given: GivenOverrides | undefined) {
  if (given === undefined) return { client: null, patch: null };
  const { credentials, ...rest } = given;
  if (credentials === undefined || credentials === null) return { client: null, patch: given as Overrides };
  const { oauth2, oauth2_client_credentials: asking, ...others } = credentials;
  const patch: Overrides = Object.keys(others).length === 0 ? rest : { ...rest, credentials: others };
  const client = oauth2 ?? asking;
  if (client === undefined) return { client: null, patch };
  const format = oauth2 === undefined ? "oauth2_client_credentials" : "oauth2";
  return { client: { ...client, format } as const, patch: Object.keys(patch).length === 0 ? null : patch };
}

function toImportedCredentials(given: z.infer<typeof accountImportSchema>["credentials"]): ImportedCredentials {
  for (const format of ["api_key", "basic", "custom"] as const) {
    const fields = given[format];
    if (fields !== undefined) return { format, fields };
  }
  const { oauth2 } = given;
  if (oauth2 === undefined) {
    const { client_id: clientId, client_secret: clientSecret } = given.oauth2_client_credentials ?? {};
    return { format: "oauth2_client_credentials", clientId: clientId ?? null, clientSecret: clientSecret ?? null };
  }
  const { scope } = oauth2;
  return {
    format: "oauth2",
    accessToken: oauth2.access_token,
    refreshToken: oauth2.refresh_token ?? null,
    expiresAt: oauth2.expires_at === undefined ? null : new Date(oauth2.expires_at),
    expiresIn: oauth2.expires_in ?? null,
    scopes: scope === undefined ? null : typeof scope === "string" ? scope.split(/[\s,]+/).filter(Boolean) : scope,
    clientId: oauth2.client_id ?? null,
    clientSecret: oauth2.client_secret ?? null,
  };
}
