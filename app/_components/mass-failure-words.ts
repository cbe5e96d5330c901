import type { MassFailureView } from "#api/schemas/mass-failure";

type Cause = NonNullable<MassFailureView["likely_cause"]>;
type CauseWords = { title: string; why: string; checks: string[] };

/** Which of the three it most likely is, why we think so, and what to look at. `label` names the integration. */
export function causeWords(cause: Cause, label: string): CauseWords {
  return causes[cause](label);
}

const causes: Record<Cause, (label: string) => CauseWords> = {
  customer: (label) => ({
    title: "Most likely one customer",
    why: "All accounts that failed belong to one tenant.",
    checks: [
      `Ask this customer whether an administrator removed the permission at ${label}, or ended the contract.`,
      "If so, the grants are dead: confirm, and send the customer new links.",
    ],
  }),
  client: (label) => ({
    title: "Most likely our OAuth client",
    why: `Accounts of several tenants failed, and the client of ${label} was changed here within the day before.`,
    checks: [
      `Compare client id, secret and scopes here with the app's entry at ${label}: was it replaced, suspended or deleted?`,
      "Mend it first, then release. Grants of a deleted app are dead.",
    ],
  }),
  provider: (label) => ({
    title: `Most likely ${label} itself`,
    why: "Accounts of several tenants failed, and the OAuth client was not changed here within the day before.",
    checks: [
      `Look at the status page of ${label}, and at what it announced about apps, grants and security.`,
      `If ${label} had a bad moment, release. If it ended all these grants for good, confirm.`,
    ],
  }),
};

/** Where the overview shows it. */
export function massFailureAnchor(integrationName: string): string {
  return `mass-failure-${integrationName}`;
}
