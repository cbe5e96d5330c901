import type { GrantField, OAuthConfig } from "./oauth-schema.ts";

/** What an integration says about the answers of its token endpoint, beside the standard. */
export interface AnswerRules {
  /** JSONata over the body of a good answer → a standard one (RFC 6749 §5.1); null: it is standard. */
  readonly tokenResponse: string | null;
  /** JSONata over {status, headers, body} → {error, error_description} or nothing; null: errors are standard (§5.2). */
  readonly errorExpression: string | null;
  readonly scopeImplies: Readonly<Record<string, readonly string[]>>;
  /** What is kept on the account of what came with its grant. */
  readonly fields: readonly GrantField[];
}

export function answerRulesOf(config: OAuthConfig): AnswerRules {
  return {
    tokenResponse: config.tokenResponse ?? null,
    errorExpression: config.errorExpression ?? null,
    scopeImplies: config.scopeImplies,
    fields: config.fields,
  };
}
