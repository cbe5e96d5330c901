import type { IntegrationOverview } from "#api/schemas/overview";

type Cause = IntegrationOverview["breakers"][number]["cause"];

/** Why a token endpoint is left alone: in a row, and in a sentence with whose move it is. */
export const breakerWords: Readonly<Record<Cause, { short: string; next: string }>> = {
  client: {
    short: "Client rejected",
    next: "The provider rejects your OAuth client. Mend it: check its id, its secret, and whether it is still allowed.",
  },
  provider: {
    short: "Provider failing",
    next: "One account asks now and then; all come back when the provider answers. Nothing for you to do.",
  },
  rate_limit: {
    short: "Slowed down",
    next: "The provider asked to slow down. Refreshes go on at the time that it named. Nothing for you to do.",
  },
};
