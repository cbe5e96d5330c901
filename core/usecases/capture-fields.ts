import type { Account } from "../domain/account/account.ts";
import { acceptField, type GrantFields } from "../domain/integration/grant-fields.ts";
import type { GrantField } from "../domain/integration/oauth-schema.ts";
import type { ResolvedIntegration } from "../domain/integration/resolve-integration.ts";
import { ExpressionFailed } from "../ports/expressions.ts";
import { plainChange } from "./plain-change.ts";
import type { RefreshPorts } from "./refresh-ports.ts";

type CapturePorts = Pick<RefreshPorts, "expressions" | "log">;

/**
 * What an answer brings of the fields that are taken from its kind. One that it does not bring, or not as the definition's pattern
 * says, is left out; whether that matters is its caller's to say.
 */
export async function captureFields(
  ports: CapturePorts,
  integration: Pick<ResolvedIntegration, "name" | "answers">,
  from: GrantField["from"],
  source: unknown,
): Promise<GrantFields> {
  const wanted = integration.answers.fields.filter((field) => field.from === from);
  const values = await Promise.all(wanted.map((field) => read(ports, integration, field, source)));
  return Object.fromEntries(
    wanted.flatMap((field, index) => {
      const value = values[index] ?? null;
      return value === null ? [] : [[field.name, value]];
    }),
  );
}

async function read(
  { expressions, log }: CapturePorts,
  { name }: Pick<ResolvedIntegration, "name">,
  field: GrantField,
  source: unknown,
): Promise<string | null> {
  const warn = (reason: string): null => {
    log.warn({ integration: name, field: field.name, reason }, "a field of a grant was not captured");
    return null;
  };
  try {
    const value = await expressions.evaluate(field.value, source);
    if (value === undefined || value === null || value === "") return null;
    return acceptField(field, value) ?? warn("it is not as its pattern says");
  } catch (error) {
    return warn(error instanceof ExpressionFailed ? error.message : "unexpected");
  }
}

/**
 * A refresh may bring a field again. Always after the tokens were stored: nothing may stand between an answer and its write, and
 * what fails here costs nothing.
 */
export async function renewFields(
  ports: CapturePorts & Pick<RefreshPorts, "accounts">,
  integration: ResolvedIntegration,
  account: Account,
  answer: unknown,
): Promise<Account> {
  if (!integration.answers.fields.some((field) => field.from === "token")) return account;
  try {
    const fields = { ...account.fields, ...(await captureFields(ports, integration, "token", answer)) };
    const isSame = Object.entries(fields).every(([name, value]) => account.fields[name] === value);
    return isSame ? account : ((await ports.accounts.apply(plainChange(account, { fields }))) ?? account);
  } catch (error) {
    ports.log.warn({ account: account.id, error }, "the fields of a grant could not be renewed");
    return account;
  }
}
