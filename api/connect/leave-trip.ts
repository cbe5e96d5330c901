import type { Context } from "hono";
import { confirmAddress } from "#core/domain/connect/confirm-address";
import { DomainError } from "#core/domain/problem/domain-error";
import type { CallbackOutcome } from "#core/usecases/complete-authorization";
import type { SubmitOutcome } from "#core/usecases/submit-credentials";
import type { ApiPorts } from "../api-environment.ts";

/**
 * Where a trip leads that has come to something: 303 to a clean address, so that code and state are out of the address bar before
 * any page loads (checklist A14).
 *
 * @throws DomainError invalid_request: rejected, and nothing was taken
 */
export async function leaveTrip(
  ports: Pick<ApiPorts, "connect" | "embeds">,
  context: Context,
  outcome: CallbackOutcome | (SubmitOutcome & { readonly kind: "connected" | "unconfirmed" }),
): Promise<Response> {
  if (outcome.kind === "rejected") {
    throw new DomainError("invalid_request", {
      status: 400,
      detail: "This answer does not belong to a connection that this browser started, or it was used or took too long.",
    });
  }
  const link = await ports.connect.findLink(outcome.session.linkTokenId);
  const returnUrl = link?.returnUrl ?? null;
  // The outcome page asks which account it shall be; what it is told goes on from there.
  if (outcome.kind === "failed" || outcome.kind === "unapproved" || returnUrl === null)
    return context.redirect("/connect/outcome", 303);
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
}
