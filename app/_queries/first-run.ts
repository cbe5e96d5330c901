import { cookies } from "next/headers";
import type { AccountPage } from "#api/schemas/account-list";
import type { AccountView } from "#api/schemas/account";
import type { EventPage, EventView } from "#api/schemas/delivery";
import type { IntegrationSummary } from "#api/schemas/integration";
import type { EndpointList, EndpointView } from "#api/schemas/webhook";
import { firstRunCookie } from "../_components/first-run-cookie.ts";
import { callApi } from "./call-api.ts";
import { readSession } from "./session.ts";

export type GuidedIntegration = Pick<IntegrationSummary, "name" | "label" | "format" | "client" | "redirect_uri">;

export type FirstRunGuide = {
  environment: string;
  role: string;
  /** Those that can be used, by label. */
  integrations: GuidedIntegration[];
  /** Of those, what has an OAuth client here. */
  ready: GuidedIntegration[];
  /** Active accounts, newest first, a few. */
  accounts: AccountView[];
  /** Whether somebody is on the way to connect one. */
  isConnecting: boolean;
  endpoints: EndpointView[];
  /** The newest few. */
  events: EventView[];
  done: { client: boolean; account: boolean; webhook: boolean };
};

/**
 * How far a new installation is, as the API tells it. Null: there is nothing to guide to, or this browser wants none.
 *
 * @param isNew no account has been connected yet
 * @param isAsked whoever looks asked for it, whatever there is
 */
export async function readFirstRun({
  isNew,
  isAsked = false,
}: {
  isNew: boolean;
  isAsked?: boolean;
}): Promise<FirstRunGuide | null> {
  const session = await readSession();
  if (session.kind === "problem") return null;
  const { environment, user } = session.value;
  const state = (await cookies()).get(firstRunCookie(environment))?.value;
  // What was begun here goes on after the first account: the webhook is still to be seen.
  if (!isAsked && (state === "skipped" || (!isNew && state !== "begun"))) return null;
  const [integrations, active, connecting, endpoints, events] = await Promise.all([
    callApi<{ data: IntegrationSummary[] }>("/api/v1/integrations"),
    callApi<AccountPage>("/api/v1/integrated-accounts", { query: { status: "active", limit: 3 } }),
    callApi<AccountPage>("/api/v1/integrated-accounts", { query: { status: "connecting", limit: 1 } }),
    callApi<EndpointList>("/api/v1/webhook-endpoints"),
    callApi<EventPage>("/api/v1/events", { query: { limit: 3 } }),
  ]);
  // A guide that does not know where somebody stands leads nowhere.
  if (integrations.kind === "problem" || active.kind === "problem" || endpoints.kind === "problem") return null;
  const usable = integrations.value.data
    .filter((one) => one.problem === null && one.format !== null)
    .toSorted((one, other) => one.label.localeCompare(other.label, "en"));
  const ready = usable.filter(({ client }) => client === "set");
  return {
    environment,
    role: user.role,
    integrations: usable,
    ready,
    accounts: active.value.data,
    isConnecting: connecting.kind === "ok" && connecting.value.data.length > 0,
    endpoints: endpoints.value.data,
    events: events.kind === "ok" ? events.value.data : [],
    done: {
      // Who connects with keys that customers type needs no client.
      client: ready.length > 0 || active.value.data.length > 0,
      account: active.value.data.length > 0,
      webhook: endpoints.value.data.some((one) => one.last_success_at !== null),
    },
  };
}
