import { z, type OpenAPIHono } from "@hono/zod-openapi";
import { isConfirmed } from "#core/domain/access/admin-session";
import { DomainError } from "#core/domain/problem/domain-error";
import type { Browser } from "#core/usecases/admin-ports";
import { changeOwnPassword, endSessionsOf, sessionsOf } from "#core/usecases/administer-users";
import { confirmWithPassword } from "#core/usecases/sign-in-with-password";
import type { ApiEnvironment, ApiPorts } from "../api-environment.ts";
import type { LiveSession } from "../auth/admin-sign-in.ts";
import type { CredentialedRequest } from "../auth/authenticate.ts";
import { networkOf } from "../auth/client-address.ts";
import { personOf } from "../auth/demand-confirmed.ts";
import { requestOf } from "../request-of.ts";
import { createRoute } from "../openapi/create-route.ts";
import {
  adminSessionListSchema,
  confirmationSchema,
  endedSchema,
  passwordChangeSchema,
  sessionParamsSchema,
  signInMethodsSchema,
} from "../schemas/administrator.ts";
import { nothingSchema } from "../schemas/primitives.ts";
import { answer, body, bySession, problems, unsecured } from "../schemas/problem.ts";
import { sessionSchema, type SessionView } from "../schemas/session.ts";
import { toSessionView } from "../views/administrator-view.ts";

const nothing = z.strictObject({});
const dashboard = ["Dashboard"];
const administrators = ["Administrators"];

/** How administrators can sign in here. */
export function signInMethods({ sso }: Pick<ApiPorts, "sso">) {
  return { password: true, sso: sso === null ? null : { label: sso.provider.label } };
}

