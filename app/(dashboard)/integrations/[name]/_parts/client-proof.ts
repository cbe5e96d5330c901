import type { EnvironmentIntegrationView } from "#api/schemas/integration";

/** How an OAuth client proves itself, as far as a page about it differs. */
export type ClientProof = "secret" | "nothing" | "key" | "certificate";

const byMethod: Readonly<Record<string, ClientProof>> = {
  none: "nothing",
  private_key_jwt: "key",
  mtls: "certificate",
};

const words: Readonly<Record<string, string>> = {
  header: "Secret, in the Authorization header",
  body: "Secret, in the body",
  secret_as_username: "Secret, as the user name",
  private_key_jwt: "Signed with its own key (private_key_jwt)",
  mtls: "Certificate in the TLS handshake (mtls)",
  none: "Nothing: a public client, with PKCE",
};

export function proofOf({ effective }: Pick<EnvironmentIntegrationView, "effective">): {
  proof: ClientProof;
  words: string;
} {
  const method = effective["/credentials/config/options/authorizationMethod"]?.value;
  const name = typeof method === "string" ? method : "header";
  return { proof: byMethod[name] ?? "secret", words: words[name] ?? name };
}

/** The id of the client that is in force; null: none is set. */
export function clientIdOf({ effective }: Pick<EnvironmentIntegrationView, "effective">): string | null {
  const value = effective["/credentials/config/client/client_id"]?.value;
  return typeof value === "string" ? value : null;
}
