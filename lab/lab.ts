/** A client of the lab's authorization server. Registering the same `clientId` again replaces it. */
export type LabClient = {
  clientId: string;
  /** Left out where the client proves itself in another way. */
  clientSecret?: string | undefined;
  /** A second secret that works as well, as providers allow it while one is rotated. */
  otherSecret?: string | undefined;
  redirectUris: string[];
  /** Default `client_secret_basic`, as in RFC 7591 §2. The others only in a lab with `extensions`. */
  tokenEndpointAuthMethod?:
    | "client_secret_basic"
    | "client_secret_post"
    | "private_key_jwt"
    | "self_signed_tls_client_auth"
    | "none"
    | undefined;
  /** The client's public keys, or its certificates (`x5c`). */
  jwks?: { keys: Record<string, unknown>[] } | undefined;
  /** Default ES256. Of `private_key_jwt`. */
  signingAlgorithm?: string | undefined;
  /** Default false. It asks by JWT bearer grants (RFC 7523 §2.1). Lab with `extensions`. */
  signsGrants?: boolean | undefined;
  /** Default false. An authorization request that was not pushed is refused (RFC 9126 §5). Lab with `extensions`. */
  requiresPushedRequests?: boolean | undefined;
  /** Default false. Every token of this client is bound to a key (RFC 9449 §5.2). Lab with `extensions`. */
  requiresDpop?: boolean | undefined;
  /** Lifetime of this client's access tokens. Default: the lab's own (`LabOptions.accessTokenSeconds`). */
  accessTokenSeconds?: number | undefined;
  /** The scopes this client may ask for. Default: all of them. */
  scopes?: string[] | undefined;
  /** What the consent page calls it. Default "Evergrant demo". */
  name?: string | undefined;
  /** Issue a refresh token for every code, also without `offline_access`. Default false. */
  alwaysIssueRefreshToken?: boolean | undefined;
};

export type LabOptions = {
  /** 0 takes any free port. Default 0. */
  port?: number | undefined;
  /** Where the state lives, so that it survives `kill -9`. Left out: in memory. */
  stateDirectory?: string | undefined;
  /** Default 180. */
  accessTokenSeconds?: number | undefined;
  /** Pushed requests, signed and mutual-TLS client authentication, DPoP. Default false: the demo's server does none of it. */
  extensions?: boolean | undefined;
  /** Every DPoP proof must carry a nonce of the server (RFC 9449 §8). Default false. */
  requiresDpopNonce?: boolean | undefined;
  /**
   * `true`: every token ever issued is also readable on `GET /lab/issued-tokens`. `false`: they are not even
   * remembered. Left out: remembered, for the test in the same process only.
   */
  revealTokens?: boolean | undefined;
  /**
   * What people say of themselves in ID tokens besides their name, by id (`ada`): groups, another address. Read at each sign-in, so
   * that a test may change it.
   */
  claims?: Map<string, Readonly<Record<string, unknown>>> | undefined;
};

export type RevokedReason =
  /** The person pressed "Revoke". */
  | "user"
  /** A spent refresh token (or authorization code) came back: the family is gone. */
  | "reuse"
  /** The client asked for it (RFC 7009). */
  | "client";

/** One grant as the wire shows it (`GET /lab/grants`) and as `Lab.grants()` returns it. */
export type LabGrant = {
  grant_id: string;
  person: string;
  client_id: string;
  scopes: string[];
  /** ISO 8601. */
  created_at: string;
  refreshes: number;
  last_refreshed_at: string | null;
  status: "live" | "revoked";
  revoked_reason: RevokedReason | null;
};

export type LabStats = {
  /** POSTs to the token endpoint, whatever came of them. */
  token_requests: number;
  code_exchanges: number;
  refreshes: number;
  /** Spent refresh tokens that came back. Each of them cost a person their connection. */
  reuse_detected: number;
  /** Every `invalid_grant`, those after reuse among them. */
  invalid_grants: number;
  /** Every `invalid_client` of the token endpoint: a secret or a proof that it did not take. */
  invalid_clients: number;
  /** Grants ended by the person or the client, not those ended by reuse. */
  revocations: number;
  api_calls: number;
  /** The most refresh requests ever open at one time for one grant. Above 1 the product broke its first invariant. */
  in_flight_max_per_grant: number;
};

export type LabTokenRequest = {
  grantType: string | null;
  clientId: string | null;
  /** Known for a refresh whose token the lab still remembers. */
  grantId: string | null;
  /** Tells one refresh token from another and nothing more. Null when the request carries none. */
  refreshTokenFingerprint: string | null;
};

/**
 * Awaited before the authorization server sees a token request, so a test can hold a refresh in flight.
 * `'lose_answer'` lets the server do its work (the refresh token is spent) and then cuts the connection;
 * `holdAnswerMilliseconds` lets it do its work and keeps the answer for a while, as a long way home does.
 */
export type TokenRequestHook = (
  request: LabTokenRequest,
) => Promise<void | "lose_answer" | { holdAnswerMilliseconds: number }>;

export type TokenRequestOutcome =
  | "issued"
  /** A spent refresh token came back: the family is gone. */
  | "reused"
  | "invalid_grant"
  /** Any other answer. */
  | "refused";

/** A token request that is over. Instants in milliseconds since the epoch. */
export type LabTokenAnswer = LabTokenRequest & {
  receivedAt: number;
  /** When the server had decided: from here on a rotated refresh token is spent. */
  decidedAt: number;
  closedAt: number;
  outcome: TokenRequestOutcome;
  /** False when the caller was gone before the whole answer had left. */
  isSent: boolean;
};

export type IssuedGrant = {
  grantId: string;
  accessToken: string;
  refreshToken: string;
  expiresInSeconds: number;
  scope: string;
};

export type Lab = {
  origin: string;
  /** The issuer identifier (RFC 8414 §2). Discovery is at `<issuer>/.well-known/openid-configuration`. */
  issuer: string;
  registerClient(client: LabClient): Promise<void>;
  /** A grant without the pages: for tests that need thousands of them. Counted as a grant, not as a code exchange. */
  issueGrant(input: { clientId: string; person: string; scopes?: string[] | undefined }): Promise<IssuedGrant>;
  stats(): LabStats;
  /** Newest first. */
  grants(): LabGrant[];
  /** What the "Revoke" button does. Revoking an ended or unknown grant changes nothing. */
  revokeGrant(grantId: string): Promise<void>;
  /** Every access token, refresh token, authorization code and ID token ever issued, spent ones too. Throws when `revealTokens` is false. */
  issuedTokens(): string[];
  onTokenRequest: TokenRequestHook | null;
  /** Told of every token request when it is over, so that a test can tell which of them met. */
  onTokenAnswer: ((answer: LabTokenAnswer) => void) | null;
  close(): Promise<void>;
};
