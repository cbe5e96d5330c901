import { z, type OpenAPIHono } from "@hono/zod-openapi";
import type { IntegrationDocument } from "#core/domain/integration/integration-document";
import { DomainError } from "#core/domain/problem/domain-error";
import { findModel } from "#core/domain/unified/models";
import { refuseRepeatedMembers } from "#core/usecases/administer-integrations";
import { createCallPlaces } from "#core/usecases/call-places";
import { findIntegration } from "#core/usecases/find-integration";
import { tryMapping, type MappingTrial, type TriedMapping } from "#core/usecases/unified/try-mapping";
import type { ApiEnvironment, ApiPorts } from "../api-environment.ts";
import { demand } from "../auth/authenticate.ts";
import { refuseLimited } from "../auth/refuse-limited.ts";
import { createRoute } from "../openapi/create-route.ts";
import {
  integrationMappingListSchema,
  mappingTrialRequestSchema,
  mappingTrialSchema,
} from "../schemas/mapping-trial.ts";
import { integrationNameSchema } from "../schemas/primitives.ts";
import { answer, body, needs, problems } from "../schemas/problem.ts";
import { toMappingTrialView, toMappingViews } from "../views/mapping-view.ts";
import { readBounded } from "./integration-trials.ts";

const tags = ["Integrations"];
const params = z.object({ name: integrationNameSchema });

/** Of one environment in this process: expressions that somebody tries must not crowd out those of refreshes. */
const triedAtATime = 2;

/** Mappings to the unified API, as its author looks at them (R75). */
export function integrationMappingRoutes(app: OpenAPIHono<ApiEnvironment>, ports: ApiPorts): void {
  const places = createCallPlaces(triedAtATime);

  app.openapi(
    createRoute({
      method: "get",
      path: "/integrations/{name}/mappings",
      operationId: "listIntegrationMappings",
      summary: "How a definition maps the models of the unified API, and what that can do",
      description:
        "Every model with its fields; for those that are mapped the mapping, its capabilities, and samples to try it on.",
      tags,
      security: needs("integrations:read"),
      request: { params },
      responses: { 200: answer(integrationMappingListSchema, "Every model"), ...problems(404, 422) },
    }),
    async (context) => {
      const caller = context.get("caller");
      demand(caller, "integrations:read");
      const configured = await findIntegration(ports, caller, context.req.valid("param").name);
      return context.json({ data: toMappingViews(configured), next_cursor: null }, 200);
    },
  );

  app.openapi(
    createRoute({
      method: "post",
      path: "/integrations/{name}/mappings/try",
      operationId: "tryMapping",
      summary: "Try a mapping on a sample, without a call",
      description:
        "What a caller would get of an answer, and what would be sent for a request; everything that is wrong at once, with its pointer. All but the mapping is as the definition in force says. Nothing is sent, written or logged. At most 256 KiB; of a page the first ten records are mapped. Each expression has the limits that it has in a call (200 ms of CPU time, 64 kB of output); two at a time in an environment (429).",
      tags,
      security: needs("integrations:write"),
      request: {
        params,
        body: body(mappingTrialRequestSchema, {
          "An answer that is read": {
            category: "crm",
            model: "contacts",
            mapping: {
              fields: { id: { read: "id" }, first_name: { read: "name" } },
              endpoints: { get: { path: "/contacts/{id}" } },
            },
            endpoint: "get",
            answer: { body: { id: "151", name: "Ada" } },
          },
        }),
      },
      responses: { 200: answer(mappingTrialSchema, "What came of it"), ...problems(404, 413, 422, 429) },
    }),
    async (context) => {
      const caller = context.get("caller");
      demand(caller, "integrations:write");
      refuseLimited(caller, "This definition counts", "tenants");
      const { name } = context.req.valid("param");
      refuseRepeatedMembers(await readBounded(context.req));
      const { category, model: named, answer: told = null, given = null, ...rest } = context.req.valid("json");
      const model = findModel(category, named);
      if (model === null) {
        throw new DomainError("invalid_request", {
          detail: `${category} has no model ${named}.`,
          errors: [{ pointer: "/model", detail: "is no model of this category" }],
        });
      }
      const { document } = await findIntegration(ports, caller, name);
      const headers = Object.entries(told?.headers ?? {}).map(([key, value]) => [key.toLowerCase(), value]);
      const tried = await inTurn(caller.environmentId, document, {
        ...rest,
        model,
        answer: told === null ? null : { ...told, body: told.body ?? null, headers: Object.fromEntries(headers) },
        given,
      });
      return context.json(toMappingTrialView(tried), 200);
    },
  );

  async function inTurn(
    environmentId: string,
    document: IntegrationDocument,
    trial: MappingTrial,
  ): Promise<TriedMapping> {
    const leave = places.take(environmentId);
    if (leave === null) {
      throw new DomainError("rate_limited", {
        detail: "As many mappings as may be are being tried in this environment. Try again shortly.",
        retryAfterSeconds: 1,
        extensions: { source: "evergrant" },
      });
    }
    try {
      return await tryMapping(ports, document, trial);
    } finally {
      leave();
    }
  }
}
