import type { IncomingMessage, ServerResponse } from "node:http";
import { documentHosts } from "#core/domain/integration/integration-document";
import { languageOf } from "#core/domain/connect/language";
import type { Link } from "#core/ports/connect-store";
import { findReadable } from "#core/usecases/find-readable";
import type { ApiPorts } from "../api-environment.ts";
import type { WebPass } from "../pass-to-web.ts";
import { languageCookie } from "./browser-cookies.ts";
import { findLinkByToken, findLinkOfBrowser, languageFor } from "./page-language.ts";
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
  path: string,
): Promise<void> {
  dropLinkTokens(request);
  const query = new URLSearchParams((request.url ?? "").split("?", 2)[1]);
  const speak = (link: Link | null): Spoken => speakTo(ports.publicUrl, request, response, link, query.get("lang"));
  if (path === "/connect/outcome") {
    // Its form tries again, and leaves for the same provider.
    const link = await findLinkOfBrowser(ports, request.headers.cookie);
    const { headers, whenAway } = speak(link);
    request.url = path;
    const target = link === null ? {} : { "x-evergrant-form-action": await formTargets(ports, link) };
    pass(request, response, { ...headers, ...target }, whenAway);
    return;
  }
  const mayHoldToken = /^\/+connect(?:\/|$)/i.test(path) || linkTokenAnywhere.test(decoded(request.url ?? ""));
  if (!mayHoldToken) {
    pass(request, response);
    return;
  }
  const token = /^\/connect\/([^/]+)\/?$/.exec(path)?.[1] ?? "";
  const link = await findLinkByToken(ports, token);
  const { headers, whenAway } = speak(link);
  const check = /[?&](check=[\w,.%-]{1,500})/.exec(request.url ?? "")?.[1];
  request.url = check === undefined ? "/connect/link" : `/connect/link?${check}`;
  const target = {
    "x-evergrant-link": link?.id ?? "none",
    "x-evergrant-form-action": link === null ? "" : await formTargets(ports, link),
  };
  pass(request, response, { ...headers, ...target }, whenAway);
}

interface Spoken {
  readonly headers: Readonly<Record<string, string>>;
  /** What is answered while web is away. */
  readonly whenAway: () => void;
}

/** Decides what language a page speaks, and remembers a choice that its address makes: it must hold until the outcome. */
function speakTo(
  publicUrl: string,
  request: IncomingMessage,
  response: ServerResponse,
  link: Link | null,
  asked: string | null,
): Spoken {
  const { cookie, "accept-language": accepted } = request.headers;
  const chosen = languageOf(asked ?? "");
  const language = languageFor(publicUrl, { cookie, accepted }, link, chosen);
  if (chosen !== null) response.appendHeader("set-cookie", languageCookie(chosen, publicUrl));
  return {
    headers: { "x-evergrant-language": language },
    whenAway: () => void answerCard(response, 503, language),
  };
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
