import { Hono } from "hono";
import { errors } from "oidc-provider";
import { z } from "zod";
import type { LabContext, LabHonoEnv } from "./lab-context.ts";

const clientBody = z.object({
  client_id: z.string().min(1),
  client_secret: z.string().min(1),
  other_secret: z.string().min(1).optional(),
  redirect_uris: z.array(z.string()),
  token_endpoint_auth_method: z.enum(["client_secret_basic", "client_secret_post"]).optional(),
  access_token_seconds: z.int().positive().optional(),
  scopes: z.array(z.string()).optional(),
  name: z.string().optional(),
  always_issue_refresh_token: z.boolean().optional(),
});

const grantBody = z.object({ client_id: z.string(), person: z.string(), scopes: z.array(z.string()).optional() });

/** How the demo and the tests steer a lab that runs in another process. It listens on the loopback only. */
export function labRoutes({ lab, ledger, isRevealing }: LabContext): Hono<LabHonoEnv> {
  const routes = new Hono<LabHonoEnv>();

  routes.post("/clients", async (c) => {
    const body = clientBody.parse(await c.req.json());
    await lab.registerClient({
      clientId: body.client_id,
      clientSecret: body.client_secret,
      otherSecret: body.other_secret,
      redirectUris: body.redirect_uris,
      tokenEndpointAuthMethod: body.token_endpoint_auth_method,
      accessTokenSeconds: body.access_token_seconds,
      scopes: body.scopes,
      name: body.name,
      alwaysIssueRefreshToken: body.always_issue_refresh_token,
    });
    return c.json({ client_id: body.client_id });
  });

  routes.get("/stats", (c) => c.json(lab.stats()));
  routes.get("/grants", (c) => c.json(lab.grants()));

  routes.post("/grants", async (c) => {
    const body = grantBody.parse(await c.req.json());
    const grant = await lab.issueGrant({ clientId: body.client_id, person: body.person, scopes: body.scopes });
    return c.json({
      grant_id: grant.grantId,
      access_token: grant.accessToken,
      refresh_token: grant.refreshToken,
      expires_in: grant.expiresInSeconds,
      scope: grant.scope,
    });
  });

  routes.post("/grants/:id/revoke", async (c) => {
    const grantId = c.req.param("id");
    if (ledger.grant(grantId) === null) return c.json({ error: "not_found" }, 404);
    await lab.revokeGrant(grantId);
    return c.json(ledger.grant(grantId));
  });

  routes.get("/issued-tokens", (c) => {
    if (!isRevealing) return c.json({ error: "not_found" }, 404);
    return c.json(lab.issuedTokens());
  });

  routes.onError((error, c) => {
    if (error instanceof z.ZodError) return c.json({ error: "invalid_request", issues: error.issues }, 400);
    if (error instanceof SyntaxError) return c.json({ error: "invalid_request" }, 400);
    if (error instanceof errors.OIDCProviderError) {
      return c.json({ error: error.error, error_description: error.error_description ?? null }, 400);
    }
    throw error;
  });

  return routes;
}
