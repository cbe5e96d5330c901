import { z, type OpenAPIHono } from "@hono/zod-openapi";
import type { Context } from "hono";
import { isVisible } from "#core/domain/access/permission";
import { DomainError } from "#core/domain/problem/domain-error";
import { capabilitiesOf } from "#core/domain/unified/capabilities";
import type { JsonObject } from "#core/domain/unified/json-object";
import type { ListWish } from "#core/domain/unified/list-wish";
import type { Model } from "#core/domain/unified/model";
import { allModels } from "#core/domain/unified/models";
import type { UnifiedOperation, UnifiedOutcome } from "#core/ports/metrics";
import { findDefinition } from "#core/usecases/load-integration";
import type { ApiReading } from "#core/usecases/read-api-answer";
import { listRecords } from "#core/usecases/unified/list-records";
import {
  createRecord,
  deleteRecord,
  getRecord,
  readMade,
  updateRecord,
  type OneRecord,
} from "#core/usecases/unified/one-record";
import type { UnifiedCall } from "#core/usecases/unified/unified-ports";
import type { ApiEnvironment, ApiPorts } from "../api-environment.ts";
import { demand } from "../auth/authenticate.ts";
import { demandConfirmed } from "../auth/demand-confirmed.ts";
import { createRoute } from "../openapi/create-route.ts";
import { CallerLeft, createCallWatch, type CallWatch } from "../proxy/call-watch.ts";
import { rateLimitHeaders } from "../rate-limit-headers.ts";
import { answer, body, needs, problems } from "../schemas/problem.ts";
import {
  capabilitiesSchema,
  deletedSchema,
  deleteQuery,
  oneQuery,
  recordIdSchema,
  unifiedAccountQuery,
  unifiedSchemas,
} from "../schemas/unified.ts";
import { toCapabilitiesView } from "../views/capabilities-view.ts";
import { createOnce } from "../unified-once.ts";
import { unifiedRouteId } from "../unified-route-ids.ts";

type App = OpenAPIHono<ApiEnvironment>;
type Request = Context<ApiEnvironment>;

const common = problems(404, 409, 410, 422, 429, 502, 504);
const security = needs("unified");
const tags = ["Unified"];

/** One schema for the same thing at many providers (R75). */
export function unifiedRoutes(app: App, ports: ApiPorts): void {
  capabilitiesRoute(app, ports);
  for (const model of allModels) modelRoutes(app, ports, model);
}

function capabilitiesRoute(app: App, ports: ApiPorts): void {
  app.openapi(
    createRoute({
      method: "get",
      path: "/unified/capabilities",
      operationId: "getUnifiedCapabilities",
      summary: "What the unified API can do for an account",
      description:
        "Operations, fields, filters and orders of each model, as the account's integration maps them with its overrides. What is not there answers `unsupported_by_provider`; a field that can't be read is always null. Nothing is sent to the provider.",
      tags,
      security,
      request: { query: z.strictObject(unifiedAccountQuery) },
      responses: { 200: answer(capabilitiesSchema, "What can be done"), ...problems(404, 422, 502) },
    }),
    async (context) => {
      const caller = context.get("caller");
      demand(caller, "unified");
      const { integrated_account_id: id } = context.req.valid("query");
      const account = await ports.accounts.find(caller.environmentId, id);
      if (account === null || !isVisible(caller, account)) {
        throw new DomainError("not_found", { detail: "There is no such account." });
      }
      const { document } = await findDefinition(ports.integrations, account);
      const models = capabilitiesOf(document.unified).map(toCapabilitiesView);
      return context.json({ integration_name: account.integrationName, models }, 200);
    },
  );
}

