import type { Metadata } from "next";
import { PageHeader } from "../../../_components/page-header.tsx";
import { isPermitted } from "../../../_components/permitted.ts";
import { ProblemState } from "../../../_components/problem-state.tsx";
import { SectionHeading } from "../../../_components/section-heading.tsx";
import { Unread } from "../../../_components/unread.tsx";
import { readInvitations, readUsers } from "../../../_queries/administrators.ts";
import { readRole } from "../../../_queries/session.ts";
import { InvitationTable } from "./invitation-table.tsx";
import { InviteDialog } from "./invite-dialog.tsx";
import { UserTable } from "./user-table.tsx";

export const metadata: Metadata = { title: "Administrators" };

export default async function AdministratorsPage() {
  const [users, invitations, role] = await Promise.all([readUsers(), readInvitations(), readRole()]);
  const mayWrite = isPermitted(role, "users:write");
  return (
    <>
      <PageHeader title="Administrators">{mayWrite && <InviteDialog />}</PageHeader>
      {users.kind === "problem" ? (
        <ProblemState problem={users.problem} />
      ) : (
        <>
          <UserTable users={users.value.data} />
          {invitations.kind === "problem" && (
            <Unread what="Invitations" problem={invitations.problem} className="mt-8" />
          )}
          {invitations.kind === "ok" && invitations.value.data.length > 0 && (
            <section aria-labelledby="invitations" className="mt-8">
              <SectionHeading id="invitations" title="Invited" note="the link works once, for three days" />
              <InvitationTable invitations={invitations.value.data} users={users.value.data} mayRevoke={mayWrite} />
            </section>
          )}
        </>
      )}
    </>
  );
}
