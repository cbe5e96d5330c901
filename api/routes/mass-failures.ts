import { z, type OpenAPIHono } from "@hono/zod-openapi";
import type { Caller } from "#core/domain/access/permission";
import { DomainError } from "#core/domain/problem/domain-error";
import type { HoldDecision, MassFailure } from "#core/ports/mass-failure-store";
import { findIntegration } from "#core/usecases/find-integration";
import { countTroubled } from "#adapters/postgres/account-lists";
import type { ApiEnvironment, ApiPorts } from "../api-environment.ts";
import { demand } from "../auth/authenticate.ts";
import { refuseLimited } from "../auth/refuse-limited.ts";
import { createRoute } from "../openapi/create-route.ts";
import { massFailureListSchema, massFailureSchema } from "../schemas/mass-failure.ts";
import { integrationNameSchema, nothingSchema } from "../schemas/primitives.ts";
import { answer, needs, problems } from "../schemas/problem.ts";
import { noMassFailure, toMassFailureView } from "../views/mass-failure-view.ts";

const params = z.object({ name: integrationNameSchema });
const nothing = z.strictObject({});
const tags = ["Mass failures"];

const decisions = [
  {
    decision: "release",
    operationId: "releaseMassFailure",
    summary: "Release the held accounts: their grants are alive",
    description:
      "Each held account is due again, spread over the budget of the client, and nobody is told. Accounts that the provider rejects again count anew: past the threshold the rest is held again, with a new event. Those that left before the hold are tried once more; a refresh that works brings them back. Answers at once; `held` counts down.",
  },
  {
    decision: "confirm",
    operationId: "confirmMassFailure",
    summary: "Confirm the failure: the held grants are dead",
    description:
      "Each held account becomes `needs_reauth`, with its own `integrated_account:authentication_error` event. From then on only a re-authorization, or a forced refresh that works, brings it back. Answers at once; `held` counts down.",
  },
] as const;

/** What the mass-disconnect guard holds, and the operator's word about it (R26). */
export function massFailureRoutes(app: OpenAPIHono<ApiEnvironment>, ports: ApiPorts): void {
  const find = async (caller: Caller, name: string): Promise<MassFailure> => {
    const found = await ports.massFailures.find(caller.environmentId, name);
    return found === null ? noMassFailure(name) : await asSeenBy(caller, found);
  };

  const isThere = async (caller: Caller, name: string): Promise<boolean> =>
    (await ports.integrations.find(caller.environmentId, name)) !== null;

  /** A key for some tenants learns nothing about the accounts of others (R47). */
  const asSeenBy = async (caller: Caller, failure: MassFailure): Promise<MassFailure> =>
    caller.tenantIds === null ? failure : { ...failure, ...(await countTroubled(ports.prisma, caller, failure)) };

  app.openapi(
    createRoute({
      method: "get",
      path: "/mass-failures",
      operationId: "listMassFailures",
      summary: "Integrations whose accounts failed together and are held",
      description:
        "Those that are declared, and those that are decided and whose accounts are still being released or confirmed. Normally none.",
      tags,
      security: needs("accounts:read"),
      request: { query: nothing },
      responses: { 200: answer(massFailureListSchema, "By integration name"), ...problems(422) },
    }),
    async (context) => {
      const caller = context.get("caller");
      demand(caller, "accounts:read");
      const all = await ports.massFailures.list(caller.environmentId);
      const visible = all.filter(
        (one) => caller.integrationNames === null || caller.integrationNames.includes(one.integrationName),
      );
      // Of an integration that was deleted nothing is left to decide.
      const exists = await Promise.all(visible.map((one) => isThere(caller, one.integrationName)));
      const seen = await Promise.all(visible.filter((_, index) => exists[index]).map((one) => asSeenBy(caller, one)));
      const data = seen.map(toMassFailureView).filter((one) => one.state !== "none");
      return context.json({ data }, 200);
    },
  );

  app.openapi(
    createRoute({
      method: "get",
      path: "/integrations/{name}/mass-failure",
      operationId: "getMassFailure",
      summary: "How an integration stands with the mass-disconnect guard",
      description: "With `state` `none` where nothing is held; the latest decision stays readable.",
      tags,
      security: needs("accounts:read"),
      request: { params, query: nothing },
      responses: { 200: answer(massFailureSchema, "The mass failure, or that there is none"), ...problems(404, 422) },
    }),
    async (context) => {
      const caller = context.get("caller");
      demand(caller, "accounts:read");
      const { name } = await findIntegration(ports, caller, context.req.valid("param").name);
      return context.json(toMassFailureView(await find(caller, name)), 200);
    },
  );

  for (const { decision, operationId, summary, description } of decisions) {
    app.openapi(
      createRoute({
        method: "post",
        path: `/integrations/{name}/mass-failure/${decision}`,
        operationId,
        summary,
        description,
        tags,
        security: needs("accounts:write"),
        request: {
          params,
          query: nothing,
          body: { required: false, content: { "application/json": { schema: nothingSchema } } },
        },
        responses: { 202: answer(massFailureSchema, "It is being done"), ...problems(404, 409, 422) },
      }),
      async (context) => {
        const caller = context.get("caller");
        demand(caller, "accounts:write");
        const { name } = await findIntegration(ports, caller, context.req.valid("param").name);
        refuseLimited(caller, "This decision counts", "tenants");
        await decide(caller, name, decision, context.get("once")?.since ?? null);
        return context.json(toMassFailureView(await find(caller, name)), 202);
      },
    );
  }

  /** @param since when the request was sent first, where it may have been cut off; null: it is sent once */
  const decide = async (caller: Caller, name: string, decision: HoldDecision, since: Date | null): Promise<void> => {
    const isDecided = await ports.massFailures.decide({
      environmentId: caller.environmentId,
      integrationName: name,
      decision,
      actor: caller.id,
    });
    if (isDecided) return;
    const last = since === null ? null : await ports.massFailures.find(caller.environmentId, name);
    if (since !== null && last?.decision === decision && last.decidedBy === caller.id) {
      if (last.decidedAt !== null && last.decidedAt >= since) return;
    }
    throw new DomainError("conflict", {
      detail: `No account of ${name} is held, so there is nothing to ${decision}. Somebody else may have decided already; GET /api/v1/integrations/${name}/mass-failure tells.`,
    });
  };
}
