import { challengedScopes, newlyRefused } from "../domain/account/refused-scopes.ts";
import type { Account } from "../domain/account/account.ts";
import { happeningOf } from "./attempt-changes.ts";
import { plainChange } from "./plain-change.ts";
import type { RefreshPorts } from "./refresh-ports.ts";

/**
 * Records what an API refused for want of a scope (RFC 6750 §3.1 `insufficient_scope`), so that account and token read name it, and
 * the product hears of it once (R6). It holds until the customer authorizes again: a refresh brings the same grant, whatever it says
 * of its scopes.
 *
 * @param used the account as it was called with
 * @param challenge the answer's WWW-Authenticate
 */
export async function noteRefusedScopes(
  ports: Pick<RefreshPorts, "accounts" | "clock" | "random" | "log">,
  used: Account,
  challenge: string | null,
  actor: string,
): Promise<void> {
  const named = challengedScopes(challenge);
  // What is known costs the next refused call nothing.
  if (newlyRefused(used, named).length === 0) return;
  const account = await ports.accounts.find(used.environmentId, used.id);
  // A grant that came since is another one's to judge; the next refused call does.
  if (account === null || account.credentialVersion !== used.credentialVersion) return;
  const refused = newlyRefused(account, named);
  if (refused.length === 0) return;
  const stored = await ports.accounts.apply({
    ...plainChange(account, {}),
    refusesScopes: refused,
    happening: happeningOf(ports.random, "scope_refused", ports.clock.now(), actor),
    audit: [
      {
        environmentId: account.environmentId,
        actor,
        action: "account.updated",
        target: account.id,
        accountId: account.id,
        detail: { scopes_refused: refused },
      },
    ],
  });
  if (stored !== null) ports.log.info({ account: account.id, scopes: refused }, "an API refused scopes of an account");
}
