import type { Metadata } from "next";
import { ProblemState } from "../../../_components/problem-state.tsx";
import { readSession } from "../../../_queries/session.ts";
import { readEnvironments } from "../../../_queries/settings.ts";
import { SettingsHeader } from "../_parts/settings-header.tsx";
import { EnvironmentCards } from "./environment-cards.tsx";

export const metadata: Metadata = { title: "Environments · Settings" };

export default async function EnvironmentsPage() {
  const [answer, session] = await Promise.all([readEnvironments(), readSession()]);
  const role = session.kind === "ok" ? session.value.user.role : "";
  const current = session.kind === "ok" ? session.value.environment : "";
  return (
    <>
      <SettingsHeader active="environments" role={role} />
      {answer.kind === "problem" ? (
        <div className="mt-4">
          <ProblemState problem={answer.problem} />
        </div>
      ) : (
        <>
          <p className="max-w-3xl py-5 text-muted">
            Build and test in one, serve customers from another. An API key belongs to one of them and sees nothing of
            the others; in the dashboard you look at one at a time, and every one but Production carries a coloured
            strip.
          </p>
          <EnvironmentCards environments={answer.value.data} current={current} />
        </>
      )}
    </>
  );
}
