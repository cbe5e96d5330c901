import type { Context, Hono } from "hono";
import { approveConnection, declineConnection } from "#core/usecases/approve-connection";
import type { ApiEnvironment, ApiPorts } from "../api-environment.ts";
import { requestOf } from "../request-of.ts";
import { admitForm } from "./admit-form.ts";
import { readConnectCookie } from "./browser-cookies.ts";
import { leaveTrip } from "./leave-trip.ts";

const sessionIdPattern = /^cs_[a-z0-9]{1,60}$/;

/** The person's word on the account that the outcome page showed (R93). */
export function approvalRoutes(app: Hono<ApiEnvironment>, ports: ApiPorts): void {
  app.post("/connect/approve", async (context) => await answerQuestion(context, approveConnection));
  app.post("/connect/decline", async (context) => await answerQuestion(context, declineConnection));

  const answerQuestion = async (context: Context, settle: typeof approveConnection): Promise<Response> => {
    await admitForm(ports, context);
    const fields = await context.req.parseBody().catch(() => ({}));
    const sessionId = "connect_session_id" in fields ? fields["connect_session_id"] : null;
    const browserSecret = readConnectCookie(context.req.header("cookie"), "browser", ports.publicUrl);
    context.header("cache-control", "no-store");
    context.header("referrer-policy", "no-referrer");
    const isId = typeof sessionId === "string" && sessionIdPattern.test(sessionId);
    const outcome = isId ? await settle(ports, { sessionId, browserSecret }) : ({ kind: "rejected" } as const);
    if (outcome.kind !== "rejected") ports.connectAdmission.takeBackGuess(requestOf(context).incoming);
    return await leaveTrip(ports, context, outcome);
  };
}
