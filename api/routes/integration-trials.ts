import { z, type OpenAPIHono } from "@hono/zod-openapi";
import type { Caller } from "#core/domain/access/permission";
import { DomainError } from "#core/domain/problem/domain-error";
import { tryDefinition } from "#core/usecases/try-definition";
import type { ApiEnvironment, ApiPorts } from "../api-environment.ts";
import { demand } from "../auth/authenticate.ts";
import { refuseLimited } from "../auth/refuse-limited.ts";
import { createRoute } from "../openapi/create-route.ts";
import { definitionTrialSchema } from "../schemas/definition-trial.ts";
import { integrationDocumentBody } from "../schemas/integration.ts";
import { integrationNameSchema } from "../schemas/primitives.ts";
import { answer, body, needs, problems } from "../schemas/problem.ts";
import { toTrialView } from "../views/definition-trial-view.ts";

const tags = ["Integrations"];

/** A document is some kilobytes; checking one takes time that grows with it. */
const mostBytes = 262_144;

export function integrationTrialRoutes(app: OpenAPIHono<ApiEnvironment>, ports: ApiPorts): void {
  app.openapi(
    createRoute({
      method: "post",
      path: "/integration-trials",
      operationId: "validateIntegration",
      summary: "Look at a definition as PUT would, without putting it",
      description:
        "Every mistake at once with its line and column, and for a valid one what putting it would do right now: what changes, and whether it would be refused. At most 256 KiB. Writes nothing.",
      tags,
      security: needs("integrations:write"),
      request: {
        query: z.strictObject({
          name: integrationNameSchema.optional().openapi({
            description: "That the definition must have; it may leave it out then, as with PUT.",
          }),
          effect: z.enum(["true", "false"]).default("true").openapi({
            description: "`false`: its form alone is looked at, as while somebody types.",
          }),
        }),
        body: body(integrationDocumentBody),
      },
      responses: { 200: answer(definitionTrialSchema, "What was found"), ...problems(413, 422) },
    }),
    async (context) => {
      const caller = context.get("caller");
      demand(caller, "integrations:write");
      refuseLimited(caller, "This definition counts", "tenants");
      const { name = null, effect } = context.req.valid("query");
      const text = await readBounded(context.req);
      const tried = await tryDefinition(ports, caller, text, { name, withEffect: effect === "true" });
      refuseOthers(caller, name ?? tried.name);
      return context.json(toTrialView(tried), 200);
    },
  );
}

/** @throws DomainError payload_too_large */
export async function readBounded(request: { text(): Promise<string> }): Promise<string> {
  const text = await request.text();
  if (Buffer.byteLength(text) > mostBytes) {
    throw new DomainError("payload_too_large", { detail: "A definition is at most 256 KiB here." });
  }
  return text;
}

/** What a definition of somebody else's would do tells of accounts that the key is not for. */
export function refuseOthers(caller: Caller, name: string | null): void {
  if (name === null || caller.integrationNames === null || caller.integrationNames.includes(name)) return;
  throw new DomainError("forbidden", { detail: `This key is not for the integration ${name}.` });
}
