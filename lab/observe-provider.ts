import type { EventEmitter } from "node:events";
import type Provider from "oidc-provider";
import type { Ledger } from "./create-ledger.ts";
import type { TokenRequestOutcomes } from "./guard-token-request.ts";
import { logLine } from "./log-line.ts";
import type { TokenMemory } from "./remember-tokens.ts";

/** Turns the provider's events into the ledger's counts. All of it happens before the answer is sent. */
export function observeProvider(
  provider: Provider,
  ledger: Ledger,
  memory: TokenMemory | null,
  outcomes: TokenRequestOutcomes,
): void {
  const remember = (token: { jti: string }): void => memory?.add(token.jti);
  provider.on("access_token.saved", remember);
  provider.on("client_credentials.saved", remember);
  provider.on("refresh_token.saved", remember);
  provider.on("authorization_code.saved", remember);

  provider.on("grant.success", (ctx) => {
    outcomes.set(ctx.req, "issued");
    const { Grant: grant, Client: client } = ctx.oidc.entities;
    const idToken = (ctx.body as { id_token?: unknown }).id_token;
    if (typeof idToken === "string") memory?.add(idToken);
    switch (ctx.oidc.params?.["grant_type"]) {
      case "authorization_code":
        ledger.count("code_exchanges");
        if (grant?.accountId !== undefined && client !== undefined) {
          const scopes = grant.getOIDCScope().split(" ");
          ledger.connected({ grant_id: grant.jti, person: grant.accountId, client_id: client.clientId, scopes });
        }
        return;
      case "refresh_token":
        ledger.count("refreshes");
        if (grant !== undefined) ledger.refreshed(grant.jti);
        return;
      default:
    }
  });

  provider.on("grant.error", (ctx, error) => {
    // The description is always "grant request is invalid"; only the detail, never sent, tells why.
    const isReuse = error.error_detail === "refresh token already used";
    outcomes.set(ctx.req, isReuse ? "reused" : error.error === "invalid_grant" ? "invalid_grant" : "refused");
    if (error.error === "invalid_grant") ledger.count("invalid_grants");
    if (error.error === "invalid_client") ledger.count("invalid_clients");
    if (isReuse) ledger.count("reuse_detected");
  });

  provider.on("grant.revoked", (ctx, grantId) => {
    const isByClient = ctx.oidc.route === "revocation";
    if (ledger.revoked(grantId, isByClient ? "client" : "reuse") && isByClient) ledger.count("revocations");
  });

  provider.on("server_error", (ctx, error) =>
    logLine("server_error", { route: ctx.oidc?.route ?? null, message: error.message }),
  );
  // Koa prints the whole error, request included, when nobody listens. Its types do not know the event.
  (provider as EventEmitter).on("error", (error: Error) => logLine("error", { message: error.message }));
}
