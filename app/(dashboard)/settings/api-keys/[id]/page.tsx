import type { Metadata } from "next";
import Link from "next/link";
import type { ApiKeyDetail } from "#api/schemas/api-key";
import { Breadcrumb } from "../../../../_components/breadcrumb.tsx";
import { CopyButton } from "../../../../_components/copy-button.tsx";
import { Fact, InstantFact } from "../../../../_components/facts.tsx";
import { formatCount } from "../../../../_components/figures.ts";
import { isPermitted } from "../../../../_components/permitted.ts";
import { ProblemState } from "../../../../_components/problem-state.tsx";
import { RelativeTime } from "../../../../_components/relative-time.tsx";
import { SectionHeading } from "../../../../_components/section-heading.tsx";
import { readRole } from "../../../../_queries/session.ts";
import { readApiKey } from "../../../../_queries/settings.ts";
import { KeyActions } from "./key-actions.tsx";
import { KeyPermissions } from "./key-permissions.tsx";
import { KeyExplanation, KeyMark } from "./key-standing.tsx";

type Props = { params: Promise<{ id: string }> };

const steps = [
  { href: "/settings", label: "Settings" },
  { href: "/settings/api-keys", label: "API keys" },
];

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const key = await readApiKey((await params).id);
  return { title: key.kind === "ok" ? `${key.value.name} · API keys` : "API key" };
}

export default async function ApiKeyPage({ params }: Props) {
  const [answer, role] = await Promise.all([readApiKey((await params).id), readRole()]);
  if (answer.kind === "problem") {
    return (
      <>
        <h1 className="sr-only">API key</h1>
        <ProblemState problem={answer.problem} />
      </>
    );
  }
  const key = answer.value;
  return (
    <>
      <Breadcrumb steps={steps} />
      <header className="mb-5 flex flex-wrap items-start justify-between gap-3">
        <div className="min-w-0">
          <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
            <h1 className="min-w-0 text-xl leading-7 font-semibold tracking-tight wrap-anywhere">{key.name}</h1>
            <KeyMark apiKey={key} />
          </div>
          <p className="flex flex-wrap items-center gap-x-4 text-sm text-muted">
            <code className="font-mono text-xs">evg_…{key.ends_with}</code>
            <span className="inline-flex items-center gap-1">
              <code className="font-mono text-xs">{key.id}</code>
              <CopyButton text={key.id} label="Copy the key's id" />
            </span>
          </p>
        </div>
        <KeyActions
          apiKey={key}
          mayWrite={isPermitted(role, "settings:write")}
          mayRestart={isPermitted(role, "keys:write")}
        />
      </header>
      <div className="card mb-8 p-4">
        <KeyExplanation apiKey={key} />
      </div>
      <div className="grid items-start gap-x-6 gap-y-8 lg:grid-cols-[minmax(0,7fr)_minmax(0,6fr)]">
        <div className="flex min-w-0 flex-col gap-8">
          <section aria-labelledby="may">
            <SectionHeading id="may" title="May" />
            <KeyPermissions permissions={key.permissions} />
          </section>
          <section aria-labelledby="limits">
            <SectionHeading id="limits" title="Limited to" />
            <dl className="card divide-y divide-line text-sm">
              <Limit name="Customers" names={key.tenant_ids} all="All customers" />
              <Limit name="Integrations" names={key.integration_names} all="All integrations" />
              <Limit name="Networks" names={key.addresses} all="From anywhere" />
            </dl>
          </section>
        </div>
        <div className="flex min-w-0 flex-col gap-8">
          <Activity apiKey={key} />
          <section aria-labelledby="facts">
            <SectionHeading id="facts" title="Life">
              <Link
                href={`/audit?actor=${key.id}`}
                prefetch={false}
                className="text-sm font-medium text-muted hover:text-ink hover:underline"
              >
                What it did, in the audit log
              </Link>
            </SectionHeading>
            <dl className="card divide-y divide-line text-sm">
              <InstantFact name="Made" at={key.created_at} none="" />
              <Fact name="Made by">
                <Maker id={key.created_by} mayRead={isPermitted(role, "users:read")} />
              </Fact>
              <InstantFact name="Last used" at={key.last_used_at} none="Never" />
              <InstantFact name="Ends" at={key.expires_at} none="Not by itself" />
              {key.stopped_at !== null && <InstantFact name="Stopped" at={key.stopped_at} none="" />}
              {key.revoked_at !== null && <InstantFact name="Revoked" at={key.revoked_at} none="" />}
            </dl>
          </section>
        </div>
      </div>
    </>
  );
}

function Limit({ name, names, all }: { name: string; names: string[] | null; all: string }) {
  return (
    <Fact name={name}>
      {names === null ? (
        <span className="text-subtle">{all}</span>
      ) : (
        <ul className="space-y-0.5 font-mono text-xs leading-5 wrap-anywhere">
          {names.map((one) => (
            <li key={one}>{one}</li>
          ))}
        </ul>
      )}
    </Fact>
  );
}

function Activity({ apiKey }: { apiKey: ApiKeyDetail }) {
  const { openings, most_tenants: tenants, networks, made_keys: made } = apiKey.activity;
  return (
    <section aria-labelledby="used">
      <SectionHeading id="used" title="Used for" note="lately" />
      <dl className="card divide-y divide-line text-sm">
        <Fact name="Credentials opened">
          {openings === 0 ? (
            <span className="text-subtle">None within 24 hours</span>
          ) : (
            `${formatCount(openings)} within 24 hours`
          )}
        </Fact>
        {openings > 0 && <Fact name="Customers">Up to {formatCount(tenants)} within an hour</Fact>}
        <Fact name="Called from">
          {networks.length === 0 ? (
            <span className="text-subtle">Not known yet</span>
          ) : (
            <ul className="space-y-0.5">
              {networks.map(({ network, last_seen_at: at }) => (
                <li key={network} className="flex flex-wrap justify-between gap-x-4">
                  <code className="font-mono text-xs leading-5">{network}</code>
                  <span className="text-subtle">
                    <RelativeTime at={at} />
                  </span>
                </li>
              ))}
            </ul>
          )}
        </Fact>
        {made.length > 0 && (
          <Fact name="Keys made with it">
            <ul className="space-y-0.5 font-mono text-xs leading-5">
              {made.map((id) => (
                <li key={id}>
                  <Link href={`/settings/api-keys/${id}`} prefetch={false} className="wrap-anywhere hover:underline">
                    {id}
                  </Link>
                </li>
              ))}
            </ul>
          </Fact>
        )}
      </dl>
    </section>
  );
}

function Maker({ id, mayRead }: { id: string; mayRead: boolean }) {
  if (id === "command_line") return <>The command line</>;
  const href = id.startsWith("key_")
    ? `/settings/api-keys/${id}`
    : id.startsWith("usr_") && mayRead
      ? `/administrators/${id}`
      : null;
  const code = <code className="font-mono text-xs wrap-anywhere">{id}</code>;
  if (href === null) return code;
  return (
    <Link href={href} prefetch={false} className="hover:underline">
      {code}
    </Link>
  );
}
