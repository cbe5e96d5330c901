export interface StandardAnswer {
  /** For the library. */
  readonly body: string;
  /** As the server wrote them, where it did. */
  readonly tokenType: string | null;
  readonly expiresIn: unknown;
  readonly expiresAt: unknown;
}

/**
 * A successful token response, with what is odd in its optional fields taken out before the strict library reads it: the tokens
 * in it are fresh and the old ones perhaps spent, so none of this may cost them (R16, R17).
 *
 * - `refresh_token`, `id_token`: null, empty or no text counts as absent
 * - `expires_in`, `expires_at`: handed on beside as they came; what they mean is tokenExpiry's to find out
 * - `scope`: a list is joined; what is neither text nor list counts as absent
 * - `token_type`: kept beside, whatever it is; absent means bearer
 *
 * @returns null when the text is no JSON object with an access token; then it stays as it came
 */
export function standardAnswer(text: string, keepsIdToken: boolean): StandardAnswer | null {
  const raw = parseObject(text);
  if (raw === null || !isText(raw["access_token"])) return null;
  const { refresh_token, id_token, expires_in, expires_at, scope, token_type, ...rest } = raw;
  const joined = Array.isArray(scope) ? scope.filter(isText).join(" ") : scope;
  return {
    tokenType: isText(token_type) ? token_type : null,
    expiresIn: expires_in,
    expiresAt: expires_at,
    body: JSON.stringify({
      ...rest,
      token_type: "bearer",
      ...(isText(refresh_token) ? { refresh_token } : {}),
      ...(keepsIdToken && isText(id_token) ? { id_token } : {}),
      ...(isText(joined) ? { scope: joined } : {}),
    }),
  };
}

function parseObject(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}
