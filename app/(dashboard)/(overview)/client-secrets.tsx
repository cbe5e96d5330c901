import { CircleCheck, Info, TriangleAlert } from "lucide-react";
import Link from "next/link";
import type { EnvironmentIntegrationView } from "#api/schemas/integration";
import type { IntegrationOverview } from "#api/schemas/overview";
import { RelativeTime } from "../../_components/relative-time.tsx";
import { SectionHeading } from "../../_components/section-heading.tsx";
import { toneClasses } from "../../_components/status.ts";
import { newsInOrder, newsWords, secretNews, type SecretNews } from "./client-secret-news.ts";

type Client = EnvironmentIntegrationView;
type Props = {
  clients: Client[];
  health: Pick<IntegrationOverview, "integration_name" | "accounts">[];
  labels: Map<string, string>;
};

const icons = { good: CircleCheck, info: Info, warn: TriangleAlert };

/** While a secret is rotated: which one the provider takes, and whose move it is (R65). Nothing when there is nothing to know. */
export function ClientSecrets({ clients, health, labels }: Props) {
  const active = new Map(health.map((one) => [one.integration_name, one.accounts.active]));
  const told = clients
    .flatMap((client) => {
      const news = secretNews(client, active.get(client.integration_name) ?? 0);
      return news === null ? [] : [{ client, news }];
    })
    .toSorted((one, other) => newsInOrder.indexOf(one.news) - newsInOrder.indexOf(other.news));
  if (told.length === 0) return null;
  return (
    <section aria-labelledby="client-secrets" className="mt-8">
      <SectionHeading id="client-secrets" title="Client secrets" note="which one the provider takes" />
      <ul className="@container card divide-y divide-line">
        {told.map(({ client, news }) => (
          <ClientRow
            key={client.integration_name}
            client={client}
            news={news}
            label={labels.get(client.integration_name) ?? client.integration_name}
          />
        ))}
      </ul>
    </section>
  );
}

function ClientRow({ client, news, label }: { client: Client; news: SecretNews; label: string }) {
  const { tone, title, next } = newsWords(news, label);
  const Icon = icons[tone];
  return (
    <li className="grid gap-x-6 gap-y-3 px-4 py-3 text-sm @3xl:grid-cols-[minmax(0,5fr)_minmax(0,4fr)]">
      <div className="flex min-w-0 gap-2.5">
        <Icon size={16} aria-hidden className={`mt-0.5 shrink-0 ${toneClasses[tone].text}`} />
        <div className="min-w-0">
          <p className="font-medium wrap-anywhere">{title}</p>
          <p className="mt-0.5 text-muted">{next}</p>
          {news !== "switched" && (
            <Link
              href={`/accounts?status=active&integration_name=${encodeURIComponent(client.integration_name)}`}
              prefetch={false}
              className="inline-block py-1 font-medium text-accent hover:underline"
            >
              Accounts of {label}
            </Link>
          )}
        </div>
      </div>
      <ul aria-label={`Secrets of ${label}`} className="space-y-2 pl-[26px] @3xl:pl-0">
        {client.client_secrets.map((secret, index) => (
          <SecretLine
            key={secret.version}
            secret={secret}
            name={index > 0 ? "Previous" : client.client_secrets.length === 1 ? "Secret" : "Newest"}
            isUsed={secret.version === client.secret_in_use_version}
          />
        ))}
      </ul>
    </li>
  );
}

type LineProps = { secret: Client["client_secrets"][number]; name: string; isUsed: boolean };

function SecretLine({ secret, name, isUsed }: LineProps) {
  const { created_at: createdAt, last_worked_at: workedAt, accepted_until: until } = secret;
  return (
    <li className="flex items-baseline gap-x-2">
      <span className="w-[68px] shrink-0 font-medium">{name}</span>
      <span className="min-w-0">
        <span className={isUsed ? "font-medium" : "text-muted"}>
          {workedAt === null ? (
            "Has not worked yet"
          ) : (
            <>
              {isUsed ? "In use, worked " : "Worked "}
              <RelativeTime at={workedAt} />
            </>
          )}
        </span>
        <span className="block text-xs text-subtle">
          Set <RelativeTime at={createdAt} />
          {until !== null && (
            <>
              {", ends "}
              <RelativeTime at={until} parts={2} />
            </>
          )}
        </span>
      </span>
    </li>
  );
}
