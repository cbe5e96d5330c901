import Link from "next/link";
import type { EnvironmentIntegrationView } from "#api/schemas/integration";
import { SectionHeading } from "../../../../_components/section-heading.tsx";

type Props = {
  name: string;
  effective: EnvironmentIntegrationView["effective"];
  descriptions: Readonly<Record<string, string>>;
};

/** What customers are asked for. */
export function ScopesSection({ name, effective, descriptions }: Props) {
  const value = effective["/credentials/config/scope"];
  const scopes = scopesOf(value?.value);
  return (
    <section aria-labelledby="scopes">
      <SectionHeading
        id="scopes"
        title="Scopes"
        note={value?.origin === "environment" ? "set in this environment" : "as the definition has them"}
      >
        <Link
          href={`/integrations/${name}/values?q=scope`}
          prefetch={false}
          className="text-sm font-medium text-accent hover:underline"
        >
          Values of scopes
        </Link>
      </SectionHeading>
      <div className="card text-sm">
        {scopes.length === 0 ? (
          <p className="px-4 py-3 text-muted">None are asked for; the provider decides what a token may do.</p>
        ) : (
          <ul className="divide-y divide-line">
            {scopes.map((scope) => (
              <li key={scope} className="px-4 py-2.5">
                <code className="block font-mono text-xs leading-5 wrap-anywhere">{scope}</code>
                {Object.hasOwn(descriptions, scope) && (
                  <span className="block text-muted">{descriptions[scope]?.replace(/\.$/, "")}</span>
                )}
              </li>
            ))}
          </ul>
        )}
      </div>
    </section>
  );
}

function scopesOf(value: unknown): string[] {
  if (typeof value === "string") return value.split(/[\s,]+/).filter((scope) => scope !== "");
  return Array.isArray(value) ? value.filter((scope): scope is string => typeof scope === "string") : [];
}
