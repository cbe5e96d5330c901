import Link from "next/link";
import { isPermitted } from "../../../_components/permitted.ts";
import type { FirstRunGuide } from "../../../_queries/first-run.ts";
import { ConnectTest } from "./connect-test.tsx";
import { LeaveGuide } from "./leave-guide.tsx";
import { SeeWebhook } from "./see-webhook.tsx";
import { SetUpClient } from "./set-up-client.tsx";
import { Step } from "./step.tsx";

/** From a new installation to the first account in three steps, each ticked by what the API tells. */
export function FirstRun({ guide, isPage = false }: { guide: FirstRunGuide; isPage?: boolean }) {
  const { done, role, environment } = guide;
  const may = (permission: Parameters<typeof isPermitted>[1]) => isPermitted(role, permission);
  const steps = [done.client, done.account, done.webhook];
  const count = steps.filter(Boolean).length;
  const next = steps.indexOf(false);
  const isOver = next === -1;
  return (
    <section aria-labelledby="first-run" className="card mt-6 overflow-hidden">
      <header className="flex flex-wrap items-start justify-between gap-x-6 gap-y-3 border-b border-line px-4 py-4 sm:px-5">
        <div className="min-w-0">
          <h2 id="first-run" className="text-lg font-semibold">
            {isOver ? "That is all it takes" : "Three steps to the first account"}
          </h2>
          <p className="mt-0.5 text-sm text-pretty text-muted">
            {isOver
              ? "Evergrant keeps the account's token fresh from now on, and your product hears of every change."
              : "A few minutes, most of them at the provider. Each step ticks by itself once it is done."}
          </p>
        </div>
        <div className="flex items-center gap-3">
          <span className="text-sm whitespace-nowrap text-muted tabular-nums">{count} of 3 done</span>
          {!isPage && <LeaveGuide environment={environment} isOver={isOver} />}
        </div>
      </header>
      <ol className="divide-y divide-line">
        <Step
          number={1}
          isDone={done.client}
          isNext={next === 0}
          title="Set up an OAuth client"
          outcome={
            guide.ready.length === 0
              ? "Not needed for what is connected."
              : `${guide.ready.map(({ label }) => label).join(", ")} can be connected.`
          }
          may={may("integrations:write")}
        >
          <SetUpClient environment={environment} integrations={guide.integrations} />
        </Step>
        <Step
          number={2}
          isDone={done.account}
          isNext={next === 1}
          title="Connect a test account"
          outcome={<Connected guide={guide} />}
          may={may("links:write")}
        >
          <ConnectTest environment={environment} integrations={guide.integrations} isConnecting={guide.isConnecting} />
        </Step>
        <Step
          number={3}
          isDone={done.webhook}
          isNext={next === 2}
          title="See what your product hears"
          outcome="A webhook has arrived at its endpoint."
          may={may("webhooks:write")}
        >
          <SeeWebhook environment={environment} endpoint={guide.endpoints[0] ?? null} events={guide.events} />
        </Step>
      </ol>
    </section>
  );
}

function Connected({ guide }: { guide: FirstRunGuide }) {
  const [first] = guide.accounts;
  if (first === undefined) return null;
  const label = guide.integrations.find(({ name }) => name === first.integration_name)?.label ?? first.integration_name;
  return (
    <>
      <Link
        href={`/accounts/${first.id}`}
        prefetch={false}
        className="font-medium text-ink underline underline-offset-2"
      >
        {first.tenant_id} is connected to {label}
      </Link>
      . Look there: its next refresh is planned already.
    </>
  );
}
