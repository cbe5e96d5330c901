import Link from "next/link";
import { ListTable } from "../../../_components/list-table.tsx";
import { RelativeTime } from "../../../_components/relative-time.tsx";
import { StatusMark } from "../../../_components/status-mark.tsx";
import type { ListedUserView } from "../../../_queries/administrators.ts";
import { roleWords, signInWords } from "../_parts/role-words.ts";
import { lookOfUser } from "../_parts/user-status.ts";

const columns =
  "@3xl:grid @3xl:grid-cols-[minmax(0,4fr)_minmax(0,2fr)_minmax(0,3fr)_minmax(0,2fr)_96px_72px] @3xl:items-center @3xl:gap-x-4";

/** Administrators as rows; where the place is narrow, as cards. */
export function UserTable({ users }: { users: readonly ListedUserView[] }) {
  return (
    <ListTable
      name="Administrators"
      columns={columns}
      heads={["Name", "Role", "Status", "Signs in with"]}
      figures={["Last seen", "Sessions"]}
    >
      {users.map((user) => {
        const { look, remark } = lookOfUser(user);
        return (
          <tr
            key={user.id}
            className={`relative flex flex-col gap-1.5 px-4 py-3 text-sm hover:bg-sunken @3xl:min-h-14 @3xl:py-2 ${columns}`}
          >
            <td className="min-w-0">
              <Link
                href={`/administrators/${user.id}`}
                prefetch={false}
                className="block truncate font-medium -outline-offset-2 after:absolute after:inset-0 focus-visible:outline-none focus-visible:after:outline-2 focus-visible:after:-outline-offset-2 focus-visible:after:outline-accent"
              >
                {user.name}
                {user.is_you && <span className="font-normal text-subtle"> (you)</span>}
              </Link>
              <span className="block truncate text-xs text-subtle" title={user.email}>
                {user.email}
              </span>
            </td>
            <td
              className="flex min-w-0 justify-between gap-4 @max-3xl:order-2 @3xl:block"
              title={roleWords[user.role].may}
            >
              <span className="text-subtle @3xl:hidden">Role</span>
              <span className="min-w-0 text-right @3xl:text-left">
                {roleWords[user.role].label}
                {user.role_source === "idp" && <span className="block text-xs text-subtle">by their groups</span>}
              </span>
            </td>
            <td className="min-w-0 @max-3xl:order-1">
              <StatusMark condition={look} remark={remark} />
            </td>
            <td className="flex min-w-0 justify-between gap-4 text-muted @max-3xl:order-2 @3xl:block @3xl:truncate">
              <span className="shrink-0 text-subtle @3xl:hidden">Signs in with</span>
              <span className="min-w-0 truncate">{signInWords(user.sign_in)}</span>
            </td>
            <td className="flex min-w-0 justify-between gap-4 text-muted @max-3xl:order-2 @3xl:block @3xl:text-right">
              <span className="shrink-0 text-subtle @3xl:hidden">Last seen</span>
              {user.last_seen_at === null ? (
                <span className="text-subtle">never</span>
              ) : (
                <RelativeTime at={user.last_seen_at} />
              )}
            </td>
            <td className="flex min-w-0 justify-between gap-4 font-mono tabular-nums text-muted @max-3xl:order-2 @3xl:block @3xl:text-right">
              <span className="shrink-0 font-sans text-subtle @3xl:hidden">Sessions</span>
              {user.sessions}
            </td>
          </tr>
        );
      })}
    </ListTable>
  );
}
