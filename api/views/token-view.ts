import type { ServedFields, ServedToken } from "#core/usecases/read-token";

/** What GET …/token answers. */
export function toTokenView(read: ServedToken | ServedFields, now: Date) {
  if (read.kind === "typed") {
    return { credentials: { ...read.fields }, credential_version: read.credentialVersion };
  }
  const left = read.expiresAt === null ? null : (read.expiresAt.getTime() - now.getTime()) / 1000;
  return {
    access_token: read.accessToken.reveal(),
    token_type: read.tokenType,
    expires_at: read.expiresAt?.toISOString() ?? null,
    expires_in: left === null ? null : Math.max(0, Math.floor(left)),
    scopes: {
      requested: [...read.scopes.requested],
      granted: [...read.scopes.granted],
      missing: [...read.scopes.missing],
    },
    credential_version: read.credentialVersion,
    ...(read.refresh === null ? {} : { refresh: read.refresh }),
  };
}
