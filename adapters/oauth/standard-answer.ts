import { isRecord } from "./parse-body.ts";

export interface StandardAnswer {
  /** For the library: what it must read, and nothing that could upset it. */
  readonly body: string;
  /** As the server wrote them, where it did. */
  readonly tokenType: string | null;
  readonly expiresIn: unknown;
  readonly expiresAt: unknown;
  readonly scope: unknown;
}

/**
 * A successful token response, with what is odd in its optional fields taken out before the strict library reads it: the tokens
 * in it are fresh and the old ones perhaps spent, so none of this may cost them (R16, R17).
 *
 * - `refresh_token`, `id_token`: null, empty or no text counts as absent
 * - `expires_in`, `expires_at`: handed on beside as they came; what they mean is tokenExpiry's to find out
 * - `scope`: handed on beside; readScopes knows its forms
 * - `token_type`: kept beside, whatever it is; absent means bearer
 *
 * @returns null when it is no object with an access token
 */
export function standardAnswer(answer: unknown, keepsIdToken: boolean): StandardAnswer | null {
  if (!isRecord(answer) || !isText(answer["access_token"])) return null;
  const { access_token, refresh_token, id_token, expires_in, expires_at, scope, token_type } = answer;
  return {
    tokenType: isText(token_type) ? token_type : null,
    expiresIn: expires_in,
    expiresAt: expires_at,
    scope,
    body: JSON.stringify({
      access_token,
      token_type: "bearer",
      ...(isText(refresh_token) ? { refresh_token } : {}),
      ...(keepsIdToken && isText(id_token) ? { id_token } : {}),
    }),
  };
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}
