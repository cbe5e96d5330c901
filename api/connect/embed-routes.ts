import type { Context, Hono } from "hono";
import type { ConnectSession } from "#core/ports/connect-store";
import type { ApiEnvironment, ApiPorts } from "../api-environment.ts";
import type { ConnectOutcomeView, EmbedResult } from "../schemas/connect.ts";
import { embedDigest, embedKeyPattern } from "./embed-request.ts";
import { linkTokenPattern } from "./link-token-pattern.ts";

type EmbedPorts = Pick<ApiPorts, "clock" | "connect" | "digests" | "embeds" | "environments">;

/**
 * What came of a link that a page of the product embeds, for its script. Providers may cut the window off from the page that opened
 * it (Cross-Origin-Opener-Policy), so that no message gets through: the page asks, and needs no cookie for it.
 */
export function embedRoutes(app: Hono<ApiEnvironment>, ports: EmbedPorts): void {
  // A form's content type: browsers send it without asking first.
  app.post("/api/connect/results", async (context) => {
    context.header("cache-control", "no-store");
    context.header("vary", "origin");
    const fields = new URLSearchParams(await context.req.text());
    const [token, key] = [fields.get("link_token") ?? "", fields.get("key") ?? ""];
    const link =
      linkTokenPattern.test(token) && embedKeyPattern.test(key)
        ? await ports.connect.findLinkByDigest(ports.digests.digest("link_token", token))
        : null;
    if (link === null) return refuse(context, "unknown_link");
    const origin = context.req.header("origin") ?? "";
    const environment = await ports.environments.findById(link.environmentId);
    if (environment?.allowedOrigins.includes(origin) !== true) return refuse(context, "origin_not_allowed");
    context.header("access-control-allow-origin", origin);
    const digest = embedDigest(ports.digests, link.id, key);
    const session = await ports.embeds.findSession({ digest, linkTokenId: link.id, origin });
    return context.json(embedResult(session, ports.clock.now()), 200);
  });
}

/** To whoever asks: it says nothing but that nothing is said. */
function refuse(context: Context, error: "unknown_link" | "origin_not_allowed"): Response {
  context.header("access-control-allow-origin", "*");
  return context.json({ status: "refused", error } satisfies EmbedResult, 403);
}

/**
 * A status, and ids once the session has ended: no token, and nothing of the external account. Until then the id of a session with
 * binding is known to its browser and the product alone: whoever brings it to the product first is taken for who authorized (R93),
 * and link token and key may be those of somebody who sent the link to another person.
 */
export function embedResult(session: ConnectSession | null, now: Date): EmbedResult {
  if (session === null) return { status: "waiting" };
  const ids = { connect_session_id: session.id };
  if (session.status === "connected") {
    return { status: "connected", ...ids, integrated_account_id: session.accountId };
  }
  if (session.status === "failed") {
    return { status: "failed", ...ids, error: session.failure?.code ?? "server_error" };
  }
  return session.expiresAt <= now ? { status: "failed", error: "expired" } : { status: "away" };
}

/** Whom the outcome page of this browser tells, and what. */
export async function readOpener(
  ports: Pick<ApiPorts, "clock" | "embeds">,
  session: ConnectSession | null,
): Promise<ConnectOutcomeView["opener"]> {
  const origin = session === null ? null : await ports.embeds.findOrigin(session.linkTokenId, session.browserDigest);
  return origin === null ? null : { origin, result: embedResult(session, ports.clock.now()) };
}
