import { z, type OpenAPIHono } from "@hono/zod-openapi";
import type { Caller } from "#core/domain/access/permission";
import { DomainError } from "#core/domain/problem/domain-error";
import { howToOfferChecks, startCheck } from "#core/usecases/start-check";
import type { ApiEnvironment, ApiPorts } from "../api-environment.ts";
import { demand } from "../auth/authenticate.ts";
import { refuseLimited } from "../auth/refuse-limited.ts";
import { createRoute } from "../openapi/create-route.ts";
import {
  checkRequestSchema,
  integrationCheckListSchema,
  integrationCheckSchema,
} from "../schemas/integration-check.ts";
import { integrationNameSchema } from "../schemas/primitives.ts";
import { answer, body, needs, problems } from "../schemas/problem.ts";
import { toCheckView } from "../views/integration-check-view.ts";
import { readBounded, refuseOthers } from "./integration-trials.ts";

const tags = ["Integrations"];
const params = z.object({ name: integrationNameSchema });
const shown = 10;

/** Definitions on trial against the lab (R66). */
export function integrationCheckRoutes(app: OpenAPIHono<ApiEnvironment>, ports: ApiPorts): void {
  app.openapi(
    createRoute({
      method: "post",
      path: "/integrations/{name}/checks",
      operationId: "startIntegrationCheck",
      summary: "Try a definition against a provider on the worker's machine that misbehaves on command",
      description:
        "The one in force, or one that is sent. A worker tries it on an engine and a PostgreSQL of its own; nothing is sent to the real provider. One at a time in an environment (409). 409 with reason `no_lab` where checks are not offered. At most 256 KiB.",
      tags,
      security: needs("integrations:write"),
      request: { params, body: body(checkRequestSchema, { "What is in force": {} }) },
      responses: {
        202: answer(integrationCheckSchema, "A worker takes it up; ask for it again to see how far it is"),
        ...problems(404, 409, 413, 422),
      },
    }),
    async (context) => {
      const caller = context.get("caller");
      demand(caller, "integrations:write");
      refuseLimited(caller, "This definition counts", "tenants");
      const { name } = context.req.valid("param");
      refuseOthers(caller, name);
      await readBounded(context.req);
      const { document = null } = context.req.valid("json");
      const run = await startCheck(ports, caller, name, document);
      return context.json(toCheckView(run, ports.clock.now()), 202);
    },
  );

  app.openapi(
    createRoute({
      method: "get",
      path: "/integrations/{name}/checks",
      operationId: "listIntegrationChecks",
      summary: "The latest checks of a definition, and whether they are offered here",
      description: "Also of a definition that was never put.",
      tags,
      security: needs("integrations:read"),
      request: { params },
      responses: { 200: answer(integrationCheckListSchema, "Newest first"), ...problems(404, 422) },
    }),
    async (context) => {
      const caller = context.get("caller");
      demand(caller, "integrations:read");
      const { name } = context.req.valid("param");
      hideOthers(caller, name);
      const runs = await ports.checks.list(caller.environmentId, name, shown);
      const now = ports.clock.now();
      return context.json(
        {
          offered: ports.offersChecks,
          how: ports.offersChecks ? null : howToOfferChecks,
          data: runs.map((run) => toCheckView(run, now)),
          next_cursor: null,
        },
        200,
      );
    },
  );

  app.openapi(
    createRoute({
      method: "get",
      path: "/integrations/{name}/checks/{id}",
      operationId: "getIntegrationCheck",
      summary: "One check, as far as it is",
      description: "While it runs, scenarios appear as they end.",
      tags,
      security: needs("integrations:read"),
      request: {
        params: params.extend({
          id: z
            .string()
            .regex(/^chk_[0-9a-z]{24}$/, "expected the id of a check, chk_…")
            .openapi({
              param: { name: "id", in: "path" },
              description: "The check.",
              example: "chk_5l3av9n3gs7mfp0ojp3h657t",
            }),
        }),
      },
      responses: { 200: answer(integrationCheckSchema, "The check"), ...problems(404, 422) },
    }),
    async (context) => {
      const caller = context.get("caller");
      demand(caller, "integrations:read");
      const { name, id } = context.req.valid("param");
      hideOthers(caller, name);
      const run = await ports.checks.find(caller.environmentId, name, id);
      if (run === null) throw new DomainError("not_found", { detail: "There is no such check in this environment." });
      return context.json(toCheckView(run, ports.clock.now()), 200);
    },
  );
}

/** What a key is not for is not there, as with the integration itself. */
function hideOthers({ integrationNames }: Caller, name: string): void {
  if (integrationNames === null || integrationNames.includes(name)) return;
  throw new DomainError("not_found", { detail: `There is no integration ${name} in this environment.` });
}
