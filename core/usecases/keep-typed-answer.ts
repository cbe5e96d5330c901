import type { Account } from "../domain/account/account.ts";
import type { ConnectFailure } from "../domain/connect/connect-failure.ts";
import type { HeldAnswer } from "../domain/connect/held-answer.ts";
import { isTypedDocument } from "../domain/integration/credential-fields.ts";
import type { AccountStore } from "../ports/account-store.ts";
import type { ConnectSession } from "../ports/connect-store.ts";
import type { IntegrationStore } from "../ports/integration-store.ts";
import { findDefinition } from "./load-integration.ts";
import { typedCredentialChange } from "./store-typed-credential.ts";

interface KeepTypedPorts {
  readonly accounts: AccountStore;
  readonly integrations: IntegrationStore;
}

const mostTries = 3;

/** Stores what worked when it was typed, once the product has said whose it is (R93). */
export async function keepTypedAnswer(
  ports: KeepTypedPorts & Parameters<typeof typedCredentialChange>[0],
  session: ConnectSession,
  { fields, externalAccount }: HeldAnswer & { readonly kind: "typed" },
): Promise<Account | ConnectFailure> {
  for (let tried = 0; tried < mostTries; tried += 1) {
    const account = await ports.accounts.find(session.environmentId, session.accountId);
    if (account === null || account.status === "disconnected") break;
    // Not to be used where it would go to other hosts than it was tried at (invariant 12).
    const { document } = await findDefinition(ports.integrations, account);
    if (!isTypedDocument(document)) return { code: "server_error", detail: null };
    const known = account.externalAccount?.id ?? null;
    if (known !== null && externalAccount !== null && known !== externalAccount.id) {
      return { code: "external_account_mismatch", detail: externalAccount.label };
    }
    const stored = await ports.accounts.apply(
      typedCredentialChange(ports, account, {
        typed: { format: document.credentials.format, fields },
        externalAccount,
        dataKey: await ports.vault.prepare(account.environmentId, account.tenantId),
        actor: "connect",
        reason: account.status === "connecting" ? "connected" : "reauthorized",
        completes: { sessionId: session.id, linkId: session.isReturn ? null : session.linkTokenId },
      }),
    );
    if (stored !== null) return stored;
  }
  return { code: "expired", detail: null };
}
