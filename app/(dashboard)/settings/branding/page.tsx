import type { Metadata } from "next";
import { Fact } from "../../../_components/facts.tsx";
import { isPermitted } from "../../../_components/permitted.ts";
import { ProblemState } from "../../../_components/problem-state.tsx";
import { readClients } from "../../../_queries/client-secrets.ts";
import { readIntegrationLabels } from "../../../_queries/integrations.ts";
import { readOrigin } from "../../../_queries/origin.ts";
import { readRole } from "../../../_queries/session.ts";
import { readAccent, readEnvironment } from "../../../_queries/settings.ts";
import { SettingsHeader } from "../_parts/settings-header.tsx";
import { draftOf } from "./brand-draft.ts";
import { BrandingEditor } from "./branding-editor.tsx";
import { ConnectPreview } from "./connect-preview.tsx";

export const metadata: Metadata = { title: "Branding · Settings" };

export default async function BrandingPage() {
  const [answer, role] = await Promise.all([readEnvironment(), readRole()]);
  if (answer.kind === "problem") {
    return (
      <>
        <SettingsHeader active="branding" role={role} />
        <div className="mt-4">
          <ProblemState problem={answer.problem} />
        </div>
      </>
    );
  }
  const environment = answer.value;
  const { branding } = environment;
  const [accent, clients, labels, origin] = await Promise.all([
    branding.accent === undefined ? null : readAccent(branding.accent),
    readClients(),
    readIntegrationLabels(),
    readOrigin(),
  ]);
  const first = clients[0]?.integration_name ?? "";
  const preview = {
    host: new URL(environment.connect_url ?? origin).hostname,
    environment: environment.name,
    label: labels.get(first) ?? "Example CRM",
  };
  return (
    <>
      <SettingsHeader active="branding" role={role} />
      {isPermitted(role, "settings:write") ? (
        // Another environment, another form: nothing typed goes over to it.
        <BrandingEditor key={environment.name} branding={branding} accent={accent} {...preview} />
      ) : (
        <div className="grid items-start gap-6 pt-5 xl:grid-cols-[minmax(0,5fr)_minmax(0,6fr)]">
          <dl className="card divide-y divide-line text-sm">
            <Text name="Product name" value={branding.name} none="None: the address that the customer sees" />
            <Text name="Logo" value={branding.logo === undefined ? undefined : "Set"} none="None: a letter stands in" />
            <Text
              name="Accent"
              value={branding.accent === undefined ? undefined : `${branding.accent.light}, ${branding.accent.dark}`}
              none="Evergrant's green"
            />
            <Text name="Help" value={branding.support} none="None" />
            <Text name="Privacy policy" value={branding.privacy_url} none="None" />
          </dl>
          <ConnectPreview draft={draftOf(branding)} judged={accent} {...preview} />
        </div>
      )}
    </>
  );
}

function Text({ name, value, none }: { name: string; value: string | undefined; none: string }) {
  return (
    <Fact name={name}>
      {value === undefined ? (
        <span className="text-subtle">{none}</span>
      ) : (
        <span className="wrap-anywhere">{value}</span>
      )}
    </Fact>
  );
}
