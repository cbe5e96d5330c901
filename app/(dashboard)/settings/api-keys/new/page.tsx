import { CircleSlash } from "lucide-react";
import type { Metadata } from "next";
import { Breadcrumb } from "../../../../_components/breadcrumb.tsx";
import { ButtonLink } from "../../../../_components/button.tsx";
import { isPermitted } from "../../../../_components/permitted.ts";
import { PlainPage } from "../../../../_components/plain-page.tsx";
import { readClients } from "../../../../_queries/client-secrets.ts";
import { readIntegrationLabels } from "../../../../_queries/integrations.ts";
import { readOrigin } from "../../../../_queries/origin.ts";
import { readSession } from "../../../../_queries/session.ts";
import { readApiKey } from "../../../../_queries/settings.ts";
import { draftLike } from "./key-draft.ts";
import { NewKey } from "./new-key.tsx";

export const metadata: Metadata = { title: "Make an API key" };

type Props = { searchParams: Promise<Record<string, string | string[] | undefined>> };

export default async function NewApiKeyPage({ searchParams }: Props) {
  const [session, query] = await Promise.all([readSession(), searchParams]);
  const role = session.kind === "ok" ? session.value.user.role : "";
  if (session.kind === "problem" || !isPermitted(role, "settings:write")) {
    return (
      <PlainPage icon={CircleSlash} title="Your role may not make API keys" inside>
        <p>An owner or an operator of this installation can.</p>
        <ButtonLink href="/settings">Show the settings</ButtonLink>
      </PlainPage>
    );
  }
  const [clients, labels, like, origin] = await Promise.all([
    readClients(),
    readIntegrationLabels(),
    typeof query["like"] === "string" ? readApiKey(query["like"]) : null,
    readOrigin(),
  ]);
  const before = like?.kind === "ok" ? like.value : null;
  // Those that have a client here, and whatever a key before this one is for.
  const names = [
    ...new Set([...clients.map((one) => one.integration_name), ...(before?.integration_names ?? [])]),
  ].toSorted();
  return (
    <div className="mx-auto max-w-3xl">
      <Breadcrumb
        steps={[
          { href: "/settings", label: "Settings" },
          { href: "/settings/api-keys", label: "API keys" },
        ]}
      />
      <NewKey
        role={role}
        environment={session.value.environment}
        origin={origin}
        integrations={names.map((name) => ({ name, label: labels.get(name) ?? name }))}
        draft={draftLike(before)}
        successorOf={before?.name ?? null}
      />
    </div>
  );
}
