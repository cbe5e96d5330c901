import type { ClientAuthenticationMethod } from "./resolve-integration.ts";

export interface OwnClient {
  readonly clientId: string | null;
  readonly clientSecret: string | null;
}

export interface OwnClientFault {
  readonly field: "client_id" | "client_secret";
  /** What the integration does, and what to do about it. */
  readonly detail: string;
}

/** Why a customer's grant can't be kept with this client, which its account brings itself. Null: it can, or there is none. Total. */
export function ownClientFault(
  method: ClientAuthenticationMethod,
  { clientId, clientSecret }: OwnClient,
): OwnClientFault | null {
  if (clientId === null) {
    return clientSecret === null
      ? null
      : { field: "client_id", detail: "is asked with a client; name whose secret it is" };
  }
  switch (method) {
    case "private_key_jwt":
    case "mtls":
      return {
        field: "client_id",
        detail: "asks with its environment's client, which has a key or certificate of its own; leave the client out",
      };
    case "none":
      return clientSecret === null
        ? null
        : { field: "client_secret", detail: "takes public clients; leave the secret out" };
    case "header":
    case "body":
    case "secret_as_username":
      return clientSecret === null
        ? { field: "client_secret", detail: "asks with the client's secret; it is needed" }
        : null;
  }
}