/** What administrators do with their own sessions. Open to every role, and to no API key. */
export function sessionRoutes(app: OpenAPIHono<ApiEnvironment>, ports: ApiPorts): void {
  app.openapi(
    createRoute({
      method: "get",
      path: "/sign-in",
      operationId: "getSignInMethods",
      summary: "How administrators can sign in here",
      description: "For the sign-in page.",
      tags: dashboard,
      security: unsecured,
      request: { query: nothing },
      responses: { 200: answer(signInMethodsSchema, "The ways to sign in"), ...problems() },
    }),
    (context) => context.json(signInMethods(ports), 200),
  );

  app.openapi(
    createRoute({
      method: "get",
      path: "/session",
      operationId: "getSession",
      summary: "Who is signed in to the dashboard",
      description: "For pages of the dashboard; an API key is no session.",
      tags: dashboard,
      security: bySession,
      responses: { 200: answer(sessionSchema, "The session"), ...problems() },
    }),
    async (context) => {
      const { caller, ...live } = await ports.authenticator.adminOf(requestOf(context));
      return context.json(await viewOf(live, caller.environment), 200);
    },
  );

  app.openapi(
    createRoute({
      method: "put",
      path: "/session/confirmation",
      operationId: "confirmSession",
      summary: "Show once more that it is you, before something dangerous",
      description:
        "For some minutes (10, `EVERGRANT_CONFIRM_MINUTES`) what answered `step_up_required` is done. The session's id changes: the answer sets another cookie. Who signs in through an identity provider confirms there.",
      tags: dashboard,
      security: bySession,
      request: { query: nothing, body: body(confirmationSchema) },
      responses: { 200: answer(sessionSchema, "The session as it is now"), ...problems(422, 429) },
    }),
    async (context) => {
      const caller = context.get("caller");
      personOf(caller);
      const request = requestOf(context);
      const { user, browser } = await whoIs(request);
      const signedIn = await counted(user.email, browser, () =>
        confirmWithPassword(ports, user, context.req.valid("json").password, browser),
      );
      const { session } = signedIn;
      context.header("set-cookie", await ports.sessionCookie.issue({ id: session.id, userId: user.id }));
      return context.json(await viewOf(signedIn, caller.environment), 200);
    },
  );

  app.openapi(
    createRoute({
      method: "put",
      path: "/session/password",
      operationId: "changeOwnPassword",
      summary: "Change your password",
      description:
        "All your other sessions end. For approvals you count as a second person again only after the waiting time.",
      tags: administrators,
      security: bySession,
      request: { query: nothing, body: body(passwordChangeSchema) },
      responses: { 204: { description: "It is changed" }, ...problems(409, 422, 429) },
    }),
    async (context) => {
      const { sessionId } = personOf(context.get("caller"));
      const { current_password: current, new_password: next } = context.req.valid("json");
      const { user, browser } = await whoIs(requestOf(context));
      await counted(user.email, browser, () => changeOwnPassword(ports, user, { current, next }, sessionId));
      return context.body(null, 204);
    },
  );

  app.openapi(
    createRoute({
      method: "get",
      path: "/sessions",
      operationId: "listOwnSessions",
      summary: "Your sessions",
      description: "Those that are live, in every browser.",
      tags: administrators,
      security: bySession,
      request: { query: nothing },
      responses: { 200: answer(adminSessionListSchema, "Your sessions"), ...problems(422) },
    }),
    async (context) => {
      const { id, sessionId } = personOf(context.get("caller"));
      const sessions = await sessionsOf(ports, id);
      return context.json({ data: sessions.map((one) => toSessionView(one, sessionId)) }, 200);
    },
  );

  app.openapi(
    createRoute({
      method: "delete",
      path: "/sessions/{id}",
      operationId: "endOwnSession",
      summary: "End one of your sessions",
      description:
        "In every process from the next request on. Those of others are ended with `POST /users/{id}/end-sessions`.",
      tags: administrators,
      security: bySession,
      request: { params: sessionParamsSchema, query: nothing },
      responses: { 204: { description: "It is over" }, ...problems(404, 422) },
    }),
    async (context) => {
      const { id } = personOf(context.get("caller"));
      const ended = await endSessionsOf(ports, { kind: "person", id }, id, { id: context.req.valid("param").id });
      if (ended === 0) throw new DomainError("not_found", { detail: "You have no such session that is live." });
      return context.body(null, 204);
    },
  );

  app.openapi(
    createRoute({
      method: "post",
      path: "/session/end-others",
      operationId: "endOtherSessions",
      summary: "End all your sessions but this one",
      description: "In every process from the next request on.",
      tags: administrators,
      security: bySession,
      request: {
        query: nothing,
        body: { required: false, content: { "application/json": { schema: nothingSchema } } },
      },
      responses: { 200: answer(endedSchema, "What was ended"), ...problems(422) },
    }),
    async (context) => {
      const { id, sessionId } = personOf(context.get("caller"));
      const ended = await endSessionsOf(ports, { kind: "person", id }, id, { but: sessionId });
      return context.json({ ended }, 200);
    },
  );

  async function viewOf({ user, session }: LiveSession, environment: string): Promise<SessionView> {
    const environments = await ports.environments.list();
    const { confirmedAt } = session;
    const isNow = isConfirmed(confirmedAt, ports.clock.now(), ports.sessionTimes);
    const until =
      isNow && confirmedAt !== null ? confirmedAt.getTime() + ports.sessionTimes.confirmedSeconds * 1000 : null;
    return {
      user: { id: user.id, email: user.email, name: user.name, role: user.role },
      environment,
      environments: environments.map((one) => one.name),
      session_id: session.id,
      confirmed_until: until === null ? null : new Date(until).toISOString(),
      confirm_with: [
        ...(user.passwordHash === null ? [] : (["password"] as const)),
        ...(user.identity === null || ports.sso === null ? [] : (["sso"] as const)),
      ],
    };
  }

  async function whoIs(request: CredentialedRequest): Promise<LiveSession & { readonly browser: Browser }> {
    const { user, session } = await ports.authenticator.adminOf(request);
    const address = ports.addressOf(request.incoming);
    return {
      user,
      session,
      browser: { address, userAgent: request.header("user-agent") ?? "", sessionId: session.id },
    };
  }

  /** A password that is typed in a session is guessed like one at the sign-in. */
  async function counted<T>(account: string, browser: Browser, work: () => Promise<T>): Promise<T> {
    const network = networkOf(browser.address);
    ports.signInLimits.begin(account, network);
    const done = await ports.signInLimits.admit(work);
    ports.signInLimits.succeeded(account, network);
    return done;
  }
}
