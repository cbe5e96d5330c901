import type { Context, Hono } from "hono";
import { languageOf } from "#core/domain/connect/language";
import { DomainError } from "#core/domain/problem/domain-error";
import type { Link } from "#core/ports/connect-store";
import { startAuthorization, type StartOutcome } from "#core/usecases/start-authorization";
import { findForm, submitCredentials } from "#core/usecases/submit-credentials";
import type { ApiEnvironment, ApiPorts } from "../api-environment.ts";
import { requestOf } from "../request-of.ts";
import { admitForm } from "./admit-form.ts";
import { approvalRoutes } from "./approval-routes.ts";
import {
  languageCookie,
  readConnectCookie,
  readTypedCookie,
  sealLinkCookie,
  setConnectCookie,
  setTypedCookie,
} from "./browser-cookies.ts";
import { callbackRoutes } from "./callback-routes.ts";
import { embedDigest, embedQuery, readEmbedRequest, type EmbedRequest } from "./embed-request.ts";
import { findLinkAt, findLinkOfBrowser } from "./find-link-at.ts";
import { leaveTrip } from "./leave-trip.ts";
import { readForm, type ConnectForm } from "./read-form.ts";
import { sealTyped } from "./typed-cookie.ts";
import { viewRoutes } from "./view-routes.ts";

/** How long after its trip a browser may come back to grant what it left out. */
const returnMs = 30 * 60_000;

/**
 * The way of an end user: the click that leaves for the provider, the way back, and what the pages read. The pages themselves
 * are web's; a link token, a code or what somebody typed never gets there.
 */
