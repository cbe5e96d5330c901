import { parseRoleMapping, type RoleMapping } from "#core/domain/access/role-mapping";
import { Secret } from "#core/domain/secret/secret";

/** The identity provider of administrators. */
export interface SsoConfig {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: Secret;
  /** How it shows the secret at the token endpoint: HTTP Basic, or in the body. */
  readonly clientAuthentication: "basic" | "post";
  readonly scope: string;
  /** Of the button. */
  readonly label: string;
  readonly roles: RoleMapping;
}

/**
 * EVERGRANT_OIDC_*: all or nothing.
 *
 * @param optional a variable without white space around it; null: not set, or empty
 * @returns null: no single sign-on
 */
export function readSsoConfig(
  optional: (name: string) => string | null,
  complain: (name: string, text: string) => void,
): SsoConfig | null {
  const issuer = optional("EVERGRANT_OIDC_ISSUER");
  if (issuer === null) {
    for (const name of [
      "CLIENT_ID",
      "CLIENT_SECRET",
      "ROLES",
      "ROLE_CLAIM",
      "SCOPE",
      "LABEL",
      "CLIENT_AUTHENTICATION",
    ]) {
      if (optional(`EVERGRANT_OIDC_${name}`) !== null)
        complain(`EVERGRANT_OIDC_${name}`, "counts only with EVERGRANT_OIDC_ISSUER; set that too, or take this away");
    }
    return null;
  }
  const url = URL.canParse(issuer) ? new URL(issuer) : null;
  if (url === null || !/^https?:$/.test(url.protocol) || url.search !== "" || url.hash !== "" || url.username !== "")
    complain("EVERGRANT_OIDC_ISSUER", "must be the issuer as its metadata names it, such as https://idp.example.com");
  const required = (name: string, what: string): string => {
    const value = optional(name);
    if (value === null) complain(name, `is missing; ${what}`);
    return value ?? "";
  };
  const scope = optional("EVERGRANT_OIDC_SCOPE") ?? "openid profile email";
  if (!scope.split(/\s+/).includes("openid")) complain("EVERGRANT_OIDC_SCOPE", "must name openid among its scopes");
  const authentication = optional("EVERGRANT_OIDC_CLIENT_AUTHENTICATION") ?? "basic";
  if (authentication !== "basic" && authentication !== "post")
    complain("EVERGRANT_OIDC_CLIENT_AUTHENTICATION", "must be basic or post");
  const mapping = parseRoleMapping(optional("EVERGRANT_OIDC_ROLES") ?? "");
  const isRead = mapping instanceof Map;
  if (!isRead) complain("EVERGRANT_OIDC_ROLES", (mapping as { readonly fault: string }).fault);
  return {
    issuer,
    clientId: required("EVERGRANT_OIDC_CLIENT_ID", "register Evergrant at the identity provider"),
    clientSecret: new Secret(required("EVERGRANT_OIDC_CLIENT_SECRET", "it comes with the client id")),
    clientAuthentication: authentication === "post" ? "post" : "basic",
    scope,
    label: optional("EVERGRANT_OIDC_LABEL")?.slice(0, 60) ?? "single sign-on",
    roles: { claim: optional("EVERGRANT_OIDC_ROLE_CLAIM") ?? "groups", values: isRead ? mapping : new Map() },
  };
}
