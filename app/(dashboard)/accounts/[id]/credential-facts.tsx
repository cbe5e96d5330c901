import Link from "next/link";
import type { AccountDetailView } from "#api/schemas/account";
import type { CredentialKind } from "../../../_components/credential-kind.ts";
import { Fact, InstantFact } from "../../../_components/facts.tsx";
import { formatCount } from "../../../_components/figures.ts";
import { SectionHeading } from "../../../_components/section-heading.tsx";

type Props = { account: AccountDetailView; kind: CredentialKind; seesKeys: boolean };

/** What is known of the sealed credential without opening it. A value is never among it. */
export function CredentialFacts({ account, kind, seesKeys }: Props) {
  const { credential } = account;
  return (
    <section aria-labelledby="credential">
      <SectionHeading id="credential" title="Credential" note="sealed; never shown" />
      <dl className="card divide-y divide-line text-sm">
        {credential === null ? (
          <Fact name="Sealed">
            <span className="text-subtle">
              {account.status === "disconnected" ? "Erased when it was disconnected" : "None yet"}
            </span>
          </Fact>
        ) : (
          <>
            <InstantFact name="Sealed" at={credential.sealed_at} none="–" />
            <Fact name="Version">{formatCount(credential.version)}</Fact>
            {seesKeys && credential.key_id !== null && (
              <Fact name="Key">
                <Link
                  href="/keys"
                  prefetch={false}
                  className="font-mono text-xs wrap-anywhere underline decoration-line-strong underline-offset-3 hover:decoration-current"
                >
                  {credential.key_id}
                </Link>
              </Fact>
            )}
          </>
        )}
        {kind === "token" && (
          <Fact name="OAuth client">
            {account.own_client_id === null ? (
              "The environment’s"
            ) : (
              <>
                Its own{" "}
                <code className="block font-mono text-xs wrap-anywhere text-subtle">{account.own_client_id}</code>
              </>
            )}
          </Fact>
        )}
      </dl>
    </section>
  );
}
