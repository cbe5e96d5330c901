import type { EnvironmentIntegrationView } from "#api/schemas/integration";

type Effective = EnvironmentIntegrationView["effective"];
type Quirk = readonly [pointer: string, words: (value: unknown) => string | null];

const seconds = (value: unknown): string => {
  if (typeof value !== "number") return "a while";
  for (const [size, unit] of [
    [86_400, "days"],
    [3600, "h"],
    [60, "min"],
  ] as const) {
    if (value >= size && value % size === 0) return `${value / size} ${unit}`;
  }
  return `${value} s`;
};
const rotations: Readonly<Record<string, string>> = {
  none: "Refresh tokens stay the same: a lost answer costs nothing.",
  grace: "Each refresh brings a new refresh token, and the old one is honoured for a while.",
  single_use: "A refresh token works once: a lost answer is asked for once more, and may cost the grant.",
  family_revocation: "A refresh token works once, and a second use ends the whole grant.",
};
const isSaid = (value: unknown): boolean => value !== undefined && value !== null;

/** In the order in which an operator asks. */
const quirks: readonly Quirk[] = [
  ["/credentials/config/refresh/rotation/rule", (rule) => rotations[String(rule)] ?? null],
  [
    "/credentials/config/refresh/oldAccessTokenDies",
    (dies) => (dies === true ? "A refresh ends the access token before it at once." : null),
  ],
  [
    "/credentials/config/refresh/earliestSeconds",
    (value) => (isSaid(value) ? `It refuses a refresh until ${seconds(value)} before the token ends.` : null),
  ],
  [
    "/credentials/config/refresh/idleLifetimeSeconds",
    (value) => (isSaid(value) ? `A grant ends when it is unused for ${seconds(value)}.` : null),
  ],
  [
    "/credentials/config/refresh/absoluteLifetimeSeconds",
    (value) => (isSaid(value) ? `A grant ends after ${seconds(value)}, whatever happens.` : null),
  ],
  [
    "/credentials/config/refresh/maxGrantsPerUser",
    (value) =>
      isSaid(value) ? `One person has at most ${String(value)} grants of an app; the oldest is dropped.` : null,
  ],
  [
    "/credentials/config/tokenExpiryDuration",
    (value) =>
      isSaid(value) ? `Where an answer does not say it, an access token is taken to live ${seconds(value)}.` : null,
  ],
  [
    "/credentials/config/pkce/method",
    (method) => (method === "none" ? "It gets no PKCE: the provider chokes on it, or does not know it." : null),
  ],
  [
    "/credentials/config/options/bodyFormat",
    (format) => (format === "json" ? "Token requests are sent as JSON." : null),
  ],
  ["/credentials/config/options/dpop", (on) => (on === true ? "Tokens are bound to a key (DPoP)." : null)],
  [
    "/credentials/config/auth/parPath",
    (path) => (isSaid(path) ? "The authorization request is pushed ahead (PAR)." : null),
  ],
  [
    "/credentials/config/auth/introspectPath",
    (path) => (isSaid(path) ? "It can be asked how long a token lives (introspection)." : null),
  ],
  [
    "/credentials/config/tokenResponse",
    (said) => (isSaid(said) ? "Its token answers are made standard by an expression." : null),
  ],
  ["/credentials/config/errorExpression", (said) => (isSaid(said) ? "It words its refusals in its own way." : null)],
  [
    "/credentials/config/exchange/path",
    (path) => (isSaid(path) ? "A second request follows before the token is of use." : null),
  ],
];

/** What is odd about a provider, in words, as far as the values in force say it. */
export function quirkWords(effective: Effective): string[] {
  return quirks.flatMap(([pointer, words]) => {
    const found = effective[pointer];
    return found === undefined ? [] : (words(found.value) ?? []);
  });
}
