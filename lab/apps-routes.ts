import { randomBytes } from "node:crypto";
import { Hono } from "hono";
import { z } from "zod";
import type { LabContext, LabHonoEnv } from "./lab-context.ts";
import { renderAppPage, renderAppsPage } from "./render-apps-page.ts";

const appForm = z.object({
  name: z.string().trim().min(1, "Give your app a name.").max(80, "At most 80 characters."),
  redirect_uri: z
    .url({ protocol: /^https?$/, error: "This is no address. Copy the redirect URI from Evergrant." })
    .max(500),
  access_token_seconds: z.coerce.number().int().min(30).max(86_400),
});

/** What a provider's developer console would be: register an app, and take its id and secret along. */
export function appsRoutes({ lab, accessTokenSeconds }: LabContext): Hono<LabHonoEnv> {
  const routes = new Hono<LabHonoEnv>();

  routes.get("/", (c) => c.html(renderAppsPage({ issuer: lab.issuer, accessTokenSeconds })));

  routes.post("/", async (c) => {
    const typed = await c.req.parseBody();
    const read = appForm.safeParse(typed);
    if (!read.success) {
      const faults = Object.fromEntries(read.error.issues.map((issue) => [String(issue.path[0]), issue.message]));
      const text = (name: string) => (typeof typed[name] === "string" ? typed[name] : "");
      const values = { name: text("name"), redirectUri: text("redirect_uri") };
      return c.html(renderAppsPage({ issuer: lab.issuer, accessTokenSeconds, values, faults }), 422);
    }
    const { name, redirect_uri: redirectUri, access_token_seconds: seconds } = read.data;
    const app = {
      clientId: `app-${randomBytes(6).toString("hex")}`,
      clientSecret: randomBytes(24).toString("base64url"),
    };
    await lab.registerClient({ ...app, name, redirectUris: [redirectUri], accessTokenSeconds: seconds });
    return c.html(renderAppPage({ ...app, name, redirectUri, issuer: lab.issuer }), 201);
  });

  return routes;
}
