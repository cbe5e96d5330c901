import { z, type OpenAPIHono } from "@hono/zod-openapi";
import { integrationsBehind } from "#adapters/postgres/circuit-sharing";
import { glanceAtIntegration } from "#adapters/postgres/integration-status";
import type { ConfiguredIntegration } from "#core/ports/integration-store";
import { bracedNames } from "#core/domain/integration/document-parts";
import { oauthConfigOf } from "#core/domain/integration/integration-document";
import { listOverridable } from "#core/domain/integration/list-overridable";
import { refreshPolicyOf } from "#core/domain/integration/resolve-integration";
import { circuitKey } from "#core/domain/refresh/circuit";
import { strictestBudget } from "#core/domain/refresh/strictest-budget";
import { findIntegration } from "#core/usecases/find-integration";
import { findReadable } from "#core/usecases/find-readable";
import type { ApiEnvironment, ApiPorts } from "../api-environment.ts";
import { demand } from "../auth/authenticate.ts";
import { refuseLimited } from "../auth/refuse-limited.ts";
import { createRoute } from "../openapi/create-route.ts";
import { integrationStatusSchema, overridableFieldListSchema } from "../schemas/integration-details.ts";
import { integrationNameSchema } from "../schemas/primitives.ts";
import { answer, needs, problems } from "../schemas/problem.ts";
import { toIntegrationStatusView } from "../views/integration-status-view.ts";

const params = z.object({ name: integrationNameSchema });
const tags = ["Integrations"];

/** What a page about one integration asks besides its definition. */
export function integrationDetailRoutes(app: OpenAPIHono<ApiEnvironment>, ports: ApiPorts): void {
  app.openapi(
    createRoute({
      method: "get",
      path: "/integrations/{name}/status",
      operationId: "getIntegrationStatus",
      summary: "How an integration stands right now: breakers, budgets, open links",
      description: "Not for keys that are limited to tenants: breakers and budgets are everybody's.",
      tags,
      security: needs("integrations:read"),
      request: { params },
      responses: { 200: answer(integrationStatusSchema, "As of now"), ...problems(404, 422) },
    }),
    async (context) => {
      const caller = context.get("caller");
      demand(caller, "integrations:read");
      refuseLimited(caller, "Breakers and budgets are there", "tenants");
      const configured = await findIntegration(ports, caller, context.req.valid("param").name);
      const glance = await glanceAtIntegration(
        ports.pool,
        caller.environmentId,
        configured.name,
        ownCircuit(configured),
      );
      const shared = await Promise.all(glance.circuits.map(({ key }) => sharing(ports, configured, key)));
      return context.json(
        toIntegrationStatusView(configured.name, glance, {
          inCatalogue: ports.isInCatalogue(configured.name),
          shared,
          now: ports.clock.now(),
        }),
        200,
      );
    },
  );

  app.openapi(
    createRoute({
      method: "get",
      path: "/environment-integrations/{name}/overridable-fields",
      operationId: "listOverridableFields",
      summary: "What this environment may lay over an integration's definition",
      description: "Each field with its schema, and with what the definition says beneath.",
      tags,
      security: needs("integrations:read"),
      request: { params },
      responses: { 200: answer(overridableFieldListSchema, "All"), ...problems(404, 422) },
    }),
    async (context) => {
      const caller = context.get("caller");
      demand(caller, "integrations:read");
      const { definition } = await findIntegration(ports, caller, context.req.valid("param").name);
      const fields = listOverridable(definition, "environment").map(({ pointer, schema, defined }) => ({
        pointer,
        schema: { ...schema },
        defined,
      }));
      return context.json({ data: fields, next_cursor: null }, 200);
    },
  );
}

/** Of the environment's client, where its token endpoint is the same for every account. */
function ownCircuit({ environmentId, document, client }: ConfiguredIntegration): string | null {
  const auth = oauthConfigOf(document)?.auth;
  if (auth === undefined || client === null) return null;
  const isRefreshed = document.credentials.format === "oauth2";
  const host = (isRefreshed ? auth.refreshHost : undefined) ?? auth.tokenHost;
  const path = (isRefreshed ? auth.refreshPath : undefined) ?? auth.tokenPath;
  const endpoint = `${host}${path}`;
  return bracedNames(endpoint).length > 0 ? null : circuitKey(environmentId, client.layer.clientId, endpoint);
}

interface Sharing {
  readonly names: readonly string[];
  readonly budget: ReturnType<typeof strictestBudget>;
}

/** The least that any of those behind a circuit allows, and who the others are. */
async function sharing(ports: ApiPorts, configured: ConfiguredIntegration, key: string): Promise<Sharing> {
  // As it is now: what refreshes remember of it is up to a minute old.
  const behind = await integrationsBehind(ports.pool, key);
  const names = behind.filter((name) => name !== configured.name);
  const others = await Promise.all(
    names.map((name) => findReadable(ports.integrations, configured.environmentId, name)),
  );
  const budgets = [configured, ...others].flatMap((one) =>
    one === null ? [] : [refreshPolicyOf(one.document).budget],
  );
  return { names, budget: strictestBudget(budgets) };
}
