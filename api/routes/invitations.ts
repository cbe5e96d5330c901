import { z, type OpenAPIHono } from "@hono/zod-openapi";
import { DomainError } from "#core/domain/problem/domain-error";
import {
  acceptInvitation,
  findOpenInvitation,
  inviteAdministrator,
  revokeInvitation,
} from "#core/usecases/invite-administrator";
import { mailInvitation } from "#core/usecases/mail-invitation";
import type { ApiEnvironment, ApiPorts } from "../api-environment.ts";
import { demand } from "../auth/authenticate.ts";
import { networkOf } from "../auth/client-address.ts";
import { demandConfirmed, personOf } from "../auth/demand-confirmed.ts";
import { requestOf } from "../request-of.ts";
import { createRoute } from "../openapi/create-route.ts";
import {
  acceptanceSchema,
  acceptedSchema,
  foundInvitationSchema,
  invitationListSchema,
  invitationParamsSchema,
  invitationRequestSchema,
  invitationTokenSchema,
  madeInvitationSchema,
} from "../schemas/administrator.ts";
import { answer, body, needsPerson, problems, unsecured } from "../schemas/problem.ts";
import { toInvitationView } from "../views/administrator-view.ts";
import { signInMethods } from "./session.ts";

const tags = ["Administrators"];
const nothing = z.strictObject({});

/** Links that make administrators. Those of whoever follows one need no session: the link is what they show. */
export function invitationRoutes(app: OpenAPIHono<ApiEnvironment>, ports: ApiPorts): void {
  app.openapi(
    createRoute({
      method: "get",
      path: "/invitations",
      operationId: "listInvitations",
      summary: "Invitations that are open",
      description:
        "Not those that were accepted, revoked, or whose three days are over. Links are shown once, when they are made.",
      tags,
      security: needsPerson("users:read"),
      request: { query: nothing },
      responses: { 200: answer(invitationListSchema, "The invitations"), ...problems(422) },
    }),
    async (context) => {
      demand(context.get("caller"), "users:read");
      const invitations = await ports.admins.listInvitations();
      return context.json({ data: invitations.map(toInvitationView) }, 200);
    },
  );

  app.openapi(
    createRoute({
      method: "post",
      path: "/invitations",
      operationId: "inviteUser",
      summary: "Invite an administrator by their address",
      description:
        "Makes a link that works once, for three days. A second invitation of an address ends the first. Whoever accepts counts as a second person for approvals only after the waiting time. Where a mail server is configured, the link is mailed too.",
      tags,
      security: needsPerson("users:write"),
      request: {
        query: nothing,
        body: body(invitationRequestSchema, { "An operator": { email: "grace@example.com", role: "operator" } }),
      },
      responses: { 201: answer(madeInvitationSchema, "The invitation and its link"), ...problems(409, 422) },
    }),
    async (context) => {
      const caller = context.get("caller");
      demand(caller, "users:write");
      const { id } = personOf(caller);
      demandConfirmed(ports, caller);
      const made = await inviteAdministrator(ports, { kind: "person", id }, context.req.valid("json"));
      const mailed = await mailInvitation(ports, made);
      return context.json({ ...toInvitationView(made.invitation), url: made.url, mailed }, 201);
    },
  );

  app.openapi(
    createRoute({
      method: "delete",
      path: "/invitations/{id}",
      operationId: "revokeInvitation",
      summary: "Take an invitation back",
      description: "Its link does nothing from now on.",
      tags,
      security: needsPerson("users:write"),
      request: { params: invitationParamsSchema, query: nothing },
      responses: { 204: { description: "It is revoked" }, ...problems(404, 422) },
    }),
    async (context) => {
      const caller = context.get("caller");
      demand(caller, "users:write");
      const { id } = personOf(caller);
      await revokeInvitation(ports, { kind: "person", id }, context.req.valid("param").id);
      return context.body(null, 204);
    },
  );

  /** Links are tried out like passwords are: so often from one place. What is one is not counted. */
  const counted = async <T>(network: string, work: () => Promise<T>): Promise<T> => {
    // Each place by itself: a flood from many must not keep who was invited from their link.
    const account = `invitation from ${network}`;
    ports.signInLimits.begin(account, network);
    try {
      const done = await work();
      ports.signInLimits.succeeded(account, network);
      return done;
    } catch (error) {
      const isAboutLink = error instanceof DomainError && error.code === "not_found";
      if (!isAboutLink) ports.signInLimits.succeeded(account, network);
      throw error;
    }
  };

  app.openapi(
    createRoute({
      method: "post",
      path: "/invitation/look-up",
      operationId: "findInvitation",
      summary: "What the link of an invitation is for",
      description: "For the page that the link opens. Nothing is used up by looking.",
      tags,
      security: unsecured,
      request: { query: nothing, body: body(invitationTokenSchema) },
      responses: { 200: answer(foundInvitationSchema, "The invitation"), ...problems(404, 422, 429) },
    }),
    async (context) => {
      const { token } = context.req.valid("json");
      const network = networkOf(ports.addressOf(requestOf(context).incoming));
      const { email, role, expiresAt } = await counted(network, () => findOpenInvitation(ports, token));
      return context.json({ email, role, expires_at: expiresAt.toISOString(), sign_in: signInMethods(ports) }, 200);
    },
  );

  app.openapi(
    createRoute({
      method: "post",
      path: "/invitation/accept",
      operationId: "acceptInvitation",
      summary: "Accept an invitation with a name and a password",
      description:
        "Makes the administrator; the link does nothing from then on. They sign in afterwards. Through an identity provider it is accepted on the page alone.",
      tags,
      security: unsecured,
      request: { query: nothing, body: body(acceptanceSchema) },
      responses: { 201: answer(acceptedSchema, "They can sign in"), ...problems(404, 422, 429) },
    }),
    async (context) => {
      const network = networkOf(ports.addressOf(requestOf(context).incoming));
      const input = context.req.valid("json");
      const accepted = await counted(network, () => ports.signInLimits.admit(() => acceptInvitation(ports, input)));
      return context.json({ email: accepted.email, role: accepted.role }, 201);
    },
  );
}
