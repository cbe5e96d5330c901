import type { Authorization } from "../domain/integration/authorization-schema.ts";
import { authorizeCall, type CallAuthorization, type CallValues } from "../domain/integration/authorize-call.ts";
import type { Expressions } from "../ports/expressions.ts";

/**
 * An account's credentials as its definition says that they are sent, its expression evaluated where it has one.
 *
 * @returns null when the expression yields no {headers, query} of texts
 * @throws ExpressionFailed
 */
export async function evaluateAuthorization(
  expressions: Expressions,
  authorization: Authorization,
  values: CallValues,
): Promise<CallAuthorization | null> {
  if (authorization.format !== "expression") return authorizeCall(authorization, values);
  return authorizeCall(authorization, values, await expressions.evaluate(authorization.config.expression, values));
}
