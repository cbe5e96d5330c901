"use client";

import { Check, FlaskConical, ShieldCheck } from "lucide-react";
import { useRouter } from "next/navigation";
import { useTransition } from "react";
import type { EnvironmentList } from "#api/schemas/integration";
import { setPreference } from "../../../_browser/cookie.ts";
import { Button } from "../../../_components/button.tsx";
import { classNames } from "../../../_components/class-names.ts";
import { Fact } from "../../../_components/facts.tsx";
import { formatCount } from "../../../_components/figures.ts";
import { environmentCookie, environmentLabel } from "../../../_components/shell/environment.ts";

type Environment = EnvironmentList["data"][number];

/** Each environment with what it has, and the way there. */
export function EnvironmentCards({ environments, current }: { environments: Environment[]; current: string }) {
  const router = useRouter();
  const [isPending, startTransition] = useTransition();
  const look = (name: string) => {
    setPreference(environmentCookie, name);
    startTransition(() => router.refresh());
  };
  return (
    <ul className="grid items-start gap-4 lg:grid-cols-2">
      {environments.map((environment) => {
        const isCurrent = environment.name === current;
        const isProduction = environment.name === "production";
        const Icon = isProduction ? ShieldCheck : FlaskConical;
        const label = environmentLabel(environment.name);
        return (
          <li key={environment.name} className="card overflow-hidden" aria-current={isCurrent ? "true" : undefined}>
            <div className={classNames("h-1", isProduction ? "bg-accent" : "bg-warn-solid")} />
            <div className="flex min-h-14 flex-wrap items-center justify-between gap-3 px-4 py-3">
              <div className="min-w-0">
                <h2 className="flex items-center gap-2 text-base font-semibold">
                  <Icon size={16} aria-hidden className={isProduction ? "text-accent" : "text-warn"} />
                  <span className="min-w-0 wrap-anywhere">{label}</span>
                </h2>
                <p className="text-sm text-muted">
                  {isProduction ? "Customers are served from here." : "For building and testing."}
                </p>
              </div>
              {isCurrent ? (
                <span className="inline-flex h-6 items-center gap-1.5 rounded-full bg-good-soft pr-2.5 pl-2 text-sm font-medium text-good">
                  <Check size={14} aria-hidden />
                  You look at it
                </span>
              ) : (
                <Button onClick={() => look(environment.name)} disabled={isPending}>
                  Look at {label}
                </Button>
              )}
            </div>
            <dl className="divide-y divide-line border-t border-line text-sm">
              <Fact name="API keys in force">{formatCount(environment.api_keys)}</Fact>
              <Fact name="Integrations set up">{formatCount(environment.integrations)}</Fact>
              <Fact name="Webhook endpoints">{formatCount(environment.webhook_endpoints)}</Fact>
              <Fact name="Links lead to">
                {environment.connect_url === null ? (
                  <span className="text-subtle">Evergrant&rsquo;s own address</span>
                ) : (
                  <code className="font-mono text-xs wrap-anywhere">{environment.connect_url}</code>
                )}
              </Fact>
              <Fact name="Sealed by">
                {environment.sealing_key === null ? (
                  <span className="text-subtle">The key service does not answer</span>
                ) : (
                  <>
                    <code className="font-mono text-xs wrap-anywhere">{environment.sealing_key.kid}</code>
                    <span className="block text-subtle">
                      {environment.sealing_key.own ? "a key of its own" : "a key that others share"}
                    </span>
                  </>
                )}
              </Fact>
            </dl>
          </li>
        );
      })}
    </ul>
  );
}
