import type { Context } from "hono";
import { DomainError } from "#core/domain/problem/domain-error";
import type { ApiPorts } from "../api-environment.ts";
import { requestOf } from "../request-of.ts";
import type { ConnectHost } from "./connect-hosts.ts";
import { EmbedRefused } from "./embed-request.ts";

/**
 * The form of a connect page, before anything is looked up: what is there and what is not cost the same until then (checklist B10).
 *
 * @returns the product's own name under which it was sent; null: ours
 * @throws DomainError forbidden, rate_limited
 */
export async function admitForm(
  { connectAdmission, connectHosts, publicUrl }: Pick<ApiPorts, "connectAdmission" | "connectHosts" | "publicUrl">,
  context: Context,
): Promise<ConnectHost | null> {
  const own = await connectHosts.find(context.req.header("host"));
  refuseForeignForm(context, own?.origin ?? publicUrl);
  connectAdmission.admit(requestOf(context).incoming);
  return own;
}

/** A form of another site must not start a connection in somebody's browser, nor answer for them. */
function refuseForeignForm(context: Context, ownOrigin: string): void {
  const origin = context.req.header("origin");
  const site = context.req.header("sec-fetch-site");
  // A page under `Referrer-Policy: no-referrer` sends `Origin: null` with its own forms; Sec-Fetch-Site tells them apart.
  const isOwn = origin === ownOrigin || site === "same-origin" || (origin === undefined && site === undefined);
  if (!isOwn) {
    throw new DomainError("forbidden", { detail: "This form was not sent from our own page. Open the link again." });
  }
  // The provider's own page never stands in a frame, where nobody sees whose it is (checklist B8).
  const place = context.req.header("sec-fetch-dest") ?? "document";
  if (place === "document" || place === "empty") return;
  throw new EmbedRefused("This can't go on inside another page. Open the link in a window.");
}
