import { ChevronRight, Link2 } from "lucide-react";
import Link from "next/link";
import type { AuditEventView } from "#api/schemas/audit";
import { actorOf, remarkOf, titleOf } from "../../_components/audit-words.ts";
import { CopyButton } from "../../_components/copy-button.tsx";
import { Fact, InstantFact } from "../../_components/facts.tsx";
import { formatShortInstant } from "../../_components/instant.ts";
import { RelativeTime } from "../../_components/relative-time.tsx";
import { toneClasses } from "../../_components/status.ts";
import type { AuditFilter } from "../../_queries/audit.ts";
import { auditHref } from "./audit-filter.ts";

const columns = "@3xl:grid-cols-[16px_minmax(0,3.4fr)_minmax(0,2fr)_minmax(0,1.9fr)_116px_72px]";
const link =
  "underline decoration-line-strong underline-offset-3 hover:decoration-current inline-flex min-h-6 items-center pointer-coarse:min-h-11";

/** One record, which unfolds into everything that it says. */
export function AuditRow({ event, filter }: { event: AuditEventView; filter: AuditFilter }) {
  const { title, tone } = titleOf(event.action);
  const remark = remarkOf(event);
  const actor = actorOf(event.actor);
  return (
    <li id={event.id}>
      <details className="group">
        <summary
          className={`grid min-h-10 cursor-pointer list-none grid-cols-[16px_minmax(0,1fr)_auto] items-center gap-x-3 gap-y-0.5 px-4 py-2 text-sm -outline-offset-2 hover:bg-sunken ${columns}`}
        >
          <ChevronRight
            size={14}
            aria-hidden
            className="text-subtle transition-transform duration-100 group-open:rotate-90"
          />
          <span className="flex min-w-0 items-center gap-2">
            <span aria-hidden className={`size-2 shrink-0 rounded-full ${toneClasses[tone].solid}`} />
            <span className="min-w-0 truncate" title={remark === null ? title : `${title} ${remark}`}>
              <span className="font-medium">{title}</span>
              {remark !== null && <span className="text-muted"> {remark}</span>}
            </span>
          </span>
          <span className="min-w-0 truncate text-muted @max-3xl:order-last @max-3xl:col-span-2 @max-3xl:col-start-2">
            {actor.words}
            {actor.id !== null && <span className="font-mono text-xs text-subtle"> {actor.id}</span>}
          </span>
          <span className="min-w-0 truncate font-mono text-xs text-subtle @max-3xl:order-last @max-3xl:col-span-2 @max-3xl:col-start-2">
            {event.target}
          </span>
          <span className="font-mono text-xs whitespace-nowrap text-subtle @max-3xl:hidden">
            {formatShortInstant(event.at)}
          </span>
          <span className="text-right text-muted">
            <RelativeTime at={event.at} />
          </span>
        </summary>
        <div className="border-t border-line bg-canvas px-4 py-3 @3xl:pl-11">
          <Facts event={event} filter={filter} />
        </div>
      </details>
    </li>
  );
}

function Facts({ event, filter }: { event: AuditEventView; filter: AuditFilter }) {
  const first = { ...filter, cursor: undefined };
  const account = event.integrated_account_id;
  return (
    <>
      <dl className="grid gap-x-10 text-sm @3xl:grid-cols-2 [&>div]:border-b [&>div]:border-line [&>div]:px-0 [&>div]:py-2">
        <Fact name="Record">
          <span className="flex items-center gap-1">
            <Code text={event.id} />
            <CopyButton text={event.id} label="Copy the record's id" />
          </span>
        </Fact>
        <InstantFact name="Written" at={event.at} none="–" />
        <Fact name="Action">
          <Code text={event.action} />
        </Fact>
        <Fact name="Actor">
          <Code text={event.actor} />
        </Fact>
        <Fact name="Target">
          <Code text={event.target} />
        </Fact>
        {account !== null && (
          <Fact name="Account">
            <Link href={`/accounts/${account}`} prefetch={false} className={`font-mono text-xs wrap-anywhere ${link}`}>
              {account}
            </Link>
          </Fact>
        )}
        {event.key_id !== null && (
          <Fact name="Key-encryption key">
            <Code text={event.key_id} />
          </Fact>
        )}
        {Object.entries(event.detail).map(([name, value]) => (
          <Fact key={name} name={name} isOwn>
            <Code text={typeof value === "string" ? value : JSON.stringify(value)} />
          </Fact>
        ))}
        <Fact name="Hash">
          {event.hash === null ? (
            <span className="text-muted">
              Not in the chain yet: records are sealed within seconds while a worker runs.
            </span>
          ) : (
            <span className="flex items-start gap-2">
              <Link2 size={14} aria-hidden className="mt-0.5 shrink-0 text-good" />
              <Code text={event.hash} />
            </span>
          )}
        </Fact>
      </dl>
      <ul className="flex flex-wrap gap-x-4 pt-3 text-sm font-medium">
        <li>
          <Link href={auditHref({ ...first, actor: event.actor })} prefetch={false} className={link}>
            By this actor
          </Link>
        </li>
        <li>
          <Link href={auditHref({ ...first, action: event.action })} prefetch={false} className={link}>
            Of this action
          </Link>
        </li>
        {account !== null && (
          <li>
            <Link href={auditHref({ ...first, account })} prefetch={false} className={link}>
              Of this account
            </Link>
          </li>
        )}
      </ul>
    </>
  );
}

function Code({ text }: { text: string }) {
  return <code className="min-w-0 font-mono text-xs leading-5 wrap-anywhere">{text}</code>;
}
