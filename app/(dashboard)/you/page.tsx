import type { Metadata } from "next";
import { PageHeader } from "../../_components/page-header.tsx";
import { ProblemState } from "../../_components/problem-state.tsx";
import { SectionHeading } from "../../_components/section-heading.tsx";
import { readOwnSessions } from "../../_queries/administrators.ts";
import { readSession } from "../../_queries/session.ts";
import { OwnSessions } from "./own-sessions.tsx";
import { PasswordForm } from "./password-form.tsx";

export const metadata: Metadata = { title: "You" };

export default async function YouPage() {
  const [sessions, session] = await Promise.all([readOwnSessions(), readSession()]);
  return (
    <>
      <PageHeader title="Your sessions and password" />
      <section aria-labelledby="sessions">
        <SectionHeading id="sessions" title="Where you are signed in" />
        {sessions.kind === "problem" ? (
          <ProblemState problem={sessions.problem} />
        ) : (
          <OwnSessions sessions={sessions.value.data} />
        )}
      </section>
      <section aria-labelledby="password" className="mt-8 max-w-[480px]">
        <SectionHeading id="password" title="Password" />
        {session.kind === "problem" ? (
          <ProblemState problem={session.problem} />
        ) : session.value.confirm_with.includes("password") ? (
          <PasswordForm email={session.value.user.email} />
        ) : (
          <p className="card px-4 py-3.5 text-sm text-muted">
            You sign in through your identity provider, and have no password here.
          </p>
        )}
      </section>
    </>
  );
}
