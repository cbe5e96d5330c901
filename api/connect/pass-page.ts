import type { IncomingMessage, ServerResponse } from "node:http";
import { documentHosts } from "#core/domain/integration/integration-document";
import { languageOf, type Language } from "#core/domain/connect/language";
import { DomainError } from "#core/domain/problem/domain-error";
import type { Link } from "#core/ports/connect-store";
import { findReadable } from "#core/usecases/find-readable";
import type { ApiPorts } from "../api-environment.ts";
import type { WebPass } from "../pass-to-web.ts";
import { languageCookie, readConnectCookie } from "./browser-cookies.ts";
import type { ConnectHost } from "./connect-hosts.ts";
import { readEmbedRequest, type EmbedRequest } from "./embed-request.ts";
import { findLinkAt, findLinkOfBrowser } from "./find-link-at.ts";
import { namedProduct, type NamedProduct } from "./find-product.ts";
import { languageFor } from "./page-language.ts";
import { answerCard } from "./problem-card.ts";

/**
 * A page, passed on to web. The token of a connect link stays here: web learns only the link's id, which redeems nothing.
 * Whatever else stands under /connect/ gets the page for links that are not known, so that no spelling carries a token on.
 */
export async function passPage(
  ports: ApiPorts,
  pass: WebPass,
  request: IncomingMessage,
  response: ServerResponse,
  { path, own }: { readonly path: string; readonly own: ConnectHost | null },
): Promise<void> {
  dropLinkTokens(request);
  const query = new URLSearchParams((request.url ?? "").split("?", 2)[1]);
  const passOn = (link: Link | null, headers: Headers): void => {
    const language = speakTo(ports.publicUrl, request, response, link, query.get("lang"));
    const seen = own?.origin ?? ports.publicUrl;
    const shown = { "x-evergrant-language": language, "x-evergrant-host": new URL(seen).hostname };
    pass(request, response, { ...shown, ...headers }, () => {
      void findProduct(ports, link, seen).then((product) => answerCard(response, 503, { language, product }));
    });
  };
  if (path === "/connect/outcome") {
    // Its forms answer, or try again and leave for the same provider.
    const link = await findLinkOfBrowser(ports, request.headers.cookie);
    request.url = path;
    if (link === null) return passOn(null, {});
    const secret = readConnectCookie(request.headers.cookie, "browser", ports.publicUrl) ?? "";
    const opener = await ports.embeds.findOrigin(link.id, ports.digests.digest("browser", secret));
    return passOn(link, {
      "x-evergrant-form-action": await formTargets(ports, link),
      ...(opener === null ? {} : embedHeaders({ mode: "popup", origin: opener })),
    });
  }
  const mayHoldToken = /^\/+connect(?:\/|$)/i.test(path) || linkTokenAnywhere.test(decoded(request.url ?? ""));
  if (!mayHoldToken) {
    pass(request, response);
    return;
  }
  const token = /^\/connect\/([^/]+)\/?$/.exec(path)?.[1] ?? "";
  const link = await findLinkAt(ports, own, token);
  const embed = link === null ? null : await embedOf(ports, link.environmentId, query);
  const check = /[?&](check=[\w,.%-]{1,500})/.exec(request.url ?? "")?.[1];
  request.url = check === undefined ? "/connect/link" : `/connect/link?${check}`;
  passOn(link, {
    "x-evergrant-link": link?.id ?? "none",
    "x-evergrant-form-action": link === null ? "" : await formTargets(ports, link),
    ...(embed === null ? {} : embedHeaders(embed)),
  });
}

type Headers = Readonly<Record<string, string>>;

/** For the card that stands in while web is away; null: the link is not known, or its product can't be read now. */
async function findProduct(ports: ApiPorts, link: Link | null, origin: string): Promise<NamedProduct | null> {
  const environment = link === null ? null : await ports.environments.findById(link.environmentId).catch(() => null);
  return environment === null ? null : namedProduct(environment, origin);
}

/** Decides what language a page speaks, and remembers a choice that its address makes: it must hold until the outcome. */
function speakTo(
  publicUrl: string,
  request: IncomingMessage,
  response: ServerResponse,
  link: Link | null,
  asked: string | null,
): Language {
  const { cookie, "accept-language": accepted } = request.headers;
  const chosen = languageOf(asked ?? "");
  if (chosen !== null) response.appendHeader("set-cookie", languageCookie(chosen, publicUrl));
  return languageFor(publicUrl, { cookie, accepted }, link, chosen);
}

/** An origin that may not embed gets the page as everybody does: it can't be framed, and its opener learns nothing. */
async function embedOf(
  ports: ApiPorts,
  environmentId: string,
  query: URLSearchParams,
): Promise<Pick<EmbedRequest, "mode" | "origin"> | null> {
  if (!query.has("embed")) return null;
  const environment = await ports.environments.findById(environmentId);
  try {
    return readEmbedRequest(query, environment?.allowedOrigins ?? []);
  } catch (error) {
    if (error instanceof DomainError) return null;
    throw error;
  }
}

/** For web, which says in the page's own headers who may frame it, and keeps its tie to the window that opened it. */
function embedHeaders({ mode, origin }: Pick<EmbedRequest, "mode" | "origin">): Headers {
  return { "x-evergrant-embed": mode, "x-evergrant-opener": origin };
}

const linkTokenAnywhere = /lt_[\w-]{43}/;

function decoded(address: string): string {
  return address.replaceAll(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCodePoint(Number.parseInt(hex, 16)));
}

/** A client-side navigation tells the server the address it comes from, in headers of its own. */
function dropLinkTokens(request: IncomingMessage): void {
  for (const [name, value] of Object.entries(request.headers)) {
    if (linkTokenAnywhere.test(decoded(String(value)))) delete request.headers[name];
  }
}

/**
 * Where the form of a connect page may lead. Browsers hold `form-action` against every redirect that follows, and providers
 * send people on to hosts of their own choosing (a customer's own domain, a single sign-on): any https address, then, and of
 * plain http only what an integration names.
 */
async function formTargets(
  ports: ApiPorts,
  link: {
    readonly environmentId: string;
    readonly integrationNames: readonly string[];
    readonly returnUrl: string | null;
  },
): Promise<string> {
  const found = await Promise.all(
    link.integrationNames.map((name) => findReadable(ports.integrations, link.environmentId, name)),
  );
  const origins = found.flatMap((one) => (one === null ? [] : (documentHosts(one.document)["authorization"] ?? [])));
  // A form of typed credentials leads straight back to the product.
  if (link.returnUrl !== null) origins.push(new URL(link.returnUrl).origin);
  return ["https:", ...new Set(origins.filter((origin) => origin.startsWith("http:") && !origin.includes("{")))].join(
    " ",
  );
}
