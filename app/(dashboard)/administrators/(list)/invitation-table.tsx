import { actorOf } from "../../../_components/audit-words.ts";
import { ListTable } from "../../../_components/list-table.tsx";
import { RelativeTime } from "../../../_components/relative-time.tsx";
import type { InvitationView, ListedUserView } from "../../../_queries/administrators.ts";
import { roleWords } from "../_parts/role-words.ts";
import { RevokeInvitation } from "./revoke-invitation.tsx";

const columns =
  "@3xl:grid @3xl:grid-cols-[minmax(0,4fr)_minmax(0,2fr)_minmax(0,3fr)_minmax(0,2fr)_112px] @3xl:items-center @3xl:gap-x-4";

type Props = { invitations: readonly InvitationView[]; users: readonly ListedUserView[]; mayRevoke: boolean };

export function InvitationTable({ invitations, users, mayRevoke }: Props) {
  const nameOf = (id: string): string => users.find((one) => one.id === id)?.name ?? actorOf(id).words;
  return (
    <ListTable
      name="Invitations"
      columns={columns}
      heads={["Address", "Role", "Invited by", "Link ends"]}
      figures={mayRevoke ? ["Action"] : []}
    >
      {invitations.map((invitation) => (
        <tr
          key={invitation.id}
          className={`flex flex-col gap-1.5 px-4 py-3 text-sm @3xl:min-h-12 @3xl:py-2 ${columns}`}
        >
          <td className="min-w-0 truncate font-medium" title={invitation.email}>
            {invitation.email}
          </td>
          <td className="flex justify-between gap-4 @3xl:block">
            <span className="text-subtle @3xl:hidden">Role</span>
            {roleWords[invitation.role].label}
          </td>
          <td className="flex min-w-0 justify-between gap-4 text-muted @3xl:block @3xl:truncate">
            <span className="shrink-0 text-subtle @3xl:hidden">Invited by</span>
            <span className="min-w-0 truncate">{nameOf(invitation.invited_by)}</span>
          </td>
          <td className="flex justify-between gap-4 text-muted @3xl:block">
            <span className="text-subtle @3xl:hidden">Link ends</span>
            <RelativeTime at={invitation.expires_at} />
          </td>
          {mayRevoke && (
            // A quiet button's words stand at the edge, not its ground.
            <td className="no-print -ml-3 @3xl:-mr-3 @3xl:ml-0 @3xl:text-right">
              <RevokeInvitation id={invitation.id} email={invitation.email} />
            </td>
          )}
        </tr>
      ))}
    </ListTable>
  );
}
