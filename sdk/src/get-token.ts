import type { LastError, Scopes } from "./api-types.ts";
import { EvergrantError } from "./errors.ts";
import type { CallOptions, Transport } from "./transport.ts";

export interface AccessToken {
  readonly kind: "token";
  readonly accessToken: string;
  /** Such as `Bearer`. */
  readonly tokenType: string;
  /** By Evergrant's clock; null: no end is known. */
  readonly expiresAt: Date | null;
  /** Whole seconds left when it was handed to you; null: no end is known. */
  readonly expiresInSeconds: number | null;
  readonly scopes: Scopes;
  readonly credentialVersion: number;
  /** `failing`, `limited`: it is the best one that is valid, and lives shorter than was asked for. Null: all is well. */
  readonly refresh: "failing" | "limited" | null;
}

/** What somebody typed, by the names of the integration: an API key, a user name and password. */
export interface TypedCredentials {
  readonly kind: "credentials";
  readonly credentials: Readonly<Record<string, string>>;
  readonly credentialVersion: number;
}

/** The grant is dead: send the customer a link (`links.create` with `integrated_account_id`). */
export interface ReauthNeeded {
  readonly kind: "needs_reauth";
  readonly integratedAccountId: string;
  readonly lastError: LastError | null;
}

export type TokenResult = AccessToken | TypedCredentials | ReauthNeeded;

export interface GetTokenOptions extends CallOptions {
  /** Seconds that the token must live. Without it, the integration's own buffer counts. */
  readonly minTtl?: number | undefined;
}

interface Kept {
  readonly token: AccessToken;
  /** On this process's own steady clock, in seconds: a wrong wall clock changes nothing. */
  readonly readAt: number;
}

/** A token that memory hands out lives at least this long, where the caller names no time. */
const leastTtlSeconds = 60;
const maxKept = 10_000;

export class TokenReader {
  readonly #transport: Transport;
  readonly #cacheSeconds: number;
  readonly #now: () => number;
  readonly #kept = new Map<string, Kept>();

  constructor(transport: Transport, cacheSeconds: number, now: () => number = () => performance.now() / 1000) {
    this.#transport = transport;
    this.#cacheSeconds = cacheSeconds;
    this.#now = now;
  }

  /** The token of an account's that memory holds is wrong: the provider refused it. */
  forget(accountId: string): void {
    this.#kept.delete(accountId);
  }

  async read(accountId: string, { minTtl, ...options }: GetTokenOptions): Promise<TokenResult> {
    const kept = this.#fromMemory(accountId, minTtl ?? leastTtlSeconds);
    if (kept !== null) return kept;
    const readAt = this.#now();
    this.#kept.delete(accountId);
    try {
      const answer = await this.#transport.call("getToken", {
        ...options,
        path: { id: accountId },
        query: { min_ttl: minTtl },
      });
      if ("credentials" in answer) {
        return {
          kind: "credentials",
          credentials: answer.credentials,
          credentialVersion: answer.credential_version,
        };
      }
      const token: AccessToken = {
        kind: "token",
        accessToken: answer.access_token,
        tokenType: answer.token_type,
        expiresAt: answer.expires_at === null ? null : new Date(answer.expires_at),
        expiresInSeconds: answer.expires_in,
        scopes: answer.scopes,
        credentialVersion: answer.credential_version,
        refresh: answer.refresh ?? null,
      };
      this.#keep(accountId, { token, readAt });
      return token;
    } catch (error) {
      if (!(error instanceof EvergrantError) || error.code !== "needs_reauth") throw error;
      return {
        kind: "needs_reauth",
        integratedAccountId: error.integrated_account_id,
        lastError: error.last_error,
      };
    }
  }

  #keep(accountId: string, kept: Kept): void {
    if (this.#cacheSeconds <= 0 || kept.token.refresh !== null) return;
    if (this.#kept.size >= maxKept) this.#kept.clear();
    this.#kept.set(accountId, kept);
  }

  #fromMemory(accountId: string, minTtl: number): AccessToken | null {
    const kept = this.#kept.get(accountId);
    if (kept === undefined) return null;
    // Counted from before the call, so that what is left is never said too long.
    const age = this.#now() - kept.readAt;
    const { expiresInSeconds } = kept.token;
    const left = expiresInSeconds === null ? null : Math.floor(expiresInSeconds - age);
    if (age >= this.#cacheSeconds || (left !== null && left < minTtl)) return null;
    return { ...kept.token, expiresInSeconds: left };
  }
}
