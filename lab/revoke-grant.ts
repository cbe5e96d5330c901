import type Provider from "oidc-provider";
import type { Ledger } from "./create-ledger.ts";

/** The person takes the grant back: its tokens stop working at once, access tokens included. */
export async function revokeGrant(provider: Provider, ledger: Ledger, grantId: string): Promise<void> {
  if (!ledger.revoked(grantId, "user")) return;
  ledger.count("revocations");
  await provider.AccessToken.revokeByGrantId(grantId);
  await provider.RefreshToken.revokeByGrantId(grantId);
  await provider.AuthorizationCode.revokeByGrantId(grantId);
  const grant = await provider.Grant.find(grantId);
  await grant?.destroy();
}
