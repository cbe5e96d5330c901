import type { AccountView } from "#api/schemas/account";
import { typedWords, type CredentialKind } from "../../../_components/credential-kind.ts";
import { Fact, InstantFact } from "../../../_components/facts.tsx";
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
            <InstantFact
              name="Token expires"
              at={account.expires_at}
              none={account.status === "active" ? "Does not expire" : "–"}
            />
            <InstantFact name="Next refresh" at={account.refresh_due_at} none="None scheduled" />
            <InstantFact name="Last refreshed" at={account.refreshed_at} none="Never" />
            <InstantFact name="Refresh token rotated" at={account.refresh_token_rotated_at} none="Never" />
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
          <InstantFact name="Re-authorization needed" at={account.reauth_required_at} none="–" />
        )}
        {account.last_error !== null && (
          <Fact name="Last error">
            <span className="wrap-anywhere">{account.last_error.message}</span>
            <span className="block text-xs text-subtle">
              <code className="font-mono">{account.last_error.code}</code> · <RelativeTime at={account.last_error.at} />
            </span>
          </Fact>
        )}
        {account.user_reference !== null && (
          <Fact name="Your user">
            <span className="wrap-anywhere">{account.user_reference}</span>
          </Fact>
        )}
        <InstantFact name="Created" at={account.created_at} none="–" />
        <InstantFact name="Changed" at={account.updated_at} none="–" />
      </dl>
    </section>
  );
}
