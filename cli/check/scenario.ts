import type { FailureClass, TokenRequestFailure } from "#core/domain/refresh/classify-token-failure";
import type { FaultBehaviour } from "#lab/start-fault-server";
import type { TokenSubject } from "./describe-token-subject.ts";
import type { TypedSubject } from "./describe-typed-subject.ts";

export interface Scenario {
  readonly id: string;
  readonly title: string;
}

/** What a provider does to an account that holds tokens, or to somebody who wants one. */
export interface TokenScenario extends Scenario {
  /** @returns why it does not apply to this document, or what is to be played */
  readonly play: (subject: TokenSubject, tokens: TokenNames) => string | TokenPlay;
}

export type TokenPlay =
  /** An account is there; somebody asks for its token, then presses the refresh button. */
  | { readonly route: "account"; readonly steps: readonly Step[] }
  /** Somebody comes back from the provider with a code. */
  | { readonly route: "connect"; readonly trip: Trip }
  /** It can't be played, and that is the document's fault. */
  | { readonly route: "fault"; readonly problem: string };

/** One request for a token, and what the provider does with it. */
export interface Step {
  readonly behaviour: FaultBehaviour;
  /** What the provider answered, in words. */
  readonly answered: string;
  readonly expected: Expectation;
  /** What the second step gets, where the document declares one. */
  readonly secondBehaviour?: FaultBehaviour;
  /** The deadline of this request, where the scenario waits for it, seconds. */
  readonly timeoutSeconds?: number;
}

export type Expectation =
  | {
      readonly kind: "refreshed";
      /** Null: whichever. */
      readonly accessToken: string | null;
      /** Seconds until the access token ends; null: nothing says so; undefined: whenever. */
      readonly lifeSeconds: number | null | undefined;
      /** The refresh token that the request must carry; null: whichever, or none. */
      readonly carries: string | null;
      /** Which scopes must show as missing; absent: whichever. */
      readonly missing?: readonly string[];
      /** Which scopes must be granted; absent: whichever. */
      readonly granted?: readonly string[];
    }
  /** The class that follows from the failure by the document's own rules, then the default ones. */
  | {
      readonly kind: "failure";
      readonly failure: TokenRequestFailure;
      readonly carries: string | null;
      /** The answer says nothing about the grant, so no rule may take it for its end. */
      readonly isInnocent?: boolean;
      /** When the next attempt may come, seconds, where it is not as the class has it. */
      readonly waits?: readonly [least: number, most: number];
    }
  /** What the documentation says of this very answer. */
  | {
      readonly kind: "class";
      readonly class: FailureClass;
      /** The error that the document must read from it; null: whichever. */
      readonly error: string | null;
      /** Seconds; null: the answer tells no time; undefined: it may tell one in its own way. */
      readonly retryAfterSeconds: number | null | undefined;
      readonly carries: string | null;
    };

export interface Trip {
  /** With the claims that an ID token has beside it. */
  readonly behaviour: (idToken: string | null) => FaultBehaviour;
  readonly answered: string;
  readonly secondBehaviour?: FaultBehaviour;
  readonly expected: ArrivalExpectation;
  /** As a step's. */
  readonly timeoutSeconds?: number;
}

export type ArrivalExpectation =
  | {
      readonly kind: "connected";
      /** Null: whichever. */
      readonly accessToken: string | null;
      /** Undefined: either way. */
      readonly hasRefreshToken: boolean | undefined;
      readonly lifeSeconds: number | null | undefined;
      /** Which scopes must be granted; absent: whichever. */
      readonly granted?: readonly string[];
      /** Which facts must have come with the grant, besides those that the document requires. */
      readonly fields: Readonly<Record<string, string>>;
    }
  | { readonly kind: "refused" };

/** Tokens of one trial, by number; recognisable in a request however it is written. 0 is what the account was imported with. */
export interface TokenNames {
  readonly access: (number: number) => string;
  readonly refresh: (number: number) => string;
  /** What the second step makes of an access token. */
  readonly exchanged: (number: number) => string;
}

/** What becomes of credentials that somebody typed. */
export interface TypedScenario extends Scenario {
  readonly play: (subject: TypedSubject) => string | Probe;
}

/** One probe, and what the provider does with it. */
export interface Probe {
  /** new: somebody has typed them just now. kept: they worked before, and a call with them was rejected since. */
  readonly of: "new" | "kept";
  readonly behaviour: FaultBehaviour;
  readonly answered: string;
  readonly expected: readonly ProbeKind[];
}

export type ProbeKind = "works" | "rejected" | "unlike" | "unwell" | "rate_limited" | "unreachable" | "undecided";
