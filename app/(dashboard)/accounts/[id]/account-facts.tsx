import type { ReactNode } from "react";
import type { AccountView } from "#api/schemas/account";
import { typedWords, type CredentialKind } from "../../../_components/credential-kind.ts";
import { formatCount } from "../../../_components/figures.ts";
import { formatInstant } from "../../../_components/instant.ts";
import { RelativeTime } from "../../../_components/relative-time.tsx";
import { SectionHeading } from "../../../_components/section-heading.tsx";

export function AccountFacts({ account, kind }: { account: AccountView; kind: CredentialKind }) {
  const external = account.external_account;
  return (
    <section aria-labelledby="facts">
      <SectionHeading id="facts" title="Facts" />
      <dl className="card divide-y divide-line text-sm">
        {external !== null && (
          <Fact name="External account">
            <span className="wrap-anywhere">{external.label ?? external.id}</span>
            {external.label !== null && (
              <code className="block font-mono text-xs wrap-anywhere text-subtle">{external.id}</code>
            )}
          </Fact>
        )}
        {kind === "token" ? (
          <>
            <Instant
              name="Token expires"
              at={account.expires_at}
              none={account.status === "active" ? "Does not expire" : "–"}
            />
            <Instant name="Next refresh" at={account.refresh_due_at} none="None scheduled" />
            <Instant name="Last refreshed" at={account.refreshed_at} none="Never" />
            <Instant name="Refresh token rotated" at={account.refresh_token_rotated_at} none="Never" />
          </>
        ) : (
          <>
            <Fact name="Credentials">{typedWords[kind].name}</Fact>
            <Fact name="Ends">
              <span className="text-subtle">{account.status === "active" ? "Does not end" : "–"}</span>
            </Fact>
          </>
        )}
        {account.reauth_required_at !== null && (
          <Instant name="Re-authorization needed" at={account.reauth_required_at} none="–" />
        )}
        {account.last_error !== null && (
          <Fact name="Last error">
            <span className="wrap-anywhere">{account.last_error.message}</span>
            <span className="block text-xs text-subtle">
              <code className="font-mono">{account.last_error.code}</code> · <RelativeTime at={account.last_error.at} />
            </span>
          </Fact>
        )}
        <Fact name="Credential version">{formatCount(account.credential_version)}</Fact>
        <Instant name="Created" at={account.created_at} none="–" />
        {Object.entries(account.metadata).map(([name, value]) => (
          <Fact key={name} name={name} isOwn>
            <span className="wrap-anywhere">{value}</span>
          </Fact>
        ))}
      </dl>
    </section>
  );
}

function Fact({ name, children, isOwn = false }: { name: string; children: ReactNode; isOwn?: boolean }) {
  return (
    <div className="grid grid-cols-[minmax(0,3fr)_minmax(0,6fr)] gap-4 sm:grid-cols-[minmax(0,5fr)_minmax(0,8fr)] px-4 py-2.5">
      <dt className={isOwn ? "truncate font-mono text-xs leading-5 text-muted" : "text-muted"}>{name}</dt>
      <dd className="min-w-0">{children}</dd>
    </div>
  );
}

function Instant({ name, at, none }: { name: string; at: string | null; none: string }) {
  return (
    <Fact name={name}>
      {at === null ? (
        <span className="text-subtle">{none}</span>
      ) : (
        <span className="flex flex-wrap items-baseline gap-x-2.5">
          <RelativeTime at={at} parts={2} />
          <span className="font-mono text-xs whitespace-nowrap text-subtle">{formatInstant(at)}</span>
        </span>
      )}
    </Fact>
  );
}
