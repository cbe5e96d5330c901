import { confirmationSeconds } from "../domain/connect/connect-failure.ts";
import { decodeHeldAnswer, encodeHeldAnswer, type HeldAnswer } from "../domain/connect/held-answer.ts";
import type { SealLocation } from "../domain/sealing/envelope.ts";
import type { Clock } from "../ports/clock.ts";
import type { ConnectSession, ConnectStore } from "../ports/connect-store.ts";
import type { Vault } from "./vault.ts";

interface HoldPorts {
  readonly connect: Pick<ConnectStore, "holdAnswer">;
  readonly vault: Vault;
  readonly clock: Pick<Clock, "now">;
}

/**
 * Seals what a browser brought for a link with session binding (R93): it waits for the product's word, and for nothing longer than
 * an authorization code may live.
 *
 * @param tenantId whose credentials it holds; absent: a code, which is worth nothing in some minutes
 * @returns null when the session has ended meanwhile; nothing is kept then
 */
export async function holdAnswer(
  ports: HoldPorts,
  session: ConnectSession,
  answer: HeldAnswer,
  tenantId?: string,
): Promise<ConnectSession | null> {
  const { id: sessionId, environmentId, accountId } = session;
  const dataKey = await ports.vault.prepare(environmentId, tenantId);
  const plaintext = encodeHeldAnswer(answer);
  const { kid, sealed } = ports.vault.seal(dataKey, locationOf(session), plaintext);
  plaintext.fill(0);
  const expiresAt = new Date(ports.clock.now().getTime() + confirmationSeconds * 1000);
  const isHeld = await ports.connect.holdAnswer({ sessionId, environmentId, kid, sealed, expiresAt }, [
    {
      environmentId,
      actor: "connect",
      action: "secret.sealed",
      target: sessionId,
      accountId,
      keyId: kid,
      detail: { field: "connect_answer", version: 1 },
    },
  ]);
  return isHeld ? { ...session, status: "unconfirmed", expiresAt } : null;
}

/** @throws DomainError as `Vault.open` does */
export async function openHeldAnswer(
  ports: { readonly vault: Vault },
  session: ConnectSession,
  sealed: Uint8Array,
  actor: string,
): Promise<HeldAnswer> {
  const access = { actor, accountId: session.accountId, purpose: "code_exchange" } as const;
  const bytes = await ports.vault.open(locationOf(session), sealed, access);
  const answer = decodeHeldAnswer(bytes);
  bytes.fill(0);
  return answer;
}

function locationOf({ environmentId, id }: ConnectSession): SealLocation {
  return { environmentId, owner: id, field: "connect_answer", version: 1 };
}
