import type { Metadata } from "next";
import { Breadcrumb } from "../../../_components/breadcrumb.tsx";
import { Callout } from "../../../_components/callout.tsx";
import { CopyButton } from "../../../_components/copy-button.tsx";
import { Fact, InstantFact } from "../../../_components/facts.tsx";
import { isPermitted } from "../../../_components/permitted.ts";
import { ProblemState } from "../../../_components/problem-state.tsx";
import { SectionHeading } from "../../../_components/section-heading.tsx";
import { StatusMark } from "../../../_components/status-mark.tsx";
import { readUser } from "../../../_queries/administrators.ts";
import { readRole } from "../../../_queries/session.ts";
import { roleWords, signInWords } from "../_parts/role-words.ts";
import { SessionsTable } from "../_parts/sessions-table.tsx";
import { lookOfUser } from "../_parts/user-status.ts";
import { UserActions } from "./user-actions.tsx";

type Props = { params: Promise<{ id: string }> };

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const user = await readUser((await params).id);
  return { title: user.kind === "ok" ? `${user.value.name} · Administrators` : "Administrator" };
}

export default async function AdministratorPage({ params }: Props) {
  const [answer, role] = await Promise.all([readUser((await params).id), readRole()]);
  if (answer.kind === "problem") {
    return (
      <>
        <h1 className="sr-only">Administrator</h1>
        <ProblemState problem={answer.problem} />
      </>
    );
  }
  const user = answer.value;
  const { look } = lookOfUser(user);
  return (
    <>
      <Breadcrumb steps={[{ href: "/administrators", label: "Administrators" }]} />
      <header className="mb-5 flex flex-wrap items-start justify-between gap-3">
        <div className="min-w-0">
          <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
            <h1 className="min-w-0 text-xl leading-7 font-semibold tracking-tight wrap-anywhere">{user.name}</h1>
            <StatusMark condition={look} variant="pill" />
          </div>
          <p className="flex flex-wrap items-center gap-x-4 text-sm text-muted">
            <span className="wrap-anywhere">{user.email}</span>
            <span className="inline-flex items-center gap-1">
              <code className="font-mono text-xs">{user.id}</code>
              <CopyButton text={user.id} label="Copy the administrator's id" />
            </span>
          </p>
        </div>
        {isPermitted(role, "users:write") && <UserActions user={user} />}
      </header>

      {user.disabled_by === "idp" && (
        <Callout tone="warn" title="Their groups give no role any more" className="mb-6">
          They were put out when they last tried to sign in, and come back by themselves once a group of theirs has a
          role.
        </Callout>
      )}

      <div className="grid items-start gap-x-6 gap-y-8 lg:grid-cols-[minmax(0,8fr)_minmax(0,5fr)]">
        <section aria-labelledby="sessions" className="min-w-0">
          <SectionHeading id="sessions" title="Sessions" note="live now" />
          {user.sessions.length === 0 ? (
            <p className="card px-4 py-6 text-center text-sm text-muted">Nobody is signed in with this account.</p>
          ) : (
            <SessionsTable name="Sessions" sessions={user.sessions} />
          )}
        </section>
        <section aria-labelledby="facts" className="min-w-0">
          <SectionHeading id="facts" title="Account" />
          <dl className="card divide-y divide-line text-sm">
            <Fact name="Role">
              <span className="font-medium">{roleWords[user.role].label}</span>
              <span className="block text-muted">{roleWords[user.role].may}</span>
            </Fact>
            <Fact name="Role given by">
              {user.role_source === "idp" ? "Groups at the identity provider" : "An owner here"}
            </Fact>
            <Fact name="Signs in with">{signInWords(user.sign_in)}</Fact>
            <InstantFact name="Last sign-in" at={user.last_sign_in_at} none="Never" />
            <InstantFact name="Administrator since" at={user.created_at} none="" />
            {user.disabled_at !== null && <InstantFact name="Disabled" at={user.disabled_at} none="" />}
          </dl>
        </section>
      </div>
    </>
  );
}
