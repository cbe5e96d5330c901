import type { OpenAPIHono } from "@hono/zod-openapi";
import type { Caller } from "#core/domain/access/permission";
import { DomainError } from "#core/domain/problem/domain-error";
import { deleteTenant } from "#core/usecases/delete-tenant";
import { refuseUnknownTenant } from "#core/usecases/destroy-tenant-key";
import { requireApproval } from "#core/usecases/require-approval";
import type { ApiEnvironment, ApiPorts } from "../api-environment.ts";
import { demand } from "../auth/authenticate.ts";
import { demandConfirmed } from "../auth/demand-confirmed.ts";
import { createRoute } from "../openapi/create-route.ts";
import {
  deletedTenantSchema,
  deleteTenantQuerySchema,
  destroyQuerySchema,
  tenantParamsSchema,
} from "../schemas/keys.ts";
import { answer, needs, problems } from "../schemas/problem.ts";
import { approvalSchema } from "../schemas/approval.ts";
import { toApprovalView } from "../views/approval-view.ts";

const tags = ["Tenants"];

/** @throws DomainError forbidden: the key is another tenant's, or for some integrations only */
function demandTenant(caller: Caller, tenantId: string): void {
  demand(caller, "keys:write");
  demand(caller, "accounts:write");
  if (caller.integrationNames !== null) {
    throw new DomainError("forbidden", {
      detail: "A tenant is deleted with its accounts of all integrations, and this key is limited to some.",
      extensions: { limited_to: "integrations" },
    });
  }
  if (caller.tenantIds !== null && !caller.tenantIds.includes(tenantId)) {
    throw new DomainError("not_found", { detail: "There is no such tenant for this key." });
  }
}

/** The end of a tenant (checklist C5). */
export function tenantRoutes(app: OpenAPIHono<ApiEnvironment>, ports: ApiPorts): void {
  app.openapi(
    createRoute({
      method: "delete",
      path: "/tenants/{tenant_id}",
      operationId: "deleteTenant",
      summary: "Disconnect all accounts of a tenant and destroy its key",
      description:
        "Each account ends as it does alone: tokens erased, the provider told. Then the tenant's key is destroyed, where it has one: what it sealed opens nowhere any more, in no copy of the database that is made from now on. What does not fit into some seconds, or is more than `limit`, is left for another call: 202 says how many accounts `remain`, and the same request goes on with them. Once it answered 200, another one finds nothing left. Needs `accounts:write` as well.",
      tags,
      security: needs("keys:write"),
      request: { params: tenantParamsSchema, query: deleteTenantQuerySchema },
      responses: {
        200: answer(deletedTenantSchema, "Nothing of the tenant is left"),
        202: answer(deletedTenantSchema, "Some accounts remain, and the key: send the same request again"),
        ...problems(404, 422),
      },
    }),
    async (context) => {
      const caller = context.get("caller");
      const { tenant_id: tenantId } = context.req.valid("param");
      demandTenant(caller, tenantId);
      demandConfirmed(ports, caller);
      const { disconnected, remaining, keysDestroyed } = await deleteTenant(
        ports,
        caller,
        tenantId,
        context.req.valid("query").limit,
      );
      const body = {
        tenant_id: tenantId,
        disconnected: { ...disconnected },
        remaining,
        keys_destroyed: keysDestroyed,
      };
      return remaining === 0 ? context.json(body, 200) : context.json(body, 202);
    },
  );

  app.openapi(
    createRoute({
      method: "delete",
      path: "/tenants/{tenant_id}/key",
      operationId: "destroyTenantKey",
      summary: "Destroy the key of a tenant alone",
      description:
        "Refused while it seals anything, unless `force` says that its accounts are to be out of reach: they answer `sealed_value_invalid` then, and must be connected anew. What is sealed for the tenant afterwards gets another key. Another owner approves it first. Needs `accounts:write` as well.",
      tags,
      security: needs("keys:write"),
      request: { params: tenantParamsSchema, query: destroyQuerySchema },
      responses: {
        202: answer(approvalSchema, "Nothing is changed yet: it waits for a second person"),
        ...problems(404, 409, 422),
      },
    }),
    async (context) => {
      const caller = context.get("caller");
      const { tenant_id: tenantId } = context.req.valid("param");
      demandTenant(caller, tenantId);
      demandConfirmed(ports, caller);
      const { force, reason = null } = context.req.valid("query");
      const parameters = { tenant_id: tenantId, force: force === "true" };
      // Before it is looked at who asks: a tenant of another environment is not there for anybody.
      await refuseUnknownTenant(ports.sealing, caller.environmentId, tenantId);
      const approval = await requireApproval(ports, caller, { kind: "tenant.delete_key", parameters, reason });
      return context.json(await toApprovalView(ports, caller, approval), 202);
    },
  );
}
