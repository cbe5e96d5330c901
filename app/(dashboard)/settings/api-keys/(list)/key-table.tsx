"use client";

import Link from "next/link";
import type { ReactNode } from "react";
import type { ApiKeyView } from "#api/schemas/api-key";
import { useNow } from "../../../../_components/clock.tsx";
import { ListTable } from "../../../../_components/list-table.tsx";
import { RelativeTime } from "../../../../_components/relative-time.tsx";
import { StatusMark } from "../../../../_components/status-mark.tsx";
import { lookOfKey, remarkOfKey, wordLimits } from "../_parts/key-words.ts";
import { wordPermissions } from "../_parts/permission-words.ts";

const columns =
  "@3xl:grid @3xl:grid-cols-[minmax(0,2.8fr)_minmax(0,2.5fr)_minmax(0,3.4fr)_minmax(0,2fr)_88px_72px] @3xl:items-center @3xl:gap-x-4";

/** Keys as rows; where the place is narrow, as cards. */
export function KeyTable({ name, keys }: { name: string; keys: readonly ApiKeyView[] }) {
  const now = useNow();
  return (
    <ListTable
      name={name}
      columns={columns}
      heads={["Key", "Status", "May", "Limited to"]}
      figures={["Last used", "Ends"]}
    >
      {keys.map((key) => {
        const may = wordPermissions(key.permissions);
        const limits = wordLimits(key);
        return (
          <tr
            key={key.id}
            className={`relative flex flex-col gap-1.5 px-4 py-3 text-sm hover:bg-sunken @3xl:min-h-14 @3xl:py-2 ${columns}`}
          >
            <td className="min-w-0">
              <Link
                href={`/settings/api-keys/${key.id}`}
                prefetch={false}
                className="block truncate font-medium -outline-offset-2 after:absolute after:inset-0 focus-visible:outline-none focus-visible:after:outline-2 focus-visible:after:-outline-offset-2 focus-visible:after:outline-accent"
              >
                {key.name}
              </Link>
              <span className="block truncate font-mono text-xs text-subtle">evg_…{key.ends_with}</span>
            </td>
            <td className="min-w-0">
              <StatusMark condition={lookOfKey(key, now)} remark={remarkOfKey(key, now)} />
            </td>
            <Cell name="May" title={key.permissions.join(", ")}>
              {may.charAt(0).toUpperCase() + may.slice(1)}
            </Cell>
            <Cell name="Limited to" title={limits ?? undefined}>
              {limits ?? <span className="text-subtle">No limit</span>}
            </Cell>
            <Cell name="Last used" isFigure>
              {key.last_used_at === null ? (
                <span className="text-subtle">never</span>
              ) : (
                <RelativeTime at={key.last_used_at} />
              )}
            </Cell>
            <Cell name="Ends" isFigure>
              {key.expires_at === null ? (
                <span className="text-subtle">never</span>
              ) : (
                <RelativeTime at={key.expires_at} />
              )}
            </Cell>
          </tr>
        );
      })}
    </ListTable>
  );
}

type CellProps = { name: string; children: ReactNode; title?: string | undefined; isFigure?: boolean };

function Cell({ name, children, title, isFigure = false }: CellProps) {
  return (
    <td
      title={title}
      className={`flex min-w-0 justify-between gap-4 text-muted @3xl:block ${isFigure ? "@3xl:text-right" : ""}`}
    >
      <span className="shrink-0 text-subtle @3xl:hidden">{name}</span>
      <span className={isFigure ? "min-w-0 truncate" : "line-clamp-2 min-w-0 text-right text-pretty @3xl:text-left"}>
        {children}
      </span>
    </td>
  );
}
