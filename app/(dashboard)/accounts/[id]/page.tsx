import type { Metadata } from "next";
import Link from "next/link";
import { Suspense } from "react";
import { AccountStatus } from "../../../_components/account-status.tsx";
import { Breadcrumb } from "../../../_components/breadcrumb.tsx";
import { CopyButton } from "../../../_components/copy-button.tsx";
import { Monogram } from "../../../_components/monogram.tsx";
import { isPermitted } from "../../../_components/permitted.ts";
import { ProblemState } from "../../../_components/problem-state.tsx";
import { Bone, ListSkeleton } from "../../../_components/skeleton.tsx";
import { readAccount } from "../../../_queries/account.ts";
import { readMassFailure } from "../../../_queries/mass-failures.ts";
import { readCredentialKind, readIntegrationLabels, readScopeDescriptions } from "../../../_queries/integrations.ts";
import { readRole } from "../../../_queries/session.ts";
import { AccountActions } from "./account-actions.tsx";
import { AccountFacts } from "./account-facts.tsx";
import { HeldCallout } from "./held-callout.tsx";
import { Configuration } from "./configuration.tsx";
import { CredentialFacts } from "./credential-facts.tsx";
import { LifelineSection } from "./history.tsx";
import { Scopes } from "./scopes.tsx";
import { StatusExplanation } from "./status-explanation.tsx";
import { Timeline } from "./timeline.tsx";
import { isTimelineKind, kindWords, type TimelineKind } from "./timeline-words.ts";

type Props = {
  params: Promise<{ id: string }>;
  searchParams: Promise<Record<string, string | string[] | undefined>>;
};

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const account = await readAccount((await params).id);
  return {
    title: account.kind === "ok" ? `${account.value.tenant_id} · ${account.value.integration_name}` : "Account",
  };
}

export default async function AccountPage({ params, searchParams }: Props) {
  const { id } = await params;
  const [answer, labels, role, query] = await Promise.all([
    readAccount(id),
    readIntegrationLabels(),
    readRole(),
    searchParams,
  ]);
  if (answer.kind === "problem") {
    return (
      <>
        <h1 className="sr-only">Account</h1>
        <ProblemState problem={answer.problem} />
      </>
    );
  }
  const account = answer.value;
  const massFailure = account.hold === null ? null : await readMassFailure(account.integration_name);
  const kind = await readCredentialKind(account.integration_name);
  const isRefreshed = kind === "token";
  const descriptions = isRefreshed ? await readScopeDescriptions(account.integration_name) : {};
  const label = labels.get(account.integration_name) ?? account.integration_name;
  const range = typeof query.range === "string" ? query.range : undefined;
  const cursor = typeof query.cursor === "string" ? query.cursor : undefined;
  const show = typeof query.show === "string" && isTimelineKind(query.show) ? query.show : undefined;
  const kinds = (Object.keys(kindWords) as TimelineKind[]).filter(
    (one) => (one !== "attempt" || isRefreshed) && (one !== "event" || isPermitted(role, "webhooks:read")),
  );

  return (
    <>
      <Breadcrumb
        steps={[
          { href: "/accounts", label: "Accounts" },
          { href: `/accounts?integration_name=${encodeURIComponent(account.integration_name)}`, label },
        ]}
      />
      <header className="mb-5">
        <div className="flex min-w-0 items-start gap-3">
          <span className="mt-0.5">
            <Monogram name={label} size="medium" />
          </span>
          <div className="min-w-0">
            <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
              <h1 className="text-xl font-semibold tracking-tight wrap-anywhere">{account.tenant_id}</h1>
              <AccountStatus account={account} variant="pill" />
            </div>
            <p className="flex flex-wrap items-center gap-x-4 text-sm text-muted">
              <span className="wrap-anywhere">
                {label}
                {account.external_account !== null &&
                  ` · ${account.external_account.label ?? account.external_account.id}`}
              </span>
              <span className="inline-flex items-center gap-1">
                <code className="font-mono text-xs">{account.id}</code>
                <CopyButton text={account.id} label="Copy account id" />
              </span>
              {isPermitted(role, "webhooks:read") && (
                <Link
                  href={`/webhooks/events?account=${account.id}`}
                  prefetch={false}
                  className="inline-flex min-h-6 items-center underline decoration-line-strong underline-offset-3 hover:text-ink hover:decoration-current pointer-coarse:min-h-11"
                >
                  Its events
                </Link>
              )}
            </p>
          </div>
        </div>
      </header>

      <AccountActions
        account={account}
        label={label}
        kind={kind}
        mayWrite={isPermitted(role, "accounts:write")}
        mayInvite={isPermitted(role, "links:write")}
      >
        <StatusExplanation account={account} kind={kind} />
      </AccountActions>
      {account.hold !== null && (
        <HeldCallout hold={account.hold} massFailure={massFailure} account={account} label={label} />
      )}

      {isRefreshed && account.status !== "connecting" && (
        <div className="mt-8">
          <Suspense fallback={<LifelineSkeleton />}>
            <LifelineSection account={account} range={range} />
          </Suspense>
        </div>
      )}
      <div className="mt-8 grid items-start gap-x-6 gap-y-8 lg:grid-cols-2">
        <AccountFacts account={account} kind={kind} />
        <div className="grid gap-y-8">
          {isRefreshed && <Scopes scopes={account.scopes} descriptions={descriptions} />}
          <CredentialFacts account={account} kind={kind} seesKeys={isPermitted(role, "keys:read")} />
        </div>
      </div>
      <div className="mt-8">
        <Suspense fallback={<ListSkeleton rows={6} label="Loading the timeline" />}>
          <Timeline account={account} kind={show} cursor={cursor} kinds={kinds} />
        </Suspense>
      </div>
      <Configuration account={account} mayWrite={isPermitted(role, "accounts:write")} />
    </>
  );
}

function LifelineSkeleton() {
  return (
    <output aria-label="Loading the lifeline" className="late block">
      <Bone className="mb-4 h-4 w-20" />
      <Bone className="h-[176px] w-full rounded-lg" />
    </output>
  );
}
