import Link from "next/link";
import { Fact } from "../../../../_components/facts.tsx";
import { countOf, formatCount } from "../../../../_components/figures.ts";
import { SectionHeading } from "../../../../_components/section-heading.tsx";
import { StatusBar } from "../../../../_components/status-bar.tsx";
import { StatusIcon } from "../../../../_components/status-icon.tsx";
import { statuses, toneClasses } from "../../../../_components/status.ts";
import type { IntegrationStatusView } from "#api/schemas/integration-details";
import type { CatalogueEntry } from "../../../../_queries/catalogue.ts";
import { heldOf } from "../../_parts/concerns.ts";

type Status = keyof typeof statuses;
const order: Status[] = ["active", "needs_reauth", "connecting", "disconnected"];

type Props = { entry: CatalogueEntry; status: IntegrationStatusView | null };

/** What lives on it: accounts by status, and links that wait to be opened. */
export function DependentsSection({ entry, status }: Props) {
  const { name, health, massFailure } = entry;
  const of = `integration_name=${encodeURIComponent(name)}`;
  const held = heldOf(massFailure);
  return (
    <section aria-labelledby="dependents">
      <SectionHeading id="dependents" title="What depends on it" />
      <div className="card text-sm">
        {health === null || health === "unread" ? (
          <p className="border-b border-line px-4 py-3 text-muted">
            {health === null
              ? "No account is connected yet."
              : "Which accounts live on it could not be read. This page tries again by itself."}
          </p>
        ) : (
          <>
            <div className="border-b border-line px-4 py-3">
              <StatusBar counts={health.accounts} />
            </div>
            <ul className="divide-y divide-line border-b border-line">
              {order.map((one) => (
                <AccountsLine
                  key={one}
                  status={one}
                  count={health.accounts[one]}
                  href={`/accounts?${of}&status=${one}`}
                />
              ))}
              {held === null && <li className="px-4 py-2.5 text-muted">Whether any is held could not be read.</li>}
              {held !== null && held > 0 && (
                <li className="px-4 py-2.5">
                  <Link
                    href={`/accounts?${of}&hold=true`}
                    prefetch={false}
                    className="font-medium text-hold hover:underline"
                  >
                    {countOf(held, "account")} held by the guard
                  </Link>
                </li>
              )}
            </ul>
          </>
        )}
        <dl>
          <Fact name="Open connect links">
            {status === null ? (
              <span className="text-subtle">Nobody can tell</span>
            ) : (
              <>
                {status.open_links_complete ? "" : "At least "}
                {status.open_links === 0 ? "None" : countOf(status.open_links, "link")}
              </>
            )}
          </Fact>
        </dl>
      </div>
    </section>
  );
}

function AccountsLine({ status, count, href }: { status: Status; count: number; href: string }) {
  const { icon, tone, label } = statuses[status];
  return (
    <li className="flex min-h-10 items-center justify-between gap-4 px-4 py-1.5">
      <span className="flex items-center gap-2">
        <StatusIcon name={icon} className={toneClasses[tone].text} />
        {label}
      </span>
      {count === 0 ? (
        <span className="text-subtle">0</span>
      ) : (
        <Link href={href} prefetch={false} className="py-0.5 font-medium text-accent hover:underline">
          {formatCount(count)}
          <span className="sr-only"> accounts: {label}</span>
        </Link>
      )}
    </li>
  );
}
