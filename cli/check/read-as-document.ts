import { readTokenAnswer } from "#adapters/oauth/read-token-answer";
import { answerRulesOf, type AnswerRules } from "#core/domain/integration/answer-rules";
import { oauthConfigOf, type IntegrationDocument } from "#core/domain/integration/integration-document";
import { ExpressionFailed, type Expressions } from "#core/ports/expressions";
import type { ReadAnswer } from "./find-places.ts";

/** What a document makes of the body of a good answer. */
export function readerOf(expressions: Expressions, document: IntegrationDocument): ReadAnswer {
  const config = oauthConfigOf(document);
  const rules: AnswerRules | null = config === null ? null : { ...answerRulesOf(config), errorExpression: null };
  return async (body) => {
    if (rules === null) return null;
    const raw = { status: 200, headers: { "content-type": "application/json" }, text: JSON.stringify(body) };
    const { standard } = await readTokenAnswer(expressions, rules, raw, false);
    if (standard === null) return null;
    const { access_token, refresh_token } = JSON.parse(standard.body) as {
      readonly access_token: string;
      readonly refresh_token?: string;
    };
    const { expiresIn, expiresAt, scope } = standard;
    return { accessToken: access_token, refreshToken: refresh_token ?? null, expiresIn, expiresAt, scope };
  };
}

/** What an expression of a document finds; undefined also where it fails. */
export async function evaluated(expressions: Expressions, expression: string, input: unknown): Promise<unknown> {
  try {
    return await expressions.evaluate(expression, input);
  } catch (error) {
    if (!(error instanceof ExpressionFailed)) throw error;
    return undefined;
  }
}
