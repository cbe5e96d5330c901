import type { EnvironmentIntegrationView } from "#api/schemas/integration";
import type { Tone } from "../../_components/status.ts";

type Secrets = Pick<EnvironmentIntegrationView, "secret_in_use_version" | "secret_in_use_at"> & {
  client_secrets: Omit<EnvironmentIntegrationView["client_secrets"][number], "set_by">[];
};

export type SecretNews = "previous_in_use" | "never_worked" | "untried" | "switched";

/**
 * What is to be known about the secrets of a client: while several are accepted, which of them the provider takes; else only that
 * the one there is has brought no tokens though accounts need them. Null: nothing.
 */
export function secretNews(client: Secrets, activeAccounts: number): SecretNews | null {
  const [newest, previous] = client.client_secrets;
  if (newest === undefined) return null;
  if (previous === undefined) return newest.last_worked_at === null && activeAccounts > 0 ? "never_worked" : null;
  if (client.secret_in_use_version === newest.version) return "switched";
  const { secret_in_use_at: usedAt } = client;
  const isTried = usedAt !== null && Date.parse(usedAt) > Date.parse(newest.created_at);
  return isTried ? "previous_in_use" : "untried";
}

type NewsWords = { tone: Extract<Tone, "good" | "info" | "warn">; title: string; next: string };

/** The worst comes first. `label` names the integration. */
export function newsWords(news: SecretNews, label: string): NewsWords {
  return words[news](label);
}

/** In the order of their urgency. */
export const newsInOrder: SecretNews[] = ["previous_in_use", "never_worked", "untried", "switched"];

const words: Record<SecretNews, (label: string) => NewsWords> = {
  previous_in_use: (label) => ({
    tone: "warn",
    title: `${label} still takes the previous secret and refuses the new one`,
    next: `Enter the new one at ${label}, or set here what it has. When the previous one ends, refreshes fail.`,
  }),
  never_worked: (label) => ({
    tone: "warn",
    title: `${label}: the secret has brought no tokens yet`,
    next: `Refresh one of the accounts to see whether ${label} takes it.`,
  }),
  untried: (label) => ({
    tone: "info",
    title: `${label}: the new secret has not been tried yet`,
    next: `The next refresh tries it first. Refresh one of the accounts to see now which one ${label} takes.`,
  }),
  switched: (label) => ({
    tone: "good",
    title: `${label} takes the new secret`,
    next: `The previous one ends by itself. Remove it at ${label} too, if it is still there.`,
  }),
};
