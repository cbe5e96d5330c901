import {
  decideFederatedSignIn,
  type FederatedPerson,
  type FederatedRefusal,
} from "../domain/access/decide-federated-sign-in.ts";
import { invitationState } from "../domain/access/invitation.ts";
import { mapRole, type RoleMapping } from "../domain/access/role-mapping.ts";
import { idRandomBytes, makeId } from "../domain/identifier/identifier.ts";
import type { FederatedRecords } from "../ports/admin-store.ts";
import type { IdentityProvider, SsoTrip } from "../ports/identity-provider.ts";
import type { Log } from "../ports/log.ts";
import { newSession, recordOf, type AdminPorts, type Browser } from "./admin-ports.ts";
import type { SignedIn } from "./sign-in-with-password.ts";

/** Why nobody is signed in. */
export type SsoFailure =
  | FederatedRefusal
  /** The provider has taken the role away. */
  | "expelled"
  | "denied"
  | "unavailable"
  | "invalid"
  | "invitation_over"
  /** Another person than the one who is signed in here: whoever confirms must be the same. */
  | "another_person";

export interface SsoSignInPorts extends AdminPorts {
  readonly provider: IdentityProvider;
  readonly roles: RoleMapping;
  readonly log: Log;
}

/**
 * The way back from the identity provider.
 *
 * @param input.signedIn who is signed in in this browser now; null: nobody
 * @param input.invitation the digest of the link that they followed; null: none
 */
export async function signInThroughIdp(
  ports: SsoSignInPorts,
  input: {
    readonly parameters: URLSearchParams;
    readonly trip: SsoTrip;
    readonly signedIn: { readonly userId: string } | null;
    readonly invitation: Uint8Array | null;
  },
  browser: Browser,
): Promise<({ readonly kind: "signed_in" } & SignedIn) | { readonly kind: "failed"; readonly why: SsoFailure }> {
  const { address } = browser;
  const fail = async (why: SsoFailure, target = "unknown"): Promise<{ kind: "failed"; why: SsoFailure }> => {
    await ports.audit.append([
      recordOf(ports, "user.sign_in_failed", "anonymous", target, { method: "sso", reason: why, address }),
    ]);
    return { kind: "failed", why };
  };
  const result = await ports.provider.finish(input.parameters, input.trip);
  if (result.kind !== "person") {
    if (result.kind === "denied") ports.log.info({ answer: result.error }, "the identity provider let nobody in");
    else ports.log.warn({ error: result.cause }, "single sign-on failed");
    return await fail(result.kind);
  }
  const { claims, identity, email, isEmailVerified, authenticatedAt } = result.person;
  const person: FederatedPerson = {
    identity,
    email,
    isEmailVerified,
    name: result.person.name ?? email?.split("@")[0] ?? "",
    mappedRole: mapRole(claims, ports.roles),
  };
  const now = ports.clock.now();
  // Its clock may be ahead of ours; nobody is confirmed for longer because of that.
  const confirmedAt = authenticatedAt !== null && authenticatedAt > now ? now : authenticatedAt;
  const outcome = await ports.admins.admitFederated(
    person,
    input.invitation,
    (known, emailOwner, invitation) => {
      const { signedIn } = input;
      if (signedIn !== null && signedIn.userId !== known?.id) return { kind: "stop", why: "another_person" };
      if (input.invitation !== null && (invitation === null || invitationState(invitation, now) !== "open"))
        return { kind: "stop", why: "invitation_over" };
      return decideFederatedSignIn(person, known, emailOwner, invitation);
    },
    {
      userId: makeId("usr", ports.random.bytes(idRandomBytes)),
      session: newSession(ports, browser, { method: "sso", confirmedAt }),
      records: recordsOf(ports, address, input.trip.isFresh),
    },
  );
  switch (outcome.kind) {
    case "signed_in":
      return outcome;
    case "stop":
      return await fail(outcome.why);
    case "refuse":
      return await fail(outcome.why, outcome.user?.id);
    case "expel":
      return await fail("expelled", outcome.user.id);
  }
}

function recordsOf(ports: AdminPorts, address: string, isFresh: boolean): FederatedRecords {
  const byIdp = { source: "idp" };
  return {
    signedIn: (id) => recordOf(ports, "user.signed_in", id, id, { method: "sso", address, fresh: isFresh }),
    created: ({ userId, role, invitationId }) =>
      invitationId === null
        ? recordOf(ports, "user.created", "idp", userId, { role, ...byIdp })
        : recordOf(ports, "invitation.accepted", userId, invitationId, { role, user: userId, method: "sso" }),
    roleChanged: ({ userId, from, to }) => recordOf(ports, "user.role_changed", "idp", userId, { from, to, ...byIdp }),
    expelled: (id) => recordOf(ports, "user.disabled", "idp", id, byIdp),
    returned: (id) => recordOf(ports, "user.enabled", "idp", id, byIdp),
  };
}
