import { z, type OpenAPIHono } from "@hono/zod-openapi";
import { changeAdministrator, endSessionsOf, findAdministrator, sessionsOf } from "#core/usecases/administer-users";
import type { ApiEnvironment, ApiPorts } from "../api-environment.ts";
import { demand } from "../auth/authenticate.ts";
import { demandConfirmed, personOf } from "../auth/demand-confirmed.ts";
import { createRoute } from "../openapi/create-route.ts";
import {
  endedSchema,
  userDetailSchema,
  userListSchema,
  userParamsSchema,
  userPatchSchema,
  userSchema,
} from "../schemas/administrator.ts";
import { nothingSchema } from "../schemas/primitives.ts";
import { answer, body, needsPerson, problems } from "../schemas/problem.ts";
import { toSessionView, toUserView } from "../views/administrator-view.ts";

const tags = ["Administrators"];
const nothing = z.strictObject({});

/** Who may sign in, as what. No API key may ask: it would learn, or make, who is above it. */
export function userRoutes(app: OpenAPIHono<ApiEnvironment>, ports: ApiPorts): void {
  app.openapi(
    createRoute({
      method: "get",
      path: "/users",
      operationId: "listUsers",
      summary: "All administrators, with their roles and how many sessions they have",
      description: "The same in every environment: administrators belong to the installation.",
      tags,
      security: needsPerson("users:read"),
      request: { query: nothing },
      responses: { 200: answer(userListSchema, "The administrators"), ...problems(422) },
    }),
    async (context) => {
      const caller = context.get("caller");
      demand(caller, "users:read");
      const users = await ports.admins.listUsers(ports.sessionTimes.idleSeconds);
      return context.json(
        {
          data: users.map((user) => ({
            ...toUserView(user, caller.id),
            last_seen_at: user.lastSeenAt?.toISOString() ?? null,
            sessions: user.sessions,
          })),
        },
        200,
      );
    },
  );

  app.openapi(
    createRoute({
      method: "get",
      path: "/users/{id}",
      operationId: "getUser",
      summary: "One administrator and their sessions",
      description: "Sessions that are live; what is over stands in the audit log.",
      tags,
      security: needsPerson("users:read"),
      request: { params: userParamsSchema, query: nothing },
      responses: { 200: answer(userDetailSchema, "The administrator"), ...problems(404, 422) },
    }),
    async (context) => {
      const caller = context.get("caller");
      demand(caller, "users:read");
      const user = await findAdministrator(ports, context.req.valid("param").id);
      const sessions = await sessionsOf(ports, user.id);
      const current = caller.session?.id ?? null;
      return context.json(
        { ...toUserView(user, caller.id), sessions: sessions.map((one) => toSessionView(one, current)) },
        200,
      );
    },
  );

  app.openapi(
    createRoute({
      method: "patch",
      path: "/users/{id}",
      operationId: "updateUser",
      summary: "Change an administrator's role or name, disable or enable them",
      description:
        "Another role, or none, ends all their sessions at once. A role that the identity provider gives is changed there; the last owner who can sign in stays one.",
      tags,
      security: needsPerson("users:write"),
      request: {
        params: userParamsSchema,
        query: nothing,
        body: body(userPatchSchema, { "Another role": { role: "auditor" }, Disable: { disabled: true } }),
      },
      responses: { 200: answer(userSchema, "As they are now"), ...problems(404, 409, 422) },
    }),
    async (context) => {
      const caller = context.get("caller");
      demand(caller, "users:write");
      const { id } = personOf(caller);
      demandConfirmed(ports, caller);
      const { role, disabled, name } = context.req.valid("json");
      const user = await changeAdministrator(ports, { kind: "person", id }, context.req.valid("param").id, {
        ...(role === undefined ? {} : { role }),
        ...(disabled === undefined ? {} : { isDisabled: disabled }),
        ...(name === undefined ? {} : { name }),
      });
      return context.json(toUserView(user, caller.id), 200);
    },
  );

  app.openapi(
    createRoute({
      method: "post",
      path: "/users/{id}/end-sessions",
      operationId: "endUserSessions",
      summary: "End all sessions of an administrator",
      description: "In every process from the next request on. They can sign in again: disable them to keep them out.",
      tags,
      security: needsPerson("users:write"),
      request: {
        params: userParamsSchema,
        query: nothing,
        body: { required: false, content: { "application/json": { schema: nothingSchema } } },
      },
      responses: { 200: answer(endedSchema, "What was ended"), ...problems(404, 422) },
    }),
    async (context) => {
      const caller = context.get("caller");
      demand(caller, "users:write");
      const { id } = personOf(caller);
      const user = await findAdministrator(ports, context.req.valid("param").id);
      const ended = await endSessionsOf(ports, { kind: "person", id }, user.id, { but: null });
      return context.json({ ended }, 200);
    },
  );
}
