import Link from "next/link";
import type { ReactNode } from "react";
import { CopyButton } from "../../../_components/copy-button.tsx";
import { formatLatency } from "../../../_components/duration.ts";
import { formatShare } from "../../../_components/figures.ts";
import { ListTable } from "../../../_components/list-table.tsx";
import { Monogram } from "../../../_components/monogram.tsx";
import { StatusBar } from "../../../_components/status-bar.tsx";
import { StatusIcon } from "../../../_components/status-icon.tsx";
import { toneClasses } from "../../../_components/status.ts";
import type { CatalogueEntry } from "../../../_queries/catalogue.ts";
import { formatWords } from "../_parts/format-words.ts";
import { stateOf } from "../_parts/state-of.ts";

const columns =
  "@3xl:grid @3xl:grid-cols-[minmax(0,2.6fr)_minmax(0,2.2fr)_minmax(0,2.4fr)_76px_72px_64px] @3xl:items-center @3xl:gap-x-4";

/** What was set up in this environment, with how it does. */
export function IntegrationTable({ entries }: { entries: readonly CatalogueEntry[] }) {
  return (
    <ListTable
      name="Integrations of this environment"
      columns={columns}
      heads={["Integration", "State", "Accounts"]}
      figures={["Success", "p95", "Redirect"]}
    >
      {entries.map((entry) => (
        <Row key={entry.name} entry={entry} />
      ))}
    </ListTable>
  );
}

function Row({ entry }: { entry: CatalogueEntry }) {
  const { name, label, category, format, health, redirect_uri: redirectUri } = entry;
  const told = health === "unread" ? null : health;
  const rate = told?.success_rate ?? null;
  const p95 = told?.latency_ms.p95 ?? null;
  return (
    <tr className={`relative flex flex-col gap-2 px-4 py-3 text-sm hover:bg-sunken @3xl:min-h-14 @3xl:py-2 ${columns}`}>
      <td className="flex min-w-0 items-center gap-3">
        <Monogram name={label} size="medium" />
        <span className="min-w-0">
          <Link
            href={`/integrations/${encodeURIComponent(name)}`}
            prefetch={false}
            className="block truncate font-medium -outline-offset-2 after:absolute after:inset-0 focus-visible:outline-none focus-visible:after:outline-2 focus-visible:after:-outline-offset-2 focus-visible:after:outline-accent"
          >
            {label}
          </Link>
          <span className="block truncate text-xs text-subtle">
            {[formatWords(format), category].filter((part) => part !== null).join(" · ")}
          </span>
        </span>
      </td>
      <td className="min-w-0">
        <State entry={entry} />
      </td>
      <td className="min-w-0">
        {told !== null ? (
          <StatusBar counts={told.accounts} />
        ) : (
          <span className="text-subtle">{health === null ? "No accounts" : "Not known"}</span>
        )}
      </td>
      <Figure name="Success, last 24 h">{rate === null ? null : formatShare(rate)}</Figure>
      <Figure name="p95, last 24 h">{p95 === null ? null : formatLatency(p95)}</Figure>
      <td
        className={`items-center justify-between gap-4 @3xl:block @3xl:text-right ${redirectUri === null ? "hidden" : "flex"}`}
      >
        <span className="text-muted @3xl:hidden">Redirect URI</span>
        {redirectUri === null ? (
          <None />
        ) : (
          <span className="relative">
            <CopyButton text={redirectUri} label={`Copy the redirect URI of ${label}`} />
          </span>
        )}
      </td>
    </tr>
  );
}

function State({ entry }: { entry: CatalogueEntry }) {
  const { tone, icon, words, more } = stateOf(entry);
  const others = more.join(", ");
  return (
    <span className="flex items-baseline gap-1.5">
      <StatusIcon name={icon} className={`translate-y-0.5 ${toneClasses[tone].text}`} />
      <span className="min-w-0">
        <span
          className={
            tone === "good" || tone === "none" || tone === "info" ? "" : `font-medium ${toneClasses[tone].text}`
          }
        >
          {words}
        </span>
        {more.length > 0 && <span className="block text-xs text-muted">{others}</span>}
      </span>
    </span>
  );
}

function Figure({ name, children }: { name: string; children: ReactNode }) {
  return (
    <td
      className={`justify-between gap-4 whitespace-nowrap @3xl:block @3xl:text-right ${children === null ? "hidden" : "flex"}`}
    >
      <span className="text-muted @3xl:hidden">{name}</span>
      {children ?? <None />}
    </td>
  );
}

function None() {
  return (
    <span className="text-subtle">
      <span aria-hidden>–</span>
      <span className="sr-only">none</span>
    </span>
  );
}
