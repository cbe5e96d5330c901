import { OpenAPIHono, z } from "@hono/zod-openapi";
import { bodyLimit } from "hono/body-limit";
import type { Context } from "hono";
import { DomainError, type FieldError } from "#core/domain/problem/domain-error";
import type { ApiEnvironment, ApiPorts } from "./api-environment.ts";
import type { AdminSignIn } from "./auth/admin-sign-in.ts";
import { connectRoutes } from "./connect/connect-routes.ts";
import { embedRoutes } from "./connect/embed-routes.ts";
import { createFindProduct } from "./connect/find-product.ts";
import { scriptRoutes } from "./connect/script-route.ts";
import { logoRoute } from "./connect/logo-route.ts";
import { rememberLanguage } from "./connect/page-language.ts";
import { countRequests } from "./count-requests.ts";
import { cspReportRoute } from "./csp-reports.ts";
import { documentIdempotency, idempotentPosts } from "./idempotency.ts";
import { registerComponents } from "./openapi/describe-api.ts";
import { createProblemMapper, type ProblemWriter } from "./problem.ts";
import { describeProxy } from "./proxy/describe-proxy.ts";
import { refuseOtherBodies } from "./refuse-other-bodies.ts";
import { ssoRoutes } from "./auth/sso-routes.ts";
import { refuseUnknownQueries } from "./refuse-unknown-queries.ts";
import { refuseUnstorable } from "./refuse-unstorable.ts";
import { auditRoutes } from "./routes/audit.ts";
import { accountRunRoutes } from "./routes/account-runs.ts";
import { accountHistoryRoutes } from "./routes/account-history.ts";
import { accountListRoutes } from "./routes/account-lists.ts";
import { accountRoutes } from "./routes/accounts.ts";
import { clientKeyRoutes } from "./routes/client-keys.ts";
import { documentationRoutes } from "./routes/documentation.ts";
import { eventStreamRoutes } from "./routes/event-stream.ts";
import { environmentRoutes } from "./routes/environment.ts";
import { anomalyRoutes } from "./routes/anomalies.ts";
import { apiKeyRoutes } from "./routes/api-keys.ts";
import { approvalRoutes } from "./routes/approvals.ts";
import { integrationCheckRoutes } from "./routes/integration-checks.ts";
import { integrationDetailRoutes } from "./routes/integration-details.ts";
import { integrationMappingRoutes } from "./routes/integration-mappings.ts";
import { integrationTrialRoutes } from "./routes/integration-trials.ts";
import { integrationRoutes } from "./routes/integrations.ts";
import { invitationRoutes } from "./routes/invitations.ts";
import { sessionRoutes } from "./routes/session.ts";
import { userRoutes } from "./routes/users.ts";
import { keyRoutes } from "./routes/keys.ts";
import { linkRoutes } from "./routes/links.ts";
import { massFailureRoutes } from "./routes/mass-failures.ts";
import { statsRoutes } from "./routes/stats.ts";
import { tenantRoutes } from "./routes/tenants.ts";
import { unifiedRoutes } from "./routes/unified.ts";
import { webhookDeliveryRoutes } from "./routes/webhook-deliveries.ts";
import { webhookEndpointRoutes } from "./routes/webhook-endpoints.ts";
import { makeRequestId } from "./request-id.ts";
import { requestOf } from "./request-of.ts";
import { securityHeaders } from "./security-headers.ts";
import { wordIssue } from "./schemas/word-issue.ts";

const maxBodyBytes = 1_048_576;
const maxFormBytes = 65_536;

/** Paths of the API that answer without a key. */
const open = new Set([
  "/api/v1/openapi.json",
  "/api/v1/reference",
  "/api/v1/integrations/schema.json",
  "/api/v1/session",
  "/api/v1/sign-in",
  "/api/v1/invitation/look-up",
  "/api/v1/invitation/accept",
]);

