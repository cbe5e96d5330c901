import type { ReactNode } from "react";
import { ListTable } from "../../../_components/list-table.tsx";
import { RelativeTime } from "../../../_components/relative-time.tsx";
import type { AdminSessionView } from "../../../_queries/administrators.ts";
import { nameBrowser } from "./name-browser.ts";

const columns =
  "@3xl:grid @3xl:grid-cols-[minmax(0,4fr)_minmax(0,3fr)_minmax(0,2fr)_minmax(0,2fr)_112px] @3xl:items-center @3xl:gap-x-4";

/** On a card the value stands at the far edge; where there is room for a column of names, beside its name. */
const line = "flex items-baseline justify-between gap-4 text-muted @md:justify-start @3xl:block";
const label = "shrink-0 text-subtle @md:w-20 @3xl:hidden";

type Props = { name: string; sessions: readonly AdminSessionView[]; actions?: Readonly<Record<string, ReactNode>> };

/** Sessions as rows; where the place is narrow, as cards. */
export function SessionsTable({ name, sessions, actions }: Props) {
  return (
    <ListTable
      name={name}
      columns={columns}
      heads={["Browser", "Address", "Began", "Last seen"]}
      figures={actions === undefined ? [] : ["Action"]}
    >
      {sessions.map((session) => (
        <tr key={session.id} className={`flex flex-col gap-1 px-4 py-3 text-sm @3xl:min-h-12 @3xl:py-2 ${columns}`}>
          <td className="min-w-0" title={session.user_agent}>
            <span className="block font-medium @3xl:truncate">{nameBrowser(session.user_agent)}</span>
            <span className="block text-xs text-subtle">
              {session.method === "sso" ? "Single sign-on" : "Password"}
              {session.current && <span className="text-accent"> · this session</span>}
            </span>
          </td>
          <td className={`${line} min-w-0 @3xl:truncate`}>
            <span className={label}>Address</span>
            {session.address === "" ? (
              <span className="text-subtle">unknown</span>
            ) : (
              <span className="min-w-0 font-mono text-xs wrap-anywhere" title={session.address}>
                {session.address}
              </span>
            )}
          </td>
          <td className={line}>
            <span className={label}>Began</span>
            <RelativeTime at={session.created_at} />
          </td>
          <td className={line}>
            <span className={label}>Last seen</span>
            <RelativeTime at={session.last_seen_at} />
          </td>
          {actions !== undefined && (
            // A quiet button's words stand at the edge, not its ground.
            <td className="no-print -ml-3 empty:hidden @3xl:-mr-3 @3xl:ml-0 @3xl:block @3xl:text-right">
              {actions[session.id]}
            </td>
          )}
        </tr>
      ))}
    </ListTable>
  );
}
