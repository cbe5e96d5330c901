import type { Metadata } from "next";
import { isPermitted } from "../../../_components/permitted.ts";
import { ProblemState } from "../../../_components/problem-state.tsx";
import { readSession } from "../../../_queries/session.ts";
import { readAnomalyPolicy, readApiKeys } from "../../../_queries/settings.ts";
import { SettingsHeader } from "../_parts/settings-header.tsx";
import { wordPolicy } from "./alarm-words.ts";
import { CallersSection } from "./callers-section.tsx";
import { PolicyFacts } from "./policy-facts.tsx";
import { PolicyForm } from "./policy-form.tsx";

export const metadata: Metadata = { title: "Alarms · Settings" };

/** Processes of Evergrant's own that open credentials. */
const processes = [
  { id: "worker", name: "Worker (refreshes)" },
  { id: "connect", name: "Connect pages" },
  { id: "recovery", name: "Recovery of lost answers" },
];

export default async function AlarmsPage() {
  const [policy, keys, session] = await Promise.all([
    readAnomalyPolicy(),
    readApiKeys({ state: "in_force" }),
    readSession(),
  ]);
  const role = session.kind === "ok" ? session.value.user.role : "";
  const environment = session.kind === "ok" ? session.value.environment : "";
  const mayWrite = isPermitted(role, "settings:write");
  if (policy.kind === "problem") {
    return (
      <>
        <SettingsHeader active="alarms" role={role} />
        <div className="mt-4">
          <ProblemState problem={policy.problem} />
        </div>
      </>
    );
  }
  const known = [
    ...(keys.kind === "ok"
      ? keys.value.data.map(({ id, name, ends_with: end }) => ({ id, name: `${name} (…${end})` }))
      : []),
    ...processes,
  ];
  return (
    <>
      <SettingsHeader active="alarms" role={role} />
      <p className="max-w-3xl pt-5 text-muted">
        {wordPolicy(policy.value)} Alarms stand on the overview, and go to webhooks, chats and mails as{" "}
        <code className="font-mono text-xs">security:anomaly</code>.
      </p>
      {mayWrite ? (
        <div className="mt-1">
          <PolicyForm key={environment} policy={policy.value} />
        </div>
      ) : (
        <PolicyFacts policy={policy.value} />
      )}
      <CallersSection policies={policy.value.callers} known={known} mayWrite={mayWrite} />
    </>
  );
}
