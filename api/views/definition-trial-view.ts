import type { TriedDefinition } from "#core/usecases/try-definition";
import type { DefinitionTrialView } from "../schemas/definition-trial.ts";

export function toTrialView({ name, errors, effect }: TriedDefinition): DefinitionTrialView {
  return {
    valid: errors.length === 0,
    name,
    errors: errors.map(({ pointer, detail, line, column }) => ({ pointer, detail, line, column })),
    effect:
      effect === null
        ? null
        : {
            kind: effect.kind,
            live_accounts: effect.liveAccounts,
            erases_secrets: effect.erasesSecrets,
            hosts: { ...effect.hosts },
            changes: effect.changes.map(({ what, before, after }) => ({ what, before, after })),
            refusal:
              effect.refusal === null
                ? null
                : {
                    cause: effect.refusal.cause,
                    detail: effect.refusal.detail,
                    approvable: effect.refusal.isApprovable,
                  },
          },
  };
}
