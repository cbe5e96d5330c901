import { z, type OpenAPIHono } from "@hono/zod-openapi";
import { partScopes, type IntegrationDocument } from "#core/domain/integration/integration-document";
import { integrationJsonSchema } from "#core/domain/integration/integration-json-schema";
import type { Overrides } from "#core/domain/integration/overrides";
import { DomainError } from "#core/domain/problem/domain-error";
import {
  deleteIntegration,
  putIntegration,
  putOrAsk,
  refuseRepeatedMembers,
} from "#core/usecases/administer-integrations";
import { configureClient } from "#core/usecases/configure-client";
import { ensureClientKey, refuseUselessRotation } from "#core/usecases/ensure-client-key";
import { findIntegration } from "#core/usecases/find-integration";
import { checkClientCertificate, setClientCertificate } from "#core/usecases/set-client-certificate";
import type { ConfiguredIntegration } from "#core/ports/integration-store";
import type { ApiEnvironment, ApiPorts } from "../api-environment.ts";
import { demand } from "../auth/authenticate.ts";
import { demandConfirmed } from "../auth/demand-confirmed.ts";
import { refuseLimited } from "../auth/refuse-limited.ts";
import { createRoute } from "../openapi/create-route.ts";
import { approvalReasonSchema, approvalSchema } from "../schemas/approval.ts";
import {
  environmentIntegrationListSchema,
  environmentIntegrationPatchSchema,
  environmentIntegrationSchema,
  integrationDocumentBody,
  integrationDocumentView,
  integrationListSchema,
  jsonSchemaView,
} from "../schemas/integration.ts";
import { integrationNameSchema } from "../schemas/primitives.ts";
import { answer, body, needs, problems, unsecured } from "../schemas/problem.ts";
import { toApprovalView } from "../views/approval-view.ts";
import { toClientProofsView } from "../views/client-proofs-view.ts";
import {
  toDocumentView,
  toEnvironmentIntegrationView,
  toIntegrationSummary,
  toShortDocumentView,
  toUnreadableSummary,
} from "../views/integration-view.ts";

const params = z.object({ name: integrationNameSchema });
const tags = ["Integrations"];

