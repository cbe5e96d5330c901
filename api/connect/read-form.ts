import type { Context } from "hono";
import { DomainError } from "#core/domain/problem/domain-error";

/** What the form of a link's page sends. */
export interface ConnectForm {
  readonly integrationName: string | null;
  readonly inputs: Readonly<Record<string, string>> | null;
  readonly credentials: Readonly<Record<string, string>>;
}

export async function readForm(context: Context): Promise<ConnectForm> {
  const fields = await context.req.parseBody().catch(() => ({}));
  const inputs: Record<string, string> = {};
  const credentials: Record<string, string> = {};
  let integrationName: string | null = null;
  for (const [name, value] of Object.entries(fields)) {
    if (typeof value !== "string") continue;
    // As everywhere (refuseUnstorable), which does not read forms.
    if (`${name}${value}`.includes("\u0000")) {
      throw new DomainError("invalid_request", {
        status: 400,
        detail: "A field holds a character that can't be stored (U+0000). Open the link again, and type it anew.",
      });
    }
    if (name === "integration_name") integrationName = value;
    else if (name.startsWith("inputs.")) inputs[name.slice("inputs.".length)] = value;
    else if (name.startsWith("credentials.")) credentials[name.slice("credentials.".length)] = value;
  }
  return { integrationName, inputs: integrationName === null ? null : inputs, credentials };
}
