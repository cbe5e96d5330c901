import { Hono } from "hono";
import { apiRoutes } from "./api-routes.ts";
import { appsRoutes } from "./apps-routes.ts";
import { interactionRoutes } from "./interaction-routes.ts";
import type { LabContext, LabHonoEnv } from "./lab-context.ts";
import { labRoutes } from "./lab-routes.ts";
import { logLine } from "./log-line.ts";
import { receiverRoutes } from "./receiver-routes.ts";
import { renderErrorPage } from "./render-error-page.ts";
import { renderGrantsPage } from "./render-grants-page.ts";
import { renderHomePage } from "./render-home-page.ts";

const pagePolicy =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; frame-ancestors 'none'";

/** True for the paths of the lab itself; all others are the authorization server's. */
export function isLabPath(pathname: string): boolean {
  return pathname === "/" || /^\/(apps|grants|interaction|api|lab|receiver|healthz)(\/|$)/.test(pathname);
}

export function createLabApp(context: LabContext): Hono<LabHonoEnv> {
  const { lab } = context;
  const app = new Hono<LabHonoEnv>();

  app.use(async (c, next) => {
    await next();
    c.header("Cache-Control", "no-store");
    // No form-action: browsers apply it to the redirects after a form too, and those lead to the application.
    if (c.res.headers.get("content-type")?.startsWith("text/html") === true) {
      c.header("Content-Security-Policy", pagePolicy);
    }
  });

  app.get("/", (c) => c.html(renderHomePage(lab.issuer, context.accessTokenSeconds)));
  app.get("/healthz", (c) => c.json({ status: "ok" }));
  app.get("/grants", (c) => c.html(renderGrantsPage(lab.grants(), c.req.query("person") || null, new Date())));
  app.post("/grants/:id/revoke", async (c) => {
    await lab.revokeGrant(c.req.param("id"));
    const person = c.req.query("person");
    return c.redirect(person === undefined ? "/grants" : `/grants?person=${encodeURIComponent(person)}`, 303);
  });

  app.route("/apps", appsRoutes(context));
  app.route("/interaction", interactionRoutes(context));
  app.route("/api", apiRoutes(context));
  app.route("/lab", labRoutes(context));
  app.route("/receiver", receiverRoutes(context));

  app.notFound((c) => c.html(renderErrorPage("not_found", "There is no such page in the lab."), 404));
  app.onError((error, c) => {
    logLine("error", { path: c.req.routePath, message: error.message });
    return c.json({ error: "server_error" }, 500);
  });
  return app;
}
