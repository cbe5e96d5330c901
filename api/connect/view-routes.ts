import type { Context, Hono } from "hono";
import type { ApiEnvironment, ApiPorts } from "../api-environment.ts";
import { passHeader } from "../auth/page-pass.ts";
import { readConnectCookie, readTypedCookie } from "./browser-cookies.ts";
import { readConnectLink, readConnectOutcome } from "./connect-views.ts";
import { readOpener } from "./embed-routes.ts";
import { openTyped } from "./typed-cookie.ts";

/** What the pages read. */
export function viewRoutes(app: Hono<ApiEnvironment>, ports: ApiPorts): void {
  const { publicUrl } = ports;
  /** Of the browser that a page is for: by web's pass, or by the cookie of whoever asks without a page. */
  const digestOf = async (context: Context): Promise<Uint8Array | null> => {
    const pass = context.req.header(passHeader);
    if (pass !== undefined) return (await ports.pagePass.read(pass))?.browser ?? null;
    const secret = readConnectCookie(context.req.header("cookie"), "browser", publicUrl);
    return secret === null ? null : ports.digests.digest("browser", secret);
  };

  // The id of a link is random and only shows what its page shows.
  app.get("/api/connect/links/:id", async (context) => {
    const link = await ports.connect.findLink(context.req.param("id"));
    context.header("cache-control", "no-store");
    const digest = await digestOf(context);
    const typed = link === null ? null : openTyped(readTypedCookie(context.req.header("cookie"), publicUrl), link.id);
    const view = await readConnectLink(ports, link, digest);
    return context.json(view.state === "open" && typed !== null ? { ...view, attempt: typed } : view);
  });

  app.get("/api/connect/outcome", async (context) => {
    const digest = await digestOf(context);
    const session = digest === null ? null : await ports.connect.findSessionOfBrowser(digest);
    context.header("cache-control", "no-store");
    const [view, opener] = await Promise.all([readConnectOutcome(ports, session), readOpener(ports, session)]);
    // Whoever embeds takes it from here: the window has nowhere to lead back to.
    const isDone = opener !== null && view.status === "connected";
    return context.json({ ...view, opener, ...(isDone ? { return_url: null } : {}) });
  });
}
