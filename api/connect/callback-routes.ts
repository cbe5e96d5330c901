import type { Context, Hono } from "hono";
import { completeAuthorization, type CallbackOutcome } from "#core/usecases/complete-authorization";
import type { ApiEnvironment, ApiPorts } from "../api-environment.ts";
import { readConnectCookie } from "./browser-cookies.ts";
import { leaveTrip } from "./leave-trip.ts";

/** The way back from the provider. */
export function callbackRoutes(app: Hono<ApiEnvironment>, ports: ApiPorts): void {
  const complete = async (context: Context, callbackId: string): Promise<CallbackOutcome> => {
    const query = (name: string): string | null => context.req.query(name) ?? null;
    context.header("cache-control", "no-store");
    context.header("referrer-policy", "no-referrer");
    return await completeAuthorization(ports, {
      callbackId,
      state: query("state"),
      code: query("code"),
      error: query("error"),
      errorDescription: query("error_description"),
      iss: query("iss"),
      parameters: context.req.query(),
      browserSecret: readConnectCookie(context.req.header("cookie"), "browser", ports.publicUrl),
    });
  };

  app.get("/oauth/callback/:callbackId", async (context) => {
    const callbackId = context.req.param("callbackId");
    const outcome = await complete(context, callbackId);
    // Nothing was taken. Whoever set out under a product's own name has their cookie there, and comes back there.
    const own = outcome.kind === "rejected" ? await ports.environments.findConnectUrl(callbackId) : null;
    if (own !== null)
      return context.redirect(`${own}/oauth/return/${callbackId}${new URL(context.req.url).search}`, 303);
    return await leaveTrip(ports, context, outcome);
  });

  // Never leads to another return, whatever a proxy makes of the Host.
  app.get("/oauth/return/:callbackId", async (context) =>
    leaveTrip(ports, context, await complete(context, context.req.param("callbackId"))),
  );
}
