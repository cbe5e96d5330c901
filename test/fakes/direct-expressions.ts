import jsonata from "jsonata";
import { ExpressionFailed, type Expressions } from "#core/ports/expressions";

/** JSONata in this very process, unbounded: for expressions of tests, which are known to end. */
export const directExpressions: Expressions = {
  async evaluate(expression, input, bindings = {}) {
    try {
      const value: unknown = await jsonata(expression).evaluate(input, { ...bindings });
      return value === undefined ? undefined : (JSON.parse(JSON.stringify(value)) as unknown);
    } catch {
      throw new ExpressionFailed("threw");
    }
  },
};
