import type { OpenAPIHono } from "@hono/zod-openapi";
import type { Context } from "hono";
import { DomainError } from "#core/domain/problem/domain-error";
import type { IdentityProvider, SsoTrip } from "#core/ports/identity-provider";
import { digestOf, findOpenInvitation } from "#core/usecases/invite-administrator";
import { signInThroughIdp, type SsoFailure } from "#core/usecases/sign-in-through-idp";
import type { RoleMapping } from "#core/domain/access/role-mapping";
import type { ApiEnvironment, ApiPorts } from "../api-environment.ts";
import { requestOf } from "../request-of.ts";
import { ownAddress, type AdminSignIn } from "./admin-sign-in.ts";
import { refuseForeignOrigin } from "./authenticate.ts";
import { createSealedCookie, type SealedCookie } from "./sealed-cookie.ts";

/** What single sign-on needs; null: none is configured. */
export interface SsoPorts {
  readonly provider: IdentityProvider;
  readonly roles: RoleMapping;
  readonly trip: SealedCookie<Leaving>;
}

/** @param secret for cookies of sign-in */
export function createTripCookie(publicUrl: string, secret: string): SealedCookie<Leaving> {
  const name = "evergrant.sso";
  return createSealedCookie({ name, path: ssoCallbackPath, publicUrl, secret, lifetimeSeconds: tripSeconds });
}

/** Of the redirect URI that is registered at the identity provider. */
export const ssoCallbackPath = "/api/auth/callback/oidc";

/** At the provider people look for their phone. */
const tripSeconds = 15 * 60;

export interface Leaving extends SsoTrip {
  /** Where to go in the end: a path of ours. */
  readonly next: string;
  /** The digest of an invitation's token, base64url. */
  readonly invitation: string | null;
}

type Failure = SsoFailure | "expired";

/** The way to the identity provider and back. Before @auth/core's own routes, which know no provider. */
export function ssoRoutes(app: OpenAPIHono<ApiEnvironment>, ports: ApiPorts, signIn: AdminSignIn): void {
  const { sso, sessionCookie: cookie } = ports;

  app.post("/api/auth/sso", async (context) => {
    refuseForeignOrigin(requestOf(context), ports.publicUrl);
    context.header("cache-control", "no-store");
    if (sso === null) throw new DomainError("not_found", { detail: "No single sign-on is configured." });
    const form = await readForm(context);
    const invitation = form.invitation === null ? null : digestOf(ports, form.invitation);
    const invited = form.invitation === null ? null : await findOpenInvitation(ports, form.invitation);
    const live = await signIn.sessionOf(context.req.header("cookie") ?? null);
    const started = await sso.provider
      .start({ isFresh: form.isFresh, loginHint: invited?.email ?? live?.user.email ?? null })
      .catch((cause: unknown) => {
        ports.log.error({ error: cause }, "the identity provider can't be asked");
        throw new DomainError("provider_unavailable", {
          detail: "The identity provider does not answer. Try again in a moment.",
          retryAfterSeconds: 10,
          cause,
        });
      });
    const leaving: Leaving = {
      ...started.trip,
      next: form.next,
      invitation: invitation === null ? null : Buffer.from(invitation).toString("base64url"),
    };
    context.header("set-cookie", await sso.trip.issue(leaving), { append: true });
    return context.json({ url: started.url });
  });

  app.get(ssoCallbackPath, async (context) => {
    context.header("cache-control", "no-store");
    context.header("referrer-policy", "no-referrer");
    const cookies = context.req.header("cookie") ?? null;
    if (sso === null) return leave(context, "expired", "/");
    const leaving = await sso.trip.read(cookies);
    // Whatever comes of it: this trip is over, and its address does nothing a second time.
    context.header("set-cookie", sso.trip.clear, { append: true });
    if (leaving === null) return leave(context, "expired", "/");
    const live = await signIn.sessionOf(cookies);
    const result = await signInThroughIdp(
      { ...ports, provider: sso.provider, roles: sso.roles },
      {
        parameters: new URL(context.req.url).searchParams,
        trip: leaving,
        signedIn: live === null ? null : { userId: live.user.id },
        invitation: leaving.invitation === null ? null : Buffer.from(leaving.invitation, "base64url"),
      },
      {
        address: ports.addressOf(requestOf(context).incoming),
        userAgent: context.req.header("user-agent") ?? "",
        sessionId: await cookie.read(cookies),
      },
    );
    if (result.kind === "failed") return leave(context, result.why, leaving.next, leaving.isFresh);
    const { session, user } = result;
    context.header("set-cookie", await cookie.issue({ id: session.id, userId: user.id }), { append: true });
    return context.redirect(ownAddress(leaving.next, ports.publicUrl), 303);
  });

  /** To the sign-in page, which has words for each failure, and ways on for who wanted to sign in and for who wanted to confirm. */
  function leave(context: Context, why: Failure, next: string, isFresh = false): Response {
    const url = new URL("/sign-in", ports.publicUrl);
    url.searchParams.set("error", `sso_${why}`);
    if (isFresh) url.searchParams.set("fresh", "1");
    if (next !== "/") url.searchParams.set("next", next);
    return context.redirect(url.href, 303);
  }
}

interface SsoForm {
  readonly next: string;
  readonly isFresh: boolean;
  readonly invitation: string | null;
}

async function readForm(context: Context): Promise<SsoForm> {
  const body = (await context.req.json().catch(() => null)) as Record<string, unknown> | null;
  const { next = "/", fresh = false, invitation = null } = body ?? {};
  const isRead =
    body !== null &&
    typeof next === "string" &&
    next.length <= 2000 &&
    typeof fresh === "boolean" &&
    (invitation === null || typeof invitation === "string");
  if (!isRead) throw new DomainError("invalid_request", { detail: "Send {next?, fresh?, invitation?} as JSON." });
  const path = URL.parse(next, "http://here.invalid");
  const isOwn = next.startsWith("/") && path !== null && path.origin === "http://here.invalid";
  return { next: isOwn ? path.pathname + path.search : "/", isFresh: fresh, invitation };
}
