import { ChevronRight, CircleCheck } from "lucide-react";
import Link from "next/link";
import { AccountStatus } from "../../_components/account-status.tsx";
import { formatCount } from "../../_components/figures.ts";
import { buildLifeline } from "../../_components/lifeline/build-lifeline.ts";
import { LifelineStrip } from "../../_components/lifeline/lifeline-strip.tsx";
import { conditionOf } from "../../_components/status.ts";
import { SectionHeading } from "../../_components/section-heading.tsx";
import { accountsHref, endedSeconds } from "../accounts/(list)/filter.ts";
import type { AttentionItem } from "../../_queries/overview.ts";

type Props = {
  items: AttentionItem[];
  labels: Map<string, string>;
  now: number;
  reauthCount: number;
  /** Without a valid token; mostCounted stands for more. */
  withoutCount: number;
  /** Whose refreshes fail while their token is valid. */
  failingCount: number;
  /** Whether something above needs attention already. */
  isOthers: boolean;
};

/** The accounts to look at first, each with its recent life. */
export function AttentionList({ items, labels, now, reauthCount, withoutCount, failingCount, isOthers }: Props) {
  const shownReauth = items.filter(({ account }) => account.status === "needs_reauth").length;
  const shownWithout = items.filter(({ account }) => conditionOf(account, now) === "no_valid_token").length;
  const shownFailing = items.filter(({ account }) => conditionOf(account, now) === "refresh_failing").length;
  return (
    <section aria-labelledby="attention" className="mt-8 scroll-mt-16">
      <SectionHeading id="attention" title="Needs attention">
        <span className="flex flex-wrap gap-x-4">
          {withoutCount > shownWithout && (
            <Link
              href={accountsHref({ expiresWithinSeconds: endedSeconds, sort: "expires_at" })}
              prefetch={false}
              className="text-sm font-medium text-accent hover:underline"
            >
              All without a valid token
            </Link>
          )}
          {failingCount > shownFailing && (
            <Link
              href={accountsHref({ isFailing: true })}
              prefetch={false}
              className="text-sm font-medium text-accent hover:underline"
            >
              All whose refresh fails
            </Link>
          )}
          {reauthCount > shownReauth && (
            <Link href="/accounts?status=needs_reauth" className="text-sm font-medium text-accent hover:underline">
              All {formatCount(reauthCount)} to re-authorize
            </Link>
          )}
        </span>
      </SectionHeading>
      {items.length === 0 ? (
        <p className="card flex items-center gap-2 px-4 py-3 text-sm text-muted">
          <CircleCheck size={16} aria-hidden className="text-good" />
          {isOthers ? "No other account needs you." : "No account needs you."}
        </p>
      ) : (
        <ul className="card divide-y divide-line overflow-hidden">
          {items.map(({ account, attempts, hasEarlier }) => (
            <li key={account.id}>
              <Link
                href={`/accounts/${account.id}`}
                prefetch={false}
                className="grid items-center gap-x-6 gap-y-1.5 px-4 py-3 -outline-offset-2 hover:bg-sunken sm:grid-cols-[minmax(0,2fr)_minmax(0,3fr)] lg:grid-cols-[minmax(0,3fr)_minmax(0,5fr)_minmax(160px,3fr)_16px]"
              >
                <span className="min-w-0">
                  <span className="block truncate text-sm font-medium">{account.tenant_id}</span>
                  <span className="block truncate text-xs text-muted">
                    {labels.get(account.integration_name) ?? account.integration_name}
                    {account.external_account !== null &&
                      ` · ${account.external_account.label ?? account.external_account.id}`}
                  </span>
                </span>
                <span className="min-w-0 text-sm">
                  <AccountStatus account={account} />
                </span>
                <span className="hidden lg:block">
                  <LifelineStrip lifeline={buildLifeline(account, attempts, hasEarlier, now)} now={now} />
                </span>
                <ChevronRight size={16} aria-hidden className="hidden text-subtle lg:block" />
              </Link>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
