import type { ProblemCode } from "../problem/domain-error.ts";
import { inWords, whyInWords } from "./explain-attempt.ts";
import type { RefreshReason } from "./decide-refresh.ts";
import { defaultRefreshPolicy } from "./refresh-policy.ts";

/** Problems that end a refresh before anybody was asked, and that no second try mends: the operator must act first. */
const judgements = {
  client_misconfigured: {
    outcome: "client_misconfigured",
    rule: "definition.missing",
    text: "The integration of this account is not defined in this environment any more. Define it again (PUT /api/v1/integrations/{name}), then refresh the account. Meanwhile the present token is served for as long as it is valid.",
  },
  sealed_value_invalid: {
    outcome: "transient",
    rule: "value.sealed",
    text: "A sealed value does not open, the account's tokens or the client's secret; the log names it. If `evergrant keys status` shows that its key is missing, put that key back into the keyring. Otherwise the value was altered or moved: set the client's secret again, or let the customer re-authorize. It counts as transient, since the provider was not asked and the grant is not in question.",
  },
  not_connected: {
    outcome: "transient",
    rule: "credentials.missing",
    text: "The account is active, but no tokens are stored for it. Restore them, or let the customer re-authorize (POST /api/v1/link-tokens with integrated_account_id). It counts as transient, since the provider was not asked and the grant is not in question.",
  },
} as const satisfies Partial<Record<ProblemCode, unknown>>;

const unsendable = {
  rule: "definition.unusable",
  text: "The definition of this account's integration makes no request of what the account brings that may be sent. Mend it (PUT /api/v1/integrations/{name}).",
};

/** Where the definition is there and must not be used, by the `reason` that its problem gives. */
const unusable: Readonly<Record<string, { readonly rule: string; readonly text: string }>> = {
  hosts_changed: {
    rule: "definition.hosts_changed",
    text: "The definition of this account's integration leads to other hosts than its credentials were given for. Approve them on the server (integrations approve-hosts {name}), or define it with the hosts from before (PUT /api/v1/integrations/{name}).",
  },
  overrides_invalid: {
    rule: "definition.overrides_invalid",
    text: "Overrides of the environment or of the account don't fit the definition of this account's integration any more. Mend them (PATCH /api/v1/environment-integration, or /api/v1/integrated-accounts/{id}), or the definition.",
  },
  definition_unreadable: {
    rule: "definition.unreadable",
    text: "The definition of this account's integration can't be read by this version. Put a valid one (PUT /api/v1/integrations/{name}).",
  },
  credentials_differ: {
    rule: "definition.credentials_differ",
    text: "The definition of this account's integration asks for other credentials than the account holds. Connect it anew, or bring the definition back (PUT /api/v1/integrations/{name}).",
  },
  request_too_long: unsendable,
  path_astray: unsendable,
};

export type UnaskedCode = keyof typeof judgements;

export function isUnasked(code: ProblemCode): code is UnaskedCode {
  return code in judgements;
}

/** How a refresh that could not even be tried is written down, and when it is looked at again. */
export interface UnaskedPlan {
  readonly reason: RefreshReason;
  readonly outcome: "client_misconfigured" | "transient";
  readonly rule: string;
  readonly nextAttemptAt: Date;
  readonly explanation: string;
}

/**
 * Looked at again after the first pause of a failure, 3 h: nothing was learnt about the provider that would ask for another.
 *
 * @param why the `reason` that the problem gives, if it does
 */
export function planUnasked(reason: RefreshReason, code: UnaskedCode, why: unknown, now: Date): UnaskedPlan {
  const { outcome, rule, text } = { ...judgements[code], ...unusableFor(code, why) };
  const nextAttemptAt = new Date(now.getTime() + defaultRefreshPolicy.retry.initialSeconds * 1000);
  return {
    reason,
    outcome,
    rule,
    nextAttemptAt,
    explanation: `${whyInWords[reason]}. No request was made. ${text} Looked at again ${inWords(nextAttemptAt, now)}, or when somebody refreshes it or needs a token.`,
  };
}

function unusableFor(code: UnaskedCode, why: unknown): { readonly rule: string; readonly text: string } | null {
  if (code !== "client_misconfigured" || typeof why !== "string" || !Object.hasOwn(unusable, why)) return null;
  return unusable[why] ?? null;
}
