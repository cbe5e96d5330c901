import type { ChangedFields } from "#core/usecases/resolve-change";

type Fields = ChangedFields;
type FieldName = keyof Fields;

interface Column {
  readonly name: string;
  readonly json: boolean;
}

const plain = (name: string): Column => ({ name, json: false });
const json = (name: string): Column => ({ name, json: true });

/** Every field that a change may set, and its column. A new field does not compile until it stands here. */
const columns: Readonly<Record<FieldName, Column>> = {
  status: plain("status"),
  externalAccount: json("external_account"),
  scopesRequested: plain("scopes_requested"),
  scopesGranted: plain("scopes_granted"),
  scopesRefused: plain("scopes_refused"),
  metadata: json("metadata"),
  inputs: json("inputs"),
  fields: json("fields"),
  expiresAt: plain("expires_at"),
  issuedAt: plain("issued_at"),
  hasRefreshToken: plain("has_refresh_token"),
  refreshDueAt: plain("refresh_due_at"),
  cooldownUntil: plain("cooldown_until"),
  consecutiveFailures: plain("consecutive_failures"),
  refreshedAt: plain("refreshed_at"),
  refreshTokenRotatedAt: plain("refresh_token_rotated_at"),
  reauthRequiredAt: plain("reauth_required_at"),
  activatedAt: plain("activated_at"),
  lastError: json("last_error"),
  credentialVersion: plain("credential_version"),
  hold: json("hold"),
  doubts: plain("doubts"),
  doubtedAt: plain("doubted_at"),
  learnedLifetimeSeconds: plain("learned_lifetime_seconds"),
  circuitKey: plain("circuit_key"),
  refreshDelayedAt: plain("refresh_delayed_at"),
  clientId: plain("client_id"),
  overrides: json("overrides"),
};

/** `column = $n` clauses, in the fixed order of the table above, so that equal shapes prepare once. */
export function assignments(fields: Fields, add: (value: unknown) => string): string[] {
  const clauses: string[] = [];
  for (const [field, column] of Object.entries(columns) as [FieldName, Column][]) {
    const value = fields[field];
    if (value === undefined) continue;
    if (field === "refreshDueAt" && value !== null && fields.hold === undefined) {
      // A held account has no alarm, whatever its writer knew of the hold (R26).
      clauses.push(`${column.name} = CASE WHEN a.hold IS NULL THEN ${add(value)}::timestamptz END`);
      continue;
    }
    clauses.push(`${column.name} = ${add(column.json && value !== null ? JSON.stringify(value) : value)}`);
  }
  return clauses;
}