function modelRoutes(app: App, ports: ApiPorts, model: Model): void {
  const schemas = unifiedSchemas(model);
  const { category, name, singular } = model;
  const path = `/unified/${category}/${name}`;
  const params = z.object({ id: recordIdSchema });
  const article = /^[aeiou]/.test(singular) ? "an" : "a";
  const route = { tags, security };
  const readings = "Fields that the provider lacks are null; getUnifiedCapabilities tells which.";

  app.openapi(
    createRoute({
      ...route,
      method: "get",
      path,
      operationId: unifiedRouteId("list", model),
      summary: `List ${name} of an account's provider`,
      description: `${model.description} One page of the provider's, mapped. ${readings}`,
      request: { query: schemas.listQuery },
      responses: { 200: answer(schemas.list, `A page of ${name}`), ...common },
    }),
    (async (context: Request) => {
      const query = context.req.valid("query" as never) as Readonly<Record<string, string | number>>;
      const { integrated_account_id: id, cursor = null, raw, ...wish } = query;
      return await run(
        ports,
        context,
        model,
        "list",
        { accountId: String(id), wantsRaw: raw === "true" },
        async (call) => {
          const page = await listRecords(ports, call, wishOf(model, wish), cursor === null ? null : String(cursor));
          tellLimits(context, page.reading);
          return json(200, { result: page.records, next_cursor: page.nextCursor, raw: page.raw ?? undefined });
        },
      );
    }) as never,
  );

  app.openapi(
    createRoute({
      ...route,
      method: "get",
      path: `${path}/{id}`,
      operationId: unifiedRouteId("get", model),
      summary: `Read ${article} ${singular} of an account's provider`,
      description: `The record, mapped. ${readings}`,
      request: { params, query: oneQuery },
      responses: { 200: answer(schemas.one, `The ${singular}`), ...common },
    }),
    (async (context: Request) =>
      await withOne(ports, context, model, "get", async (call, id) =>
        json(200, oneBody(context, call, await getRecord(ports, call, id))),
      )) as never,
  );

  app.openapi(
    createRoute({
      ...route,
      method: "post",
      path,
      operationId: unifiedRouteId("create", model),
      summary: `Make ${article} ${singular} at an account's provider`,
      description: `Answers the record as the provider has it. A field that its API can't hold is refused before anything is sent. With an idempotency key nothing is kept but the record's id: a repeated request reads it anew. Where the provider was sent it and nobody knows what it did (5xx, a connection that broke), a repeated request says so, and sends nothing: a new key makes it again. Once the provider has made it, what can't be read of it stands as it was given.`,
      request: { query: oneQuery, body: body(schemas.write) },
      responses: { 201: answer(schemas.one, `The new ${singular}`), ...common },
    }),
    (async (context: Request) => {
      const given = context.req.valid("json" as never) as JsonObject;
      return await withOne(ports, context, model, "create", async (call) => {
        const made = await createOnce(ports, context, {
          create: (watch) => createRecord(ports, call, given, watch),
          find: (id) => readMade(ports, call, id, given),
        });
        return json(201, oneBody(context, call, made));
      });
    }) as never,
  );

  app.openapi(
    createRoute({
      ...route,
      method: "patch",
      path: `${path}/{id}`,
      operationId: unifiedRouteId("update", model),
      summary: `Change ${article} ${singular} at an account's provider`,
      description:
        "What is given is changed, null clears, and the rest stays; what can't be cleared at the provider is refused before anything is sent. Answers the record as the provider has it. A problem after it was changed says so in its detail: to send it again does no harm.",
      request: { params, query: oneQuery, body: body(schemas.write) },
      responses: { 200: answer(schemas.one, `The ${singular}`), ...common },
    }),
    (async (context: Request) => {
      const given = context.req.valid("json" as never) as JsonObject;
      return await withOne(ports, context, model, "update", async (call, id) =>
        json(200, oneBody(context, call, await updateRecord(ports, call, id, given))),
      );
    }) as never,
  );

  app.openapi(
    createRoute({
      ...route,
      method: "delete",
      path: `${path}/{id}`,
      operationId: unifiedRouteId("delete", model),
      summary: `Remove ${article} ${singular} at an account's provider`,
      description: "As the provider's API removes it; some keep it archived for a while.",
      request: { params, query: deleteQuery },
      responses: { 200: answer(deletedSchema, "It was removed"), ...common },
    }),
    (async (context: Request) =>
      await withOne(ports, context, model, "delete", async (call, id) => {
        tellLimits(context, await deleteRecord(ports, call, id));
        return json(200, { result: null, next_cursor: null });
      })) as never,
  );
}

