import type Provider from "oidc-provider";
import type { Ledger } from "./create-ledger.ts";
import { findPerson } from "./find-person.ts";
import type { IssuedGrant, Lab } from "./lab.ts";
import { labScopes } from "./scope-words.ts";

/** What a code exchange leaves behind, without the pages before it. */
export async function issueGrant(
  provider: Provider,
  ledger: Ledger,
  input: Parameters<Lab["issueGrant"]>[0],
): Promise<IssuedGrant> {
  const client = await provider.Client.find(input.clientId);
  if (client === undefined) throw new Error(`The lab has no client ${input.clientId}`);
  if (findPerson(input.person) === null) throw new Error(`The lab has no person ${input.person}`);
  const scopes = input.scopes ?? labScopes;
  const scope = scopes.join(" ");

  const grant = new provider.Grant({ accountId: input.person, clientId: client.clientId });
  grant.addOIDCScope(scope);
  const grantId = await grant.save();
  const source = { accountId: input.person, client, grantId, gty: "authorization_code", scope };
  const access = new provider.AccessToken(source);
  const accessToken = await access.save();
  const refreshToken = await new provider.RefreshToken(source).save();
  ledger.connected({ grant_id: grantId, person: input.person, client_id: client.clientId, scopes: [...scopes] });
  return { grantId, accessToken, refreshToken, expiresInSeconds: access.expiration, scope };
}
