import type { Account } from "../domain/account/account.ts";
import type { ResolvedIntegration } from "../domain/integration/resolve-integration.ts";
import type { Secret } from "../domain/secret/secret.ts";
import { scheduleRefresh } from "../domain/refresh/schedule-refresh.ts";
import type { ClientSecrets } from "../ports/authorization-server.ts";
import { plainChange } from "./plain-change.ts";
import { spreadSecondsOf } from "./shared-budget.ts";
import type { RefreshPorts } from "./refresh-ports.ts";

/**
 * R17: a token whose end nobody told is asked about where the integration declares introspection (RFC 7662). Always after the
 * token was stored: nothing may stand between an answer and its write, and a failure here costs nothing but the alarm.
 */
export async function introspectExpiry(
  ports: Pick<RefreshPorts, "accounts" | "integrations" | "server" | "clock" | "random" | "log">,
  asked: {
    readonly account: Account;
    readonly integration: ResolvedIntegration;
    readonly secrets: ClientSecrets;
    readonly accessToken: Secret;
    /** The server said itself how long the token lives. */
    readonly isTold: boolean;
  },
): Promise<Account> {
  const { account, integration } = asked;
  if (asked.isTold || integration.introspectionEndpoint === null) return account;
  try {
    const told = await ports.server.introspect(integration, asked.secrets, asked.accessToken.reveal());
    const expiresAt = told.kind === "introspection" ? told.expiresAt : null;
    if (expiresAt === null) return account;
    const token = { ...account, expiresAt };
    const spread = await spreadSecondsOf(ports.integrations, account.environmentId, integration);
    const due = scheduleRefresh(token, integration.refreshPolicy, ports.clock.now(), ports.random.fraction(), spread);
    return (
      (await ports.accounts.apply(
        plainChange(account, { expiresAt, refreshDueAt: due, learnedLifetimeSeconds: null }),
      )) ?? account
    );
  } catch (error) {
    ports.log.warn({ account: account.id, error }, "the end of a token could not be asked for");
    return account;
  }
}
