import {
  defaultFailureRules,
  ownClientRule,
  sharedClientRule,
  unknownFailure,
  type FailureRules,
} from "./classify-token-failure.ts";

/** Rules of attempts that ended before anybody was asked, or with their process. */
const withoutAnswer: Readonly<Record<string, string>> = {
  "process.ended": "The process that asked ended before it wrote the answer down; it was asked again.",
  "definition.missing": "The integration is not defined in this environment any more.",
  "definition.unusable": "The definition makes no request that may be sent.",
  "definition.hosts_changed": "The definition leads to other hosts than the credentials were given for.",
  "definition.overrides_invalid": "Overrides don't fit the definition any more.",
  "definition.unreadable": "The definition can't be read by this version.",
  "definition.credentials_differ": "The definition asks for other credentials than the accounts hold.",
  "value.sealed": "A sealed value does not open: its key is missing, or it was altered.",
  "credentials.missing": "An active account has no tokens stored.",
};

const ofProviders = new Map(
  [...defaultFailureRules, unknownFailure, ownClientRule, sharedClientRule].map(({ id, meaning }) => [id, meaning]),
);

/**
 * What it means that this rule decided, for operators.
 * @param own the integration's rules, which come before the default ones
 * @returns null: the rule is not known, or is none any more
 */
export function ruleMeaning(rule: string, own: FailureRules): string | null {
  return own.find(({ id }) => id === rule)?.meaning ?? ofProviders.get(rule) ?? withoutAnswer[rule] ?? null;
}
