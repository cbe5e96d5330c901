export { Evergrant } from "./evergrant.ts";
export { EvergrantConnectionError, EvergrantError, type ProblemCode, type RateLimits } from "./errors.ts";
export type { AccessToken, GetTokenOptions, ReauthNeeded, TokenResult, TypedCredentials } from "./get-token.ts";
export type { ProxyFetch } from "./proxy.ts";
export type { CallOptions, EvergrantOptions } from "./transport.ts";
export type * from "./api-types.ts";
