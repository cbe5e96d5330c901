import type { MiddlewareHandler } from "hono";
import { chooseLanguage, languageOf, type Language } from "#core/domain/connect/language";
import type { Link } from "#core/ports/connect-store";
import type { ApiEnvironment, ApiPorts } from "../api-environment.ts";
import { readLanguageCookie } from "./browser-cookies.ts";
import { findLinkOfPage } from "./find-link-at.ts";

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
export function rememberLanguage(
  ports: Pick<ApiPorts, "connect" | "connectHosts" | "digests" | "publicUrl">,
): MiddlewareHandler<ApiEnvironment> {
  return async (context, next) => {
    context.set("findLanguage", async (isLimited) => {
      const request = { cookie: context.req.header("cookie"), accepted: context.req.header("accept-language") };
      // The problem may be that nothing can be looked up.
      const link = await findLinkOfPage(ports, context, isLimited).catch(() => null);
      return languageFor(ports.publicUrl, request, link, languageOf(context.req.query("lang") ?? ""));
    });
    await next();
  };
}
