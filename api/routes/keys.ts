import { z, type OpenAPIHono } from "@hono/zod-openapi";
import type { Caller, Permission } from "#core/domain/access/permission";
import type { RewrapCommand } from "#core/domain/sealing/rewrap-run";
import { drillKeys } from "#core/usecases/drill-keys";
import { readKeys } from "#core/usecases/read-keys";
import { requireApproval } from "#core/usecases/require-approval";
import { changeRewrap, findRewrap } from "#core/usecases/start-rewrap";
import type { ApiEnvironment, ApiPorts } from "../api-environment.ts";
import { demand } from "../auth/authenticate.ts";
import { demandConfirmed } from "../auth/demand-confirmed.ts";
import { refuseLimited } from "../auth/refuse-limited.ts";
import { createRoute } from "../openapi/create-route.ts";
import { approvalReasonSchema, approvalSchema } from "../schemas/approval.ts";
import {
  drillSchema,
  keysSchema,
  kidSchema,
  policyRequestSchema,
  rewrapRequestSchema,
  runDetailSchema,
  runPatchSchema,
  runSchema,
} from "../schemas/keys.ts";
import { nothingSchema } from "../schemas/primitives.ts";
import { answer, body, needs, problems } from "../schemas/problem.ts";
import { toApprovalView } from "../views/approval-view.ts";
import { toKeysView, toRunView } from "../views/keys-view.ts";

const tags = ["Keys"];
const nothing = z.strictObject({});
const asked = z.strictObject({ reason: approvalReasonSchema.optional() });
const waits = answer(approvalSchema, "Nothing is changed yet: it waits for a second person");
const noBody = { required: false, content: { "application/json": { schema: nothingSchema } } };
const kidParams = z.object({ kid: kidSchema });
// A malformed id is one that does not exist.
const runParams = z.object({
  id: z.string().max(100).openapi({ description: "The run's id.", example: "rwp_2f8k3mzq0v7w1x9y4t6r5p8n" }),
});
const commands: Readonly<Record<"running" | "paused" | "stopped", RewrapCommand>> = {
  running: "resume",
  paused: "pause",
  stopped: "stop",
};

/** @throws DomainError forbidden: keys seal the values of all tenants and integrations */
function demandKeys(caller: Caller, permission: Permission): void {
  demand(caller, permission);
  refuseLimited(caller, "Keys seal the values", "tenants and integrations");
}

