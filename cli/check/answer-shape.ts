/** What a good token answer is to say. */
export interface GoodAnswer {
  readonly accessToken: string;
  /** Null: none. */
  readonly refreshToken: string | null;
  /** Undefined: not said. */
  readonly expiresIn: unknown;
  /** Undefined: not said, so the scopes are those that were asked for. */
  readonly scopes?: readonly string[];
}

/** How the provider writes a good token answer. */
export interface AnswerShape {
  /** Where it comes from, in words: the standard, or the provider's documentation. */
  readonly origin: "standard" | "sample";
  readonly write: (answer: GoodAnswer) => unknown;
}

/** A token answer that the provider's documentation shows (integrations/samples/<name>.json). */
export interface TokenSample {
  readonly body: unknown;
  readonly expects: {
    readonly access_token?: string | undefined;
    readonly refresh_token?: string | undefined;
    readonly scopes?: readonly string[] | undefined;
  };
}

/** RFC 6749 §5.1. */
export function standardShape(scopeSeparator: string): AnswerShape {
  return {
    origin: "standard",
    write: ({ accessToken, refreshToken, expiresIn, scopes }) => ({
      access_token: accessToken,
      token_type: "Bearer",
      ...(refreshToken === null ? {} : { refresh_token: refreshToken }),
      ...(expiresIn === undefined ? {} : { expires_in: expiresIn }),
      ...(scopes === undefined ? {} : { scope: scopes.join(scopeSeparator) }),
    }),
  };
}

/**
 * The provider's own form, with our tokens in the places of the sample's.
 * @returns null when the sample does not show where its access token stands
 */
export function sampleShape(sample: TokenSample, scopeSeparator: string): AnswerShape | null {
  const { access_token: accessToken, refresh_token: refreshToken, scopes } = sample.expects;
  if (accessToken === undefined || accessToken === "" || !holds(sample.body, accessToken)) return null;
  const isScopes = (value: unknown): boolean => scopes !== undefined && isSameList(scopesIn(value), scopes);
  return {
    origin: "sample",
    write: (answer) =>
      rewrite(sample.body, (key, value) => {
        if (value === accessToken) return answer.accessToken;
        if (refreshToken !== undefined && value === refreshToken) return answer.refreshToken ?? undefined;
        if (/^expires?_?in$|^expires$/i.test(key)) return answer.expiresIn;
        if (/expires?_?(?:at|on)$/i.test(key)) return undefined;
        if (answer.scopes === undefined || !/scope/i.test(key) || !isScopes(value)) return value;
        return Array.isArray(value) ? answer.scopes : answer.scopes.join(scopeSeparator);
      }),
  };
}

function rewrite(value: unknown, change: (key: string, value: unknown) => unknown): unknown {
  if (Array.isArray(value)) return value.map((one) => rewrite(one, change));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, one]): [string, unknown][] => {
      const changed = change(key, one);
      if (changed === undefined) return [];
      return [[key, changed === one ? rewrite(one, change) : changed]];
    }),
  );
}

function holds(value: unknown, text: string): boolean {
  if (typeof value !== "object" || value === null) return value === text;
  return Object.values(value).some((one) => holds(one, text));
}

function scopesIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.filter((one) => typeof one === "string");
  return typeof value === "string" ? value.split(/[\s,]+/).filter((one) => one !== "") : [];
}

function isSameList(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((value) => other.includes(value));
}
