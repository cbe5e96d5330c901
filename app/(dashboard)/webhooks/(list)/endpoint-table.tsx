import Link from "next/link";
import type { ReactNode } from "react";
import type { EndpointView } from "#api/schemas/webhook";
import { wordFilters } from "../../../_components/event-words.ts";
import { ListTable } from "../../../_components/list-table.tsx";
import { RelativeTime } from "../../../_components/relative-time.tsx";
import { formatWaiting, formatWords, wordLastDay } from "../_parts/endpoint-words.ts";
import { EndpointStatus } from "../_parts/endpoint-status.tsx";
import { EndpointAddress } from "../_parts/endpoint-address.tsx";

const columns =
  "@3xl:grid @3xl:grid-cols-[minmax(0,2.7fr)_minmax(0,3.2fr)_minmax(0,2fr)_92px_72px_60px_84px] @3xl:items-center @3xl:gap-x-4";

const heads = ["Endpoint", "Status", "Events", "Format"];
const figures = ["Arrived, 24 h", "Waiting", "Last success"];

/** Endpoints as rows; where the place is narrow, as cards. */
export function EndpointTable({ endpoints }: { endpoints: EndpointView[] }) {
  return (
    <ListTable name="Endpoints" columns={columns} heads={heads} figures={figures}>
      {endpoints.map((endpoint) => (
        <EndpointRow key={endpoint.id} endpoint={endpoint} />
      ))}
    </ListTable>
  );
}

function EndpointRow({ endpoint }: { endpoint: EndpointView }) {
  const words = wordFilters(endpoint.events);
  const [first = ""] = words;
  const lastDay = wordLastDay(endpoint.last_day);
  return (
    <tr
      className={`relative flex flex-col gap-1.5 px-4 py-3 text-sm hover:bg-sunken @3xl:min-h-14 @3xl:py-2 ${columns}`}
    >
      <td className="min-w-0">
        <Link
          href={`/webhooks/${endpoint.id}`}
          prefetch={false}
          className="block truncate py-0.5 -outline-offset-2 after:absolute after:inset-0 focus-visible:outline-none focus-visible:after:outline-2 focus-visible:after:-outline-offset-2 focus-visible:after:outline-accent"
          title={endpoint.url}
        >
          <EndpointAddress url={endpoint.url} />
        </Link>
        {endpoint.description !== null && (
          <span className="block truncate text-xs text-subtle" title={endpoint.description}>
            {endpoint.description}
          </span>
        )}
      </td>
      <td className="min-w-0">
        <EndpointStatus endpoint={endpoint} />
      </td>
      <Cell name="Events" title={words.join(", ")}>
        {first}
        {words.length > 1 && ` +${words.length - 1}`}
      </Cell>
      <Cell name="Format">{formatWords[endpoint.format].name}</Cell>
      <Cell name="Arrived, 24 h" isFigure title={lastDay?.of ?? "Nothing was sent in the last 24 hours"}>
        {lastDay === null ? <span className="text-subtle">–</span> : lastDay.share}
      </Cell>
      <Cell name="Waiting" isFigure>
        <span className={endpoint.waiting > 0 ? "text-ink" : "text-subtle"}>{formatWaiting(endpoint.waiting)}</span>
      </Cell>
      <Cell name="Last success" isFigure>
        {endpoint.last_success_at === null ? (
          <span className="text-subtle">never</span>
        ) : (
          <RelativeTime at={endpoint.last_success_at} />
        )}
      </Cell>
    </tr>
  );
}

type CellProps = { name: string; children: ReactNode; title?: string; isFigure?: boolean };

function Cell({ name, children, title, isFigure = false }: CellProps) {
  return (
    <td
      title={title}
      className={`flex min-w-0 justify-between gap-4 text-muted @3xl:block @3xl:truncate ${isFigure ? "@3xl:text-right" : ""}`}
    >
      <span className="shrink-0 text-subtle @3xl:hidden">{name}</span>
      <span className="min-w-0 truncate">{children}</span>
    </td>
  );
}