/** JSON as it is written, ids of 64 bits in `raw` too. */
interface Written {
  readonly status: 200 | 201;
  readonly text: string;
}

function json(status: Written["status"], value: unknown): Written {
  return { status, text: JSON.stringify(value) };
}

async function withOne(
  ports: ApiPorts,
  context: Request,
  model: Model,
  operation: UnifiedOperation,
  work: (call: UnifiedCall, id: string) => Promise<Written>,
): Promise<Response> {
  const query = context.req.valid("query" as never) as { integrated_account_id: string; raw?: string };
  const id = operation === "create" ? "" : (context.req.valid("param" as never) as { id: string }).id;
  const wish = { accountId: query.integrated_account_id, wantsRaw: query.raw === "true" };
  return await run(ports, context, model, operation, wish, (call) => work(call, id));
}

function oneBody(context: Request, { wantsRaw }: UnifiedCall, { record, raw, reading }: OneRecord): JsonObject {
  tellLimits(context, reading);
  return { result: record, next_cursor: null, ...(wantsRaw ? { raw } : {}) };
}

/** A call, watched over and counted. */
async function run(
  ports: ApiPorts,
  context: Request,
  model: Model,
  operation: UnifiedOperation,
  { accountId, wantsRaw }: { readonly accountId: string; readonly wantsRaw: boolean },
  work: (call: UnifiedCall) => Promise<Written>,
): Promise<Response> {
  const caller = context.get("caller");
  demand(caller, "unified");
  // What a call does with a customer's credentials is no less than to read them.
  demandConfirmed(ports, caller);
  const watch = createCallWatch(ports.proxyLimits, context.req.raw.signal);
  let outcome: UnifiedOutcome = "answered";
  try {
    const { status, text } = await work({
      environmentId: caller.environmentId,
      actor: caller.id,
      isVisible: (account) => isVisible(caller, account),
      accountId,
      model,
      wantsRaw,
      signal: watch.signal,
      onWait: watch.onWait,
    });
    return context.body(text, status, { "content-type": "application/json" });
  } catch (error) {
    outcome = outcomeOf(error, watch);
    throw error;
  } finally {
    const { seconds } = watch.taken();
    ports.metrics.unifiedCalled({ model: `${model.category}/${model.name}`, operation, outcome, seconds });
    watch.end();
  }
}

function outcomeOf(error: unknown, watch: CallWatch): UnifiedOutcome {
  if (error instanceof CallerLeft) return "aborted";
  if (watch.taken().sent === 0) return "refused";
  const isAnswer = error instanceof DomainError && error.status < 500 && error.extensions["source"] === "provider";
  return isAnswer ? "rejected" : "failed";
}

/** What the provider says of its limits goes along with what it answered (R73). */
function tellLimits(context: Request, { isRateLimit, rateLimit, retryAfterSeconds }: ApiReading): void {
  for (const [name, value] of rateLimitHeaders(rateLimit, isRateLimit ? retryAfterSeconds : null)) {
    context.header(name, value);
  }
}

function wishOf({ filters }: Model, { limit, sort, ...given }: Readonly<Record<string, string | number>>): ListWish {
  const order = typeof sort === "string" ? sort : null;
  return {
    limit: Number(limit),
    filters: Object.fromEntries(
      Object.entries(given).flatMap(([name, value]) => {
        const filter = filters[name];
        if (filter === undefined) return [];
        // One form of an instant, whichever offset it came with.
        return [[name, filter.kind === "timestamp" ? new Date(value).toISOString() : String(value)]];
      }),
    ),
    sort: order === null ? null : { field: order.replace(/^-/, ""), descending: order.startsWith("-") },
  };
}
