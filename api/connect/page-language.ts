import type { Context, MiddlewareHandler } from "hono";
import { chooseLanguage, type Language } from "#core/domain/connect/language";
import type { Link } from "#core/ports/connect-store";
import type { ApiEnvironment, ApiPorts } from "../api-environment.ts";
import { openLinkCookie, readConnectCookie, readLanguageCookie } from "./browser-cookies.ts";

type LinkPorts = Pick<ApiPorts, "connect" | "digests" | "publicUrl">;

/** Link tokens as they are made: anything else is not looked up. */
export const linkTokenPattern = /^lt_[A-Za-z0-9_-]{43}$/;

/** The link of a token as it stands in an address; null: there is none. */
export async function findLinkByToken({ connect, digests }: LinkPorts, token: string): Promise<Link | null> {
  return linkTokenPattern.test(token) ? await connect.findLinkByDigest(digests.digest("link_token", token)) : null;
}

/** The link that this browser set out on last; null: none, or its cookies don't belong together. */
export async function findLinkOfBrowser(
  { connect, digests, publicUrl }: LinkPorts,
  cookie: string | undefined,
): Promise<Link | null> {
  const browser = readConnectCookie(cookie, "browser", publicUrl);
  const id = openLinkCookie(digests, readConnectCookie(cookie, "link", publicUrl), browser);
  return id === null ? null : await connect.findLink(id);
}

/** The language of a page about `link`, which may be none. `chosen` is what the address says, before the cookie of an earlier choice. */
export function languageFor(
  publicUrl: string,
  request: { readonly cookie: string | undefined; readonly accepted: string | undefined },
  link: Pick<Link, "locale"> | null,
  chosen: Language | null = null,
): Language {
  return chooseLanguage({
    chosen: chosen ?? readLanguageCookie(request.cookie, publicUrl),
    locale: link?.locale ?? null,
    accepted: request.accepted ?? null,
  });
}

/** Lets a problem on the way of an end user be told in their language. Nothing is looked up unless there is one to tell. */
export function rememberLanguage(ports: LinkPorts): MiddlewareHandler<ApiEnvironment> {
  return async (context, next) => {
    context.set("findLanguage", async () => {
      const request = { cookie: context.req.header("cookie"), accepted: context.req.header("accept-language") };
      // The problem may be that nothing can be looked up.
      const link = await findLinkOf(ports, context).catch(() => null);
      return languageFor(ports.publicUrl, request, link);
    });
    await next();
  };
}

async function findLinkOf(ports: LinkPorts, context: Context): Promise<Link | null> {
  const token = /^\/connect\/([^/]+)$/.exec(context.req.path)?.[1] ?? "";
  return (await findLinkByToken(ports, token)) ?? (await findLinkOfBrowser(ports, context.req.header("cookie")));
}