export function integrationRoutes(app: OpenAPIHono<ApiEnvironment>, ports: ApiPorts): void {
  const view = (configured: ConfiguredIntegration) => ({
    ...toEnvironmentIntegrationView(configured, ports.redirectUri, ports.clock.now()),
    ...toClientProofsView(configured, ports.jwksUri, ports.clock.now()),
  });

  app.openapi(
    createRoute({
      method: "get",
      path: "/integrations/schema.json",
      operationId: "getIntegrationSchema",
      summary: "The JSON Schema of an integration document",
      description: "For editors and for checking documents before they are put.",
      tags,
      security: unsecured,
      responses: { 200: answer(jsonSchemaView, "JSON Schema, draft 2020-12") },
    }),
    (context) => context.json(integrationJsonSchema(), 200),
  );

  app.openapi(
    createRoute({
      method: "get",
      path: "/integrations",
      operationId: "listIntegrations",
      summary: "The integrations of this environment: its own definitions over the catalogue",
      description: "All on one page.",
      tags,
      security: needs("integrations:read"),
      responses: { 200: answer(integrationListSchema, "All of them, by name"), ...problems() },
    }),
    async (context) => {
      const caller = context.get("caller");
      demand(caller, "integrations:read");
      const { readable, unreadable } = await ports.integrations.list(caller.environmentId);
      const all = [
        ...readable.map((one) => toIntegrationSummary(one, ports.redirectUri)),
        ...unreadable.map(toUnreadableSummary),
      ];
      const visible = all.filter(
        (one) => caller.integrationNames === null || caller.integrationNames.includes(one.name),
      );
      const data = visible.toSorted((one, other) => (one.name < other.name ? -1 : 1));
      return context.json({ data, next_cursor: null }, 200);
    },
  );

  app.openapi(
    createRoute({
      method: "get",
      path: "/integrations/{name}",
      operationId: "getIntegration",
      summary: "One integration document",
      description: "The definition in force, without what an environment lays over it.",
      tags,
      security: needs("integrations:read"),
      request: {
        params,
        query: z.strictObject({
          defaults: z.enum(["show", "omit"]).default("show").openapi({
            description: "`omit`: without what goes without saying, as somebody would write it. It means the same.",
          }),
        }),
      },
      responses: {
        200: answer(
          integrationDocumentView,
          "The definition in force; what this environment lays over it is in its environment integration",
        ),
        ...problems(404, 422),
      },
    }),
    async (context) => {
      const caller = context.get("caller");
      demand(caller, "integrations:read");
      // Without what lies over it: whoever changes it and sends it back must not make overrides part of it.
      const { definition } = await findIntegration(ports, caller, context.req.valid("param").name);
      const isShort = context.req.valid("query").defaults === "omit";
      return context.json(isShort ? toShortDocumentView(definition) : toDocumentView(definition), 200);
    },
  );

  app.openapi(
    createRoute({
      method: "put",
      path: "/integrations/{name}",
      operationId: "putIntegration",
      summary: "Define an integration in this environment",
      description:
        "Checked as a whole: every fault comes at once, with its pointer. Hosts can't change while accounts are live (409), unless another administrator approves it: with `approval=ask`, from the dashboard's session, the change waits for that (202).",
      tags,
      security: needs("integrations:write"),
      request: {
        params,
        query: z.strictObject({
          approval: z.enum(["ask"]).optional().openapi({
            description: "Ask for a second person's approval where hosts would change while accounts live on them.",
          }),
          reason: approvalReasonSchema.optional(),
          unchanged_since: z
            .string()
            .regex(/^(never|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z)$/, {
              error: "must be an instant, or never",
              abort: true,
            })
            .refine((text) => text === "never" || !Number.isNaN(Date.parse(text)), "must be an instant, or never")
            .optional()
            .openapi({
              description:
                "What `defined_at` of its status was when you read it, or `never` for null: where somebody else put it since, nothing is written (409). Absent: whatever is there is replaced.",
              example: "2026-11-20T10:00:00.000Z",
            }),
        }),
        body: body(integrationDocumentBody),
      },
      responses: {
        200: answer(integrationDocumentView, "Replaced"),
        201: answer(integrationDocumentView, "New"),
        202: answer(approvalSchema, "Nothing is changed yet: it waits for a second person"),
        ...problems(409, 422),
      },
    }),
    async (context) => {
      const caller = context.get("caller");
      demand(caller, "integrations:write");
      refuseLimited(caller, "This definition counts", "tenants");
      const { name } = context.req.valid("param");
      if (caller.integrationNames !== null && !caller.integrationNames.includes(name)) {
        throw new DomainError("forbidden", { detail: `This key is not for the integration ${name}.` });
      }
      refuseRepeatedMembers(await context.req.text());
      const { approval, reason = null, unchanged_since: since } = context.req.valid("query");
      const input = context.req.valid("json");
      if (approval === "ask") demandConfirmed(ports, caller);
      const options = since === undefined ? {} : { seenAt: since === "never" ? null : new Date(since) };
      const outcome =
        approval === "ask"
          ? await putOrAsk(ports, caller, name, input, reason, options)
          : { kind: "put" as const, ...(await putIntegration(ports, caller, name, input, options)) };
      if (outcome.kind === "asked") return context.json(await toApprovalView(ports, caller, outcome.approval), 202);
      await ensureClientKey(ports, caller, name, { rotates: false });
      return context.json(toDocumentView(outcome.document), outcome.isNew ? 201 : 200);
    },
  );

  app.openapi(
    createRoute({
      method: "delete",
      path: "/integrations/{name}",
      operationId: "deleteIntegration",
      summary: "Remove this environment's definition; the catalogue's, if any, is in force again",
      description: "Not while accounts are live (409).",
      tags,
      security: needs("integrations:write"),
      request: { params },
      responses: { 204: { description: "Removed" }, ...problems(404, 409, 422) },
    }),
    async (context) => {
      const caller = context.get("caller");
      demand(caller, "integrations:write");
      refuseLimited(caller, "This definition counts", "tenants");
      await deleteIntegration(ports, caller, context.req.valid("param").name);
      return context.body(null, 204);
    },
  );

  app.openapi(
    createRoute({
      method: "patch",
      path: "/environment-integration",
      operationId: "updateEnvironmentIntegration",
      summary: "Set the OAuth client of an integration in this environment, and what it lays over the definition",
      description:
        "A new client secret leaves the one before it accepted for a while, so that both work while you change it at the provider.",
      tags,
      security: needs("integrations:write"),
      request: {
        body: body(environmentIntegrationPatchSchema, {
          "The OAuth client": {
            integration_name: "acme-crm",
            credentials: { oauth2: { config: { client_id: "evergrant", client_secret: "..." } } },
          },
          "Another value for this environment": {
            integration_name: "acme-crm",
            overrides: { credentials: { config: { refresh: { bufferSeconds: 120 } } } },
          },
        }),
      },
      responses: {
        200: answer(environmentIntegrationSchema, "Masked, with each value's origin"),
        ...problems(404, 409, 422, 502),
      },
    }),
    async (context) => {
      const caller = context.get("caller");
      demand(caller, "integrations:write");
      refuseLimited(caller, "This client counts", "tenants");
      const input = context.req.valid("json");
      const wanted = input.environment_id;
      if (wanted !== undefined && wanted !== caller.environmentId && wanted !== caller.environment) {
        throw new DomainError("not_found", { detail: "There is no such environment for this key." });
      }
      const config = input.credentials?.oauth2.config ?? {};
      const rotates = config.client_key === "rotate";
      if (rotates) refuseUselessRotation(await findIntegration(ports, caller, input.integration_name));
      const { client_certificate: certificate, client_certificate_key: key } = config;
      const checked =
        certificate === undefined && key === undefined
          ? null
          : checkClientCertificate(
              await findIntegration(ports, caller, input.integration_name),
              { certificate, key },
              ports.clock.now(),
            );
      const configured = await configureClient(ports, caller, input.integration_name, {
        ...(config.client_id === undefined ? {} : { clientId: config.client_id }),
        ...(config.client_secret === undefined ? {} : { clientSecret: config.client_secret }),
        ...(config.previous_secret_expires_in === undefined
          ? {}
          : { previousSecretExpiresInSeconds: config.previous_secret_expires_in }),
        ...(await overridesOf(input.overrides, config.scope, async () => {
          return (await findIntegration(ports, caller, input.integration_name)).definition;
        })),
      });
      await ensureClientKey(ports, caller, input.integration_name, { rotates });
      if (checked !== null) await setClientCertificate(ports, caller, input.integration_name, checked);
      return context.json(view(await findIntegration(ports, caller, configured.name)), 200);
    },
  );

  app.openapi(
    createRoute({
      method: "get",
      path: "/environment-integrations",
      operationId: "listEnvironmentIntegrations",
      summary: "The effective configuration of every integration that this environment configured",
      description: "Those that have an OAuth client here. Secrets are masked.",
      tags,
      security: needs("integrations:read"),
      responses: {
        200: answer(environmentIntegrationListSchema, "All"),
        ...problems(),
      },
    }),
    async (context) => {
      const caller = context.get("caller");
      demand(caller, "integrations:read");
      const { readable } = await ports.integrations.list(caller.environmentId);
      const visible = readable.filter(
        (one) =>
          one.client !== null && (caller.integrationNames === null || caller.integrationNames.includes(one.name)),
      );
      return context.json({ data: visible.map(view), next_cursor: null }, 200);
    },
  );

  app.openapi(
    createRoute({
      method: "get",
      path: "/environment-integrations/{name}",
      operationId: "getEnvironmentIntegration",
      summary: "The effective configuration of one integration, each value with its origin",
      description: "Secrets are masked.",
      tags,
      security: needs("integrations:read"),
      request: { params },
      responses: { 200: answer(environmentIntegrationSchema, "Masked"), ...problems(404, 422) },
    }),
    async (context) => {
      const caller = context.get("caller");
      demand(caller, "integrations:read");
      const configured = await findIntegration(ports, caller, context.req.valid("param").name);
      return context.json(view(configured), 200);
    },
  );
}

/** Scopes are an override that may be given beside the client. */
async function overridesOf(
  given: Overrides | undefined,
  scope: string | readonly string[] | null | undefined,
  findDefinition: () => Promise<IntegrationDocument>,
): Promise<{ readonly overrides?: readonly Overrides[] }> {
  if (given === undefined && scope === undefined) return {};
  const scopes = typeof scope === "string" ? partScopes(await findDefinition(), scope) : scope;
  const byScope = scopes === undefined ? [] : [{ credentials: { config: { scope: scopes } } }];
  return { overrides: [...(given === undefined ? [] : [given]), ...byScope] };
}