export function connectRoutes(app: Hono<ApiEnvironment>, ports: ApiPorts): void {
  const { publicUrl } = ports;

  // GET is safe; only a POST from our own page leaves for the provider (R94).
  app.post("/connect/retry", async (context) => {
    await admitForm(ports, context);
    const link = await findLinkOfBrowser(ports, context.req.header("cookie"));
    return await start(context, link, null, await connectedHere(context, link), null);
  });

  // Before every other word after /connect/ counts as a token.
  approvalRoutes(app, ports);

  app.post("/connect/:token", async (context) => {
    const own = await admitForm(ports, context);
    const token = context.req.param("token");
    const link = await findLinkAt(ports, own, token);
    return await start(context, link, token, null, await embedOf(context, link));
  });

  const embedOf = async (context: Context, link: Link | null): Promise<EmbedRequest | null> => {
    const query = new URL(context.req.url).searchParams;
    if (link === null || !query.has("embed")) return null;
    const environment = await ports.environments.findById(link.environmentId);
    return readEmbedRequest(query, environment?.allowedOrigins ?? []);
  };

  /** The account that this browser's latest trip connected through this link. */
  const connectedHere = async (context: Context, link: Link | null): Promise<string | null> => {
    const secret = readConnectCookie(context.req.header("cookie"), "browser", publicUrl);
    if (secret === null || link === null) return null;
    const session = await ports.connect.findSessionOfBrowser(ports.digests.digest("browser", secret));
    const isRecent = session !== null && session.expiresAt.getTime() + returnMs > ports.clock.now().getTime();
    return isRecent && session.status === "connected" && session.linkTokenId === link.id ? session.accountId : null;
  };

  const start = async (
    context: Context,
    link: Link | null,
    token: string | null,
    connectedAccountId: string | null,
    embed: EmbedRequest | null,
  ): Promise<Response> => {
    if (link === null) return context.redirect("/connect/outcome", 303);
    ports.connectAdmission.takeBackGuess(requestOf(context).incoming);
    ports.connectAdmission.admitLink(link.id);
    // A frame of another site keeps no cookie of ours: what its reader chose comes along in the form's address.
    const language = languageOf(context.req.query("lang") ?? "");
    if (language !== null) context.header("set-cookie", languageCookie(language, publicUrl), { append: true });
    const form = await readForm(context);
    const browserSecret =
      readConnectCookie(context.req.header("cookie"), "browser", publicUrl) ??
      Buffer.from(ports.random.bytes(32)).toString("base64url");
    if (token !== null) await rememberEmbed(link, browserSecret, embed);
    const name = form.integrationName ?? (await lastChoice(link));
    if ((await findForm(ports, link, name)) !== null) {
      // Its form stands on the page of the link, and nowhere else.
      if (token === null) return context.redirect("/connect/outcome", 303);
      return await submit(context, link, token, { ...form, integrationName: name }, browserSecret, embed);
    }
    let outcome: StartOutcome;
    try {
      outcome = await startAuthorization(ports, {
        link,
        integrationName: name,
        inputs: form.inputs ?? (await lastInputs(link)),
        browserSecret,
        connectedAccountId,
      });
    } catch (error) {
      if (!(error instanceof DomainError) || error.code !== "invalid_request" || token === null) throw error;
      // The page comes again and says which input needs another look; what was typed is in the address of nobody.
      const typed = { link: link.id, integrationName: name, inputs: form.inputs ?? {}, errors: error.errors };
      setTypedCookie(context, publicUrl, sealTyped(typed));
      const wrong = error.errors.map((one) => one.pointer.replace("/inputs/", "")).join(",");
      return context.redirect(`/connect/${token}${embedQuery(embed, { check: wrong })}`, 303);
    }
    rememberTrip(context, link, browserSecret);
    switch (outcome.kind) {
      case "authorize":
        return context.redirect(outcome.url, 303);
      case "failed":
        return context.redirect("/connect/outcome", 303);
      case "unusable_link":
      case "unavailable":
        return context.redirect(token === null ? "/connect/outcome" : `/connect/${token}${embedQuery(embed)}`, 303);
    }
  };

  const submit = async (
    context: Context,
    link: Link,
    token: string,
    form: ConnectForm & { readonly integrationName: string },
    browserSecret: string,
    embed: EmbedRequest | null,
  ): Promise<Response> => {
    const outcome = await submitCredentials(ports, {
      link,
      integrationName: form.integrationName,
      inputs: form.inputs ?? {},
      credentials: form.credentials,
      browserSecret,
    });
    rememberTrip(context, link, browserSecret);
    const page = `/connect/${token}`;
    switch (outcome.kind) {
      case "connected":
      case "unconfirmed":
        return await leaveTrip(ports, context, outcome);
      case "again": {
        // The form shows what was typed by the browser's cookie; without one it says at least which fields need another look.
        const check = outcome.names.join(",");
        return context.redirect(page + embedQuery(embed, check === "" ? {} : { check }), 303);
      }
      case "limited":
      case "unusable_link":
      case "unavailable":
        return context.redirect(page + embedQuery(embed), 303);
    }
  };

  /** Whoever opened the link anew is told what comes of it, and nobody else any more. */
  const rememberEmbed = async (link: Link, browserSecret: string, embed: EmbedRequest | null): Promise<void> => {
    const browserDigest = ports.digests.digest("browser", browserSecret);
    if (embed === null) return await ports.embeds.close(link.id, browserDigest);
    const digest = embedDigest(ports.digests, link.id, embed.key);
    await ports.embeds.open({ digest, linkTokenId: link.id, browserDigest, origin: embed.origin });
  };

  /** So that this browser, and no other, can go on with its trip, or see its form again. */
  const rememberTrip = (context: Context, link: Link, browserSecret: string): void => {
    if (readTypedCookie(context.req.header("cookie"), publicUrl) !== null) setTypedCookie(context, publicUrl, null);
    setConnectCookie(context, "browser", publicUrl, browserSecret);
    setConnectCookie(context, "link", publicUrl, sealLinkCookie(ports.digests, link.id, browserSecret));
    context.header("cache-control", "no-store");
    context.header("referrer-policy", "no-referrer");
  };

  const lastChoice = async (link: Link): Promise<string> => {
    const account = link.accountId === null ? null : await ports.accounts.find(link.environmentId, link.accountId);
    return account?.integrationName ?? link.integrationNames[0] ?? "";
  };

  const lastInputs = async (link: Link): Promise<Readonly<Record<string, string>>> => {
    const account = link.accountId === null ? null : await ports.accounts.find(link.environmentId, link.accountId);
    return account?.inputs ?? {};
  };

  callbackRoutes(app, ports);
  viewRoutes(app, ports);
}