/** Everything that api answers itself. Each route is short: parse, use case, answer. */
export function createApp(
  ports: ApiPorts,
  signIn: AdminSignIn,
  writeProblem: ProblemWriter,
): OpenAPIHono<ApiEnvironment> {
  // What callers read of a wrong field; the words of a schema itself come before it.
  z.config({ localeError: wordIssue });
  const app = new OpenAPIHono<ApiEnvironment>();
  const onError = createProblemMapper(writeProblem, createFindProduct(ports));
  app.onError(onError);
  app.notFound((context) =>
    onError(new DomainError("not_found", { detail: "There is nothing at this address." }), context),
  );

  app.use(countRequests(ports.metrics));
  app.use(async (context, next) => {
    const id = makeRequestId();
    context.set("requestId", id);
    await next();
    secure(context);
    context.res.headers.set("x-request-id", id);
  });
  app.use("/connect/*", rememberLanguage(ports));
  app.use("/oauth/*", rememberLanguage(ports));
  app.use("/api/*", bodyLimit({ maxSize: maxBodyBytes, onError: tooLarge("1 MiB") }));
  app.use("/connect/*", bodyLimit({ maxSize: maxFormBytes, onError: tooLarge("64 KiB") }));

  app.use(refuseUnstorable());

  cspReportRoute(app, ports);
  ssoRoutes(app, ports, signIn);
  app.on(["GET", "POST"], "/api/auth/*", (context) => {
    // @auth/core would take JSON for a form too. Nothing of ours sends it, and one way in is enough to watch.
    if ((context.req.header("content-type") ?? "").includes("json")) {
      throw new DomainError("invalid_request", { status: 400, detail: "This address takes forms." });
    }
    return signIn.handle(context.req.raw, { address: ports.addressOf(requestOf(context).incoming) });
  });
  app.all("/api/auth/*", () => {
    throw otherMethod("GET, POST");
  });

  const api = new OpenAPIHono<ApiEnvironment>({ defaultHook: refuseInvalid });
  api.onError(onError);
  registerComponents(api);
  app.use("/api/v1/*", async (context, next) => {
    context.header("cache-control", "no-store");
    if (!open.has(context.req.path) && !context.req.path.startsWith("/api/v1/problems/")) {
      context.set("caller", await ports.authenticator.callerOf(requestOf(context)));
    }
    await next();
  });
  app.use("/api/v1/*", refuseOtherBodies());
  app.use("/api/v1/*", idempotentPosts(ports));
  integrationRoutes(api, ports);
  integrationDetailRoutes(api, ports);
  integrationTrialRoutes(api, ports);
  integrationMappingRoutes(api, ports);
  integrationCheckRoutes(api, ports);
  approvalRoutes(api, ports);
  accountListRoutes(api, ports);
  accountRunRoutes(api, ports);
  accountHistoryRoutes(api, ports);
  accountRoutes(api, ports);
  massFailureRoutes(api, ports);
  linkRoutes(api, ports);
  environmentRoutes(api, ports);
  sessionRoutes(api, ports);
  userRoutes(api, ports);
  invitationRoutes(api, ports);
  webhookEndpointRoutes(api, ports);
  eventStreamRoutes(api, ports);
  webhookDeliveryRoutes(api, ports);
  keyRoutes(api, ports);
  tenantRoutes(api, ports);
  auditRoutes(api, ports);
  anomalyRoutes(api, ports);
  apiKeyRoutes(api, ports);
  statsRoutes(api, ports);
  unifiedRoutes(api, ports);
  describeProxy(api.openAPIRegistry);
  documentationRoutes(api, ports);
  documentIdempotency(api);
  refuseUnknownQueries(app, api);
  app.route("/api/v1", api);
  refuseOtherMethods(app, api);

  connectRoutes(app, ports);
  logoRoute(app, ports);
  embedRoutes(app, ports);
  scriptRoutes(app);
  clientKeyRoutes(app, ports);
  return app;
}

/** Whoever sends more wrong fields than this has sent something else, and gets no answer of many times its length. */
const mostErrors = 100;

/** Every wrong field of a request at once, each with its pointer. */
function refuseInvalid(result: {
  readonly success: boolean;
  readonly target: string;
  readonly error?: { readonly issues: readonly Issue[] };
}): void {
  if (result.success) return;
  const inBody = result.target === "json";
  const errors = (result.error?.issues ?? []).flatMap((issue): FieldError[] => {
    const at = (path: readonly PropertyKey[]): string =>
      inBody
        ? path.map((part) => `/${String(part).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("")
        : path.join(".");
    if (issue.code !== "unrecognized_keys") return [{ pointer: at(issue.path), detail: issue.message }];
    return (issue.keys ?? []).map((key) => ({
      pointer: at([...issue.path, key]),
      detail: "is not a known field; remove it or mend its spelling",
    }));
  });
  throw new DomainError("invalid_request", {
    detail: inBody ? "The body is not valid." : "The address is not valid.",
    errors: errors.slice(0, mostErrors),
  });
}

interface Issue {
  readonly code: string;
  readonly path: readonly PropertyKey[];
  readonly message: string;
  readonly keys?: readonly string[];
}

/** A known address with another method is a 405 that names the methods it has (checklist F15). */
function refuseOtherMethods(app: OpenAPIHono<ApiEnvironment>, api: OpenAPIHono<ApiEnvironment>): void {
  const methods = new Map<string, Set<string>>();
  for (const route of api.routes) {
    if (route.method === "ALL" || route.path.includes("*")) continue;
    methods.set(route.path, (methods.get(route.path) ?? new Set()).add(route.method));
  }
  for (const [path, allowed] of methods) {
    app.all(`/api/v1${path}`, () => {
      throw otherMethod([...allowed].join(", "));
    });
  }
}

function otherMethod(allow: string): DomainError {
  return new DomainError("method_not_allowed", { detail: `This address answers ${allow}.`, extensions: { allow } });
}

function tooLarge(limit: string): () => never {
  return () => {
    throw new DomainError("payload_too_large", { detail: `The body is larger than ${limit}.` });
  };
}

/** What an answer says itself of these stands. */
const ofItsOwn = new Set(["content-security-policy", "cross-origin-resource-policy"]);

function secure({ res: { headers } }: Context): void {
  for (const [name, value] of Object.entries(securityHeaders)) {
    if (!ofItsOwn.has(name) || !headers.has(name)) headers.set(name, value);
  }
}