/** The life of sealing keys (R42). Never key material. */
export function keyRoutes(app: OpenAPIHono<ApiEnvironment>, ports: ApiPorts): void {
  app.openapi(
    createRoute({
      method: "get",
      path: "/keys",
      operationId: "listKeys",
      summary: "The keys of this environment, what each still seals, and re-wraps",
      description: "Key-encryption keys of the KMS, each with how many values hang on it; keys of tenants together.",
      tags,
      security: needs("keys:read"),
      request: { query: nothing },
      responses: { 200: answer(keysSchema, "The keys"), ...problems(422) },
    }),
    async (context) => {
      const caller = context.get("caller");
      demandKeys(caller, "keys:read");
      const keys = await readKeys(ports, { id: caller.environmentId, name: caller.environment });
      return context.json(toKeysView(keys), 200);
    },
  );

  app.openapi(
    createRoute({
      method: "post",
      path: "/keys/rewrap",
      operationId: "startRewrap",
      summary: "Bring everything under the current key",
      description:
        "A worker goes through every sealed value that is not under the current key (or, with the policy `tenant`, not under its tenant's) and has its data key wrapped anew; no value is opened for it. Whatever is written meanwhile wins. At the end a sample is opened, and what is left is counted once more. With `everything` it wraps anew what is under the current key already, too, once: for a key of the KMS that got a new version inside. One run at a time. Asked for from the dashboard's session, it begins when another owner has approved it; `keys rewrap` on the server begins at once.",
      tags,
      security: needs("keys:write"),
      request: {
        query: asked,
        body: {
          ...body(rewrapRequestSchema, {
            "At a pace": { pace: 500 },
            "Everything, after a rotation": { everything: true },
          }),
          required: false,
        },
      },
      responses: { 202: waits, ...problems(409, 422) },
    }),
    async (context) => {
      const caller = context.get("caller");
      demandKeys(caller, "keys:write");
      demandConfirmed(ports, caller);
      const { reason = null } = context.req.valid("query");
      const { pace = null, everything = false } = context.req.valid("json") ?? {};
      const approval = await requireApproval(ports, caller, {
        kind: "key.rewrap_start",
        parameters: { pace, ...(everything ? { everything } : {}) },
        reason,
      });
      return context.json(await toApprovalView(ports, caller, approval), 202);
    },
  );

  app.openapi(
    createRoute({
      method: "get",
      path: "/keys/rewrap/{id}",
      operationId: "getRewrap",
      summary: "How far a re-wrap is",
      description: "With the places of values that do not open.",
      tags,
      security: needs("keys:read"),
      request: { params: runParams, query: nothing },
      responses: { 200: answer(runDetailSchema, "The run"), ...problems(404, 422) },
    }),
    async (context) => {
      const caller = context.get("caller");
      demandKeys(caller, "keys:read");
      const { id } = context.req.valid("param");
      const run = await findRewrap(ports, caller, id);
      const failures = await ports.rewraps.failures(id, 100);
      return context.json(
        { ...toRunView(run), failures: failures.map(({ kid, ...one }) => ({ ...one, key_id: kid })) },
        200,
      );
    },
  );

  app.openapi(
    createRoute({
      method: "patch",
      path: "/keys/rewrap/{id}",
      operationId: "changeRewrap",
      summary: "Pause, resume or stop a re-wrap, or change its pace",
      description: "It takes effect after the batch in hand. What is re-wrapped stays so.",
      tags,
      security: needs("keys:write"),
      request: {
        params: runParams,
        body: body(runPatchSchema, { Pause: { state: "paused" }, "Slow down": { pace: 50 } }),
      },
      responses: { 200: answer(runSchema, "The run"), ...problems(404, 409, 422) },
    }),
    async (context) => {
      const caller = context.get("caller");
      demandKeys(caller, "keys:write");
      demandConfirmed(ports, caller);
      const { state, pace } = context.req.valid("json");
      const run = await changeRewrap(ports, caller, context.req.valid("param").id, {
        ...(state === undefined ? {} : { command: commands[state] }),
        ...(pace === undefined ? {} : { pace }),
      });
      return context.json(toRunView(run), 200);
    },
  );

  for (const [verb, operationId, summary, description, kind] of [
    [
      "disable",
      "disableKey",
      "Let a key wrap and open nothing any more",
      "In every process within seconds, until it is enabled again. Refused while it is the current one or seals anything. Another owner approves it first.",
      "key.disable",
    ],
    [
      "enable",
      "enableKey",
      "Let a disabled key work again",
      "In every process within seconds. A key that no process is configured with opens nothing all the same. Another owner approves it first.",
      "key.enable",
    ],
  ] as const) {
    app.openapi(
      createRoute({
        method: "post",
        path: `/keys/{kid}/${verb}`,
        operationId,
        summary,
        description,
        tags,
        security: needs("keys:write"),
        request: { params: kidParams, query: asked, body: noBody },
        responses: { 202: waits, ...problems(404, 409, 422) },
      }),
      async (context) => {
        const caller = context.get("caller");
        demandKeys(caller, "keys:write");
        demandConfirmed(ports, caller);
        const { reason = null } = context.req.valid("query");
        const parameters = { kid: context.req.valid("param").kid };
        const approval = await requireApproval(ports, caller, { kind, parameters, reason });
        return context.json(await toApprovalView(ports, caller, approval), 202);
      },
    );
  }

  app.openapi(
    createRoute({
      method: "put",
      path: "/keys/policy",
      operationId: "setKeyPolicy",
      summary: "Choose what wraps the data keys of accounts",
      description:
        "For what is sealed from now on, in every process within seconds. What is sealed already stays as it is, and opens; a re-wrap brings it under the new policy. Another owner approves it first.",
      tags,
      security: needs("keys:write"),
      request: { query: asked, body: body(policyRequestSchema, { "One key per tenant": { policy: "tenant" } }) },
      responses: { 202: waits, ...problems(409, 422) },
    }),
    async (context) => {
      const caller = context.get("caller");
      demandKeys(caller, "keys:write");
      demandConfirmed(ports, caller);
      const { reason = null } = context.req.valid("query");
      const { policy } = context.req.valid("json");
      const approval = await requireApproval(ports, caller, {
        kind: "key.policy_change",
        parameters: { policy },
        reason,
      });
      return context.json(await toApprovalView(ports, caller, approval), 202);
    },
  );

  app.openapi(
    createRoute({
      method: "post",
      path: "/keys/drill",
      operationId: "drillKeys",
      summary: "Try whether a copy of the database opens without its keys",
      description:
        "Tries a sample of sealed values with random keys of the same names, in the name of every other environment, and with the real keys. Opened values are not shown to anybody, and each opening is audited. With keys in a cloud service or an HSM it does not show who besides this process may use them: that is decided by the permissions there.",
      tags,
      security: needs("keys:write"),
      request: { query: nothing, body: noBody },
      responses: { 200: answer(drillSchema, "What opened"), ...problems(422) },
    }),
    async (context) => {
      const caller = context.get("caller");
      demandKeys(caller, "keys:write");
      demandConfirmed(ports, caller);
      const drill = await drillKeys(ports, caller);
      return context.json(
        {
          proven: drill.isProven,
          sample: drill.sample,
          opened: drill.opened,
          opened_without_keys: drill.openedByStranger,
          opened_with_keys_of: { ...drill.openedByOthers },
        },
        200,
      );
    },
  );
}
