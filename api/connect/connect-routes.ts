import type { Context, Hono } from "hono";
import { confirmAddress } from "#core/domain/connect/confirm-address";
import { DomainError } from "#core/domain/problem/domain-error";
import type { Link } from "#core/ports/connect-store";
import { completeAuthorization, type CallbackOutcome } from "#core/usecases/complete-authorization";
import { startAuthorization, type StartOutcome } from "#core/usecases/start-authorization";
import { findForm, submitCredentials, type SubmitOutcome } from "#core/usecases/submit-credentials";
import type { ApiEnvironment, ApiPorts } from "../api-environment.ts";
import { openLinkCookie, readConnectCookie, sealLinkCookie, setConnectCookie } from "./browser-cookies.ts";
import { readConnectLink, readConnectOutcome } from "./connect-views.ts";
import { findLinkAt } from "./find-link-at.ts";
import { embedDigest, embedQuery, readEmbedRequest, type EmbedRequest } from "./embed-request.ts";
import { readOpener } from "./embed-routes.ts";

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
    const own = await ports.connectHosts.find(context.req.header("host"));
    refuseForeignForm(context, own?.origin ?? publicUrl);
    const cookie = context.req.header("cookie");
    const linkId = openLinkCookie(
      ports.digests,
      readConnectCookie(cookie, "link", publicUrl),
      readConnectCookie(cookie, "browser", publicUrl),
    );
    const link = linkId === null ? null : await ports.connect.findLink(linkId);
    return await start(context, link, null, await connectedHere(context, link), null);
  });

  app.post("/connect/:token", async (context) => {
    const own = await ports.connectHosts.find(context.req.header("host"));
    refuseForeignForm(context, own?.origin ?? publicUrl);
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
        return await leave(context, outcome);
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
      browserSecret: readConnectCookie(context.req.header("cookie"), "browser", publicUrl),
    });
  };

  app.get("/oauth/callback/:callbackId", async (context) => {
    const callbackId = context.req.param("callbackId");
    const outcome = await complete(context, callbackId);
    // Nothing was taken. Whoever set out under a product's own name has their cookie there, and comes back there.
    const own = outcome.kind === "rejected" ? await ports.environments.findConnectUrl(callbackId) : null;
    if (own !== null)
      return context.redirect(`${own}/oauth/return/${callbackId}${new URL(context.req.url).search}`, 303);
    return await leave(context, outcome);
  });

  // Never leads to another return, whatever a proxy makes of the Host.
  app.get("/oauth/return/:callbackId", async (context) =>
    leave(context, await complete(context, context.req.param("callbackId"))),
  );

  /** 303 to a clean address: code and state are out of the address bar before any page loads (checklist A14). */
  const leave = async (
    context: Context,
    outcome: CallbackOutcome | (SubmitOutcome & { readonly kind: "connected" | "unconfirmed" }),
  ): Promise<Response> => {
    if (outcome.kind === "rejected") {
      throw new DomainError("invalid_request", {
        status: 400,
        detail:
          "This answer does not belong to a connection that this browser started, or it was used or took too long.",
      });
    }
    const link = await ports.connect.findLink(outcome.session.linkTokenId);
    const returnUrl = link?.returnUrl ?? null;
    if (outcome.kind === "failed" || returnUrl === null) return context.redirect("/connect/outcome", 303);
    // Nothing is connected yet: the product's page learns of no more than the session that its backend confirms (R93).
    if (outcome.kind === "unconfirmed") return context.redirect(confirmAddress(returnUrl, outcome.session.id), 303);
    // A page of the product waits beside this window, and would get a copy of itself in it.
    const waits = await ports.embeds.findOrigin(outcome.session.linkTokenId, outcome.session.browserDigest);
    if (waits !== null) return context.redirect("/connect/outcome", 303);
    const target = new URL(returnUrl);
    target.searchParams.set("status", "connected");
    // No account stands in any address (R2): events and the list of the tenant's accounts name it.
    target.searchParams.set("connect_session_id", outcome.session.id);
    return context.redirect(target.href, 303);
  };

  // What the pages read. The id of a link is random and only shows what its page shows.
  app.get("/api/connect/links/:id", async (context) => {
    const link = await ports.connect.findLink(context.req.param("id"));
    const secret = readConnectCookie(context.req.header("cookie"), "browser", publicUrl);
    context.header("cache-control", "no-store");
    const digest = secret === null ? null : ports.digests.digest("browser", secret);
    return context.json(await readConnectLink(ports, link, digest));
  });

  app.get("/api/connect/outcome", async (context) => {
    const secret = readConnectCookie(context.req.header("cookie"), "browser", publicUrl);
    const session =
      secret === null ? null : await ports.connect.findSessionOfBrowser(ports.digests.digest("browser", secret));
    context.header("cache-control", "no-store");
    const [view, opener] = await Promise.all([readConnectOutcome(ports, session), readOpener(ports, session)]);
    // Whoever embeds takes it from here: the window has nowhere to lead back to.
    const isDone = opener !== null && view.status === "connected";
    return context.json({ ...view, opener, ...(isDone ? { return_url: null } : {}) });
  });
}

interface ConnectForm {
  readonly integrationName: string | null;
  readonly inputs: Readonly<Record<string, string>> | null;
  readonly credentials: Readonly<Record<string, string>>;
}

async function readForm(context: Context): Promise<ConnectForm> {
  const fields = await context.req.parseBody().catch(() => ({}));
  const inputs: Record<string, string> = {};
  const credentials: Record<string, string> = {};
  let integrationName: string | null = null;
  for (const [name, value] of Object.entries(fields)) {
    if (typeof value !== "string") continue;
    // As everywhere (refuseUnstorable), which does not read forms.
    if (`${name}${value}`.includes("\u0000")) {
      throw new DomainError("invalid_request", {
        status: 400,
        detail: "A field holds a character that can't be stored (U+0000). Open the link again, and type it anew.",
      });
    }
    if (name === "integration_name") integrationName = value;
    else if (name.startsWith("inputs.")) inputs[name.slice("inputs.".length)] = value;
    else if (name.startsWith("credentials.")) credentials[name.slice("credentials.".length)] = value;
  }
  return { integrationName, inputs: integrationName === null ? null : inputs, credentials };
}

/** A form of another site must not start a connection in somebody's browser. */
function refuseForeignForm(context: Context, publicUrl: string): void {
  const origin = context.req.header("origin");
  const site = context.req.header("sec-fetch-site");
  // A page under `Referrer-Policy: no-referrer` sends `Origin: null` with its own forms; Sec-Fetch-Site tells them apart.
  const isOwn = origin === publicUrl || site === "same-origin" || (origin === undefined && site === undefined);
  if (isOwn) {
    // The provider's own page never stands in a frame, where nobody sees whose it is (checklist B8).
    const place = context.req.header("sec-fetch-dest") ?? "document";
    if (place === "document" || place === "empty") return;
    throw new DomainError("forbidden", { detail: "This can't go on inside another page. Open the link in a window." });
  }
  throw new DomainError("forbidden", { detail: "This form was not sent from our own page. Open the link again." });
}
