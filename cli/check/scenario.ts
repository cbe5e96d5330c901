import type { IntegrationDocument } from "#core/domain/integration/integration-document";
import type { TokenRequestFailure } from "#core/domain/refresh/classify-token-failure";
import type { RefreshPolicy } from "#core/domain/refresh/refresh-policy";
import type { FaultBehaviour } from "#lab/start-fault-server";
import type { AnswerShape } from "./answer-shape.ts";
import type { Samples } from "./read-samples.ts";

/** The document under trial, and what follows from it. */
export interface Subject {
  readonly document: IntegrationDocument;
  readonly policy: RefreshPolicy;
  readonly scopes: readonly string[];
  readonly scopeSeparator: string;
  readonly expiresInUnit: "seconds" | "milliseconds" | "auto";
  /** How long an access token lives here, seconds: as the document says, otherwise an hour. */
  readonly lifeSeconds: number;
  readonly tokenExpiryDuration: number | null;
  readonly hasIntrospection: boolean;
  readonly shape: AnswerShape;
  /** How the provider refuses a refresh token, by its documentation; null: as RFC 6749 has it. */
  readonly refusal: Samples["refusal"];
}

/** One request for a token, and what the provider does with it. */
export interface Step {
  readonly behaviour: FaultBehaviour;
  /** What the provider answered, in words. */
  readonly answered: string;
  readonly expected: Expectation;
  /** The deadline of this request, where the scenario waits for it, seconds. */
  readonly timeoutSeconds?: number;
}

export type Expectation =
  | {
      readonly kind: "refreshed";
      /** Seconds until the access token ends; null: nothing says so. */
      readonly lifeSeconds: number | null;
      /** The refresh token that the request must carry; null: it carries none. */
      readonly carries: string | null;
      /** Scopes that must show as missing: all of the requested ones but these. */
      readonly grantedOnly?: readonly string[];
    }
  /** The class that follows from the failure by the document's own rules, then the default ones. */
  | { readonly kind: "failure"; readonly failure: TokenRequestFailure; readonly carries: string | null }
  /** In words that only the document understands: the customer must come back. */
  | { readonly kind: "refusal"; readonly carries: string };

export interface Scenario {
  readonly id: string;
  readonly title: string;
  /** @returns why it does not apply to this document, or the steps */
  readonly play: (subject: Subject, tokens: TokenNames) => string | readonly Step[];
}

/** Tokens of one trial, by number; recognisable in a request however it is written. 0 is what the account was imported with. */
export interface TokenNames {
  readonly access: (number: number) => string;
  readonly refresh: (number: number) => string;
}
