import { oauthConfigOf, type IntegrationDocument } from "./integration-document.ts";

/** What is known of how long the grants of an integration live. */
export interface GrantLife {
  /** Whether anybody but the client itself gave it: then an access token without a refresh token ends it. */
  readonly isGiven: boolean;
  /** A refresh token that is not used ends after so long, seconds; null: not known. */
  readonly idleSeconds: number | null;
  /** A grant ends after so long, whatever is refreshed, seconds; null: not known. */
  readonly absoluteSeconds: number | null;
}

/** @returns null: nobody grants anything, since credentials are typed */
export function grantLifeOf(document: IntegrationDocument): GrantLife | null {
  const config = oauthConfigOf(document);
  if (config === null) return null;
  const { idleLifetimeSeconds: idleSeconds, absoluteLifetimeSeconds: absoluteSeconds } = config.refresh;
  return document.credentials.format === "oauth2_client_credentials"
    ? { isGiven: false, idleSeconds: null, absoluteSeconds: null }
    : { isGiven: true, idleSeconds, absoluteSeconds };
}
