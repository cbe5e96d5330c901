import { isConfirmed } from "#core/domain/access/admin-session";
import type { Caller } from "#core/domain/access/permission";
import { DomainError } from "#core/domain/problem/domain-error";
import type { ApiPorts } from "../api-environment.ts";

/**
 * Before something dangerous: whoever sits at a session that somebody left open, or holds its cookie, can't show again who they are
 * (checklist G8). An API key is no session, and what it may is in its permissions.
 *
 * @throws DomainError step_up_required
 */
export function demandConfirmed(
  { clock, sessionTimes }: Pick<ApiPorts, "clock" | "sessionTimes">,
  caller: Caller,
): void {
  if (caller.session === undefined || isConfirmed(caller.session.confirmedAt, clock.now(), sessionTimes)) return;
  throw new DomainError("step_up_required", {
    detail: "Confirm first that it is you: with your password or through single sign-on. Then send this again.",
  });
}

/** The administrator who calls. @throws DomainError forbidden: an API key is nobody */
export function personOf(caller: Caller): { readonly id: string; readonly sessionId: string } {
  if (caller.kind === "admin" && caller.session !== undefined) return { id: caller.id, sessionId: caller.session.id };
  throw new DomainError("forbidden", {
    detail: "This is for administrators who are signed in. An API key is none.",
  });
}
