import type { Account } from "../domain/account/account.ts";
import type { AuditRecord } from "../domain/audit/audit-record.ts";
import { changedFields, type Overrides } from "../domain/integration/overrides.ts";
import { DomainError } from "../domain/problem/domain-error.ts";

/** What an account's own OAuth client is changed by (R65). */
export interface OwnClientInput {
  readonly environmentId: string;
  readonly accountId: string;
  /** Null: the account's present one. */
  readonly clientId: string | null;
  readonly clientSecret: string;
  /** Changed with it, in one write; null: left as it is. */
  readonly metadata: Readonly<Record<string, string>> | null;
  /** Changed with it too, and the client is used with them; null or absent: left as they are. */
  readonly overrides?: Overrides | null;
  readonly actor: string;
}

export function invalidClient(pointer: string, detail: string): DomainError {
  return new DomainError("invalid_request", {
    detail: "The client of this account can't be changed like this.",
    errors: [{ pointer, detail }],
  });
}

/** @throws DomainError disconnected */
export function refuseEnded({ status }: Account): void {
  if (status !== "disconnected") return;
  throw new DomainError("disconnected", { detail: "This account was disconnected; its credentials are erased." });
}

/** What the change did to the account besides its credentials, for the audit log. */
export function clientChangeRecord(
  account: Account,
  { actor, metadata }: OwnClientInput,
  overrides: Overrides | null,
  clientFields: readonly string[],
): AuditRecord {
  return {
    environmentId: account.environmentId,
    actor,
    action: "account.updated",
    target: account.id,
    accountId: account.id,
    detail: {
      fields: [
        ...clientFields,
        ...(metadata === null ? [] : ["metadata"]),
        ...(overrides === null ? [] : ["overrides"]),
      ],
      ...(overrides === null ? {} : { overrides: changedFields(account.overrides, overrides) }),
    },
  };
}
