import { credentialFieldsOf, type TypedDocument } from "../domain/integration/credential-fields.ts";
import { DomainError } from "../domain/problem/domain-error.ts";
import type { Trial } from "./try-credentials.ts";

/** Credentials that were tried, did not work and were not stored, as the problem that whoever gave them gets. */
export function trialProblem(trial: Exclude<Trial, { readonly kind: "works" }>, document: TypedDocument): DomainError {
  switch (trial.kind) {
    case "rejected":
    case "unlike": {
      const { names, pointer } = blamed(document);
      return new DomainError("invalid_request", {
        detail: `The provider does not accept these credentials (${trial.said}). Nothing was stored.`,
        errors: [{ pointer, detail: `${names}: the provider answered ${trial.said}` }],
      });
    }
    case "rate_limited":
      return new DomainError("rate_limited", {
        detail: "The provider asks to slow down, so the credentials could not be tried. Nothing was stored.",
        retryAfterSeconds: trial.retryAfterSeconds,
        extensions: { source: "provider" },
      });
    case "unwell":
      return new DomainError("provider_error", {
        detail: `The provider failed when the credentials were tried (${trial.said}). Nothing was stored; try again.`,
        retryAfterSeconds: 30,
      });
    case "unreachable":
      return trial.isTimeout
        ? new DomainError("provider_timeout", {
            detail: `The provider did not answer when the credentials were tried (${trial.said}). Nothing was stored; try again.`,
            retryAfterSeconds: 5,
          })
        : new DomainError("provider_error", {
            detail: `The provider could not be reached to try the credentials (${trial.said}). Nothing was stored; try again.`,
            retryAfterSeconds: 30,
          });
    case "undecided":
      return trial.isPassing
        ? new DomainError("provider_unavailable", {
            detail: "The credentials could not be tried just now. Nothing was stored; try again.",
            internal: trial.said,
            retryAfterSeconds: 5,
          })
        : new DomainError("client_misconfigured", {
            detail: `The credentials could not be tried: ${trial.said}. Nothing was stored; the operator must mend the integration's definition.`,
          });
  }
}

/** The one field that can be wrong, or all of them together. */
function blamed(document: TypedDocument): { readonly names: string; readonly pointer: string } {
  const fields = credentialFieldsOf(document);
  const [only] = fields;
  const parent = `/credentials/${document.credentials.format}`;
  return {
    names: fields.map((one) => one.label).join(", "),
    pointer: fields.length === 1 && only !== undefined ? `${parent}/${only.name}` : parent,
  };
}
