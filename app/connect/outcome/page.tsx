import { assertNever } from "../../_components/assert-never.ts";
import type { Metadata } from "next";
import { cache, type ComponentProps } from "react";
import type { ConnectOutcomeView } from "#api/schemas/connect";
import { buttonClass } from "../../_components/button.tsx";
import { readConnectOutcome } from "../../_queries/connect.ts";
import { ConnectCard } from "../connect-card.tsx";
import { wordsOf } from "../scope-words.ts";
import { failureWords } from "./outcome-words.ts";
import { RefreshWhileWaiting } from "./refresh-while-waiting.tsx";

const readOutcome = cache(readConnectOutcome);

const titles: Record<ConnectOutcomeView["status"], string> = {
  authorizing: "Connecting",
  confirming: "Not connected yet",
  connected: "Connected",
  failed: "Not connected",
  unknown: "Nothing to show",
};

export async function generateMetadata(): Promise<Metadata> {
  const outcome = await readOutcome();
  return { title: { absolute: outcome.kind === "ok" ? titles[outcome.value.status] : "Connect your account" } };
}

export default async function ConnectOutcomePage() {
  const outcome = await readOutcome();
  if (outcome.kind === "problem") {
    return (
      <ConnectCard product="?" label={null} joint="broken" title="The outcome could not be loaded">
        <p className="mt-2 text-center text-muted">Load this page again in a minute: what happened is not lost.</p>
      </ConnectCard>
    );
  }
  const view = outcome.value;
  switch (view.status) {
    case "connected":
      return <Connected view={view} />;
    case "failed":
      return <Failed view={view} />;
    case "authorizing":
      return <Waiting view={view} />;
    case "confirming":
      return <Confirming view={view} />;
    case "unknown":
      return <Unknown view={view} />;
  }
  return assertNever(view.status);
}

function Connected({ view }: { view: ConnectOutcomeView }) {
  const label = view.integration?.label ?? "Your account";
  const product = view.product.name;
  const back = webAddress(view.return_url);
  return (
    <OutcomeCard
      view={view}
      joint="done"
      title={view.reauthorized ? `${label} is connected again` : `${label} is connected to ${product}`}
    >
      {view.external_account !== null && (
        <p className="mt-3 text-center">
          <span className="inline-block max-w-full rounded-full bg-sunken px-3 py-1 text-sm font-medium wrap-anywhere">
            <span className="sr-only">Account: </span>
            {view.external_account}
          </span>
        </p>
      )}
      {back === null && <p className="mt-3 text-center text-muted">All done. You can close this window.</p>}
      {view.scopes_missing.length > 0 && (
        <div className="mt-5 rounded-md bg-warn-soft px-3 py-2.5 text-sm">
          <p className="font-medium text-warn">Some permissions were not given</p>
          <p className="mt-0.5">What needs them will not work in {product}:</p>
          <ul className="mt-1 list-disc space-y-0.5 pl-5 marker:text-subtle">
            {view.scopes_missing.map((scope) => (
              <li key={scope}>
                {wordsOf(scope, product, label, view.scope_descriptions).words ?? (
                  <code className="font-mono text-xs break-all">{scope}</code>
                )}
              </li>
            ))}
          </ul>
          <Retry label="Go back and allow them" />
        </div>
      )}
      {back !== null && (
        <a href={back} rel="noreferrer" className={buttonClass("primary", "large", "mt-6")}>
          Continue to {product}
        </a>
      )}
    </OutcomeCard>
  );
}

function Failed({ view }: { view: ConnectOutcomeView }) {
  const label = view.integration?.label ?? "The service";
  const words = failureWords(view.failure?.code ?? "server_error", view.product.name, label);
  const back = webAddress(view.return_url);
  return (
    <OutcomeCard view={view} joint="broken" title={words.title}>
      <p className="mt-2 text-center text-balance text-muted">{words.text}</p>
      {view.failure?.detail != null && (
        <p className="mt-4 rounded-md bg-sunken px-3 py-2 text-sm break-words">
          <span className="text-subtle">{label} says: </span>
          {view.failure.detail}
        </p>
      )}
      {words.canRetry && <Retry label="Go back and try again" isPrimary />}
      {back !== null && (
        <a
          href={back}
          rel="noreferrer"
          className={buttonClass(words.canRetry ? "ghost" : "primary", "large", words.canRetry ? "mt-2" : "mt-6")}
        >
          Back to {view.product.name}
        </a>
      )}
    </OutcomeCard>
  );
}

function Waiting({ view }: { view: ConnectOutcomeView }) {
  const label = view.integration?.label ?? "the service";
  return (
    <OutcomeCard view={view} joint="underway" title={`Waiting for ${label}`}>
      <p className="mt-2 text-center text-balance text-muted">
        Finish signing in at {label}. This page goes on by itself when you are back.
      </p>
      <Retry label="Start again" />
      <RefreshWhileWaiting />
    </OutcomeCard>
  );
}

function Confirming({ view }: { view: ConnectOutcomeView }) {
  const product = view.product.name;
  const back = webAddress(view.return_url);
  return (
    <OutcomeCard view={view} joint="underway" title={`Go back to ${product} to finish`}>
      <p className="mt-2 text-center text-balance text-muted">
        Nothing is connected yet. {product} checks first that the link was meant for you; be signed in there in this
        browser.
      </p>
      {back !== null && (
        <a href={back} rel="noreferrer" className={buttonClass("primary", "large", "mt-6")}>
          Continue to {product}
        </a>
      )}
      <RefreshWhileWaiting />
    </OutcomeCard>
  );
}

function Unknown({ view }: { view: ConnectOutcomeView }) {
  return (
    <ConnectCard
      product={view.product.name}
      brand={view.product}
      label={null}
      joint="broken"
      support={view.product.support}
      title="There is nothing to show here"
    >
      <p className="mt-2 text-center text-balance text-muted">
        This browser has not connected anything lately. Open the link you were sent once more, in this browser.
      </p>
    </ConnectCard>
  );
}

/** The card of a trip, with who it is about. */
function OutcomeCard({
  view,
  ...card
}: { view: ConnectOutcomeView } & Pick<ComponentProps<typeof ConnectCard>, "joint" | "title" | "children">) {
  const label = view.integration?.label ?? null;
  const { name, support } = view.product;
  return <ConnectCard product={name} brand={view.product} label={label} support={support} {...card} />;
}

/** Leads back to the link; the API knows from the cookie which one it was. */
function Retry({ label, isPrimary = false }: { label: string; isPrimary?: boolean }) {
  return (
    <form method="post" action="/connect/retry" className={isPrimary ? "mt-6" : "mt-3"}>
      <button
        type="submit"
        className={buttonClass(
          isPrimary ? "primary" : "secondary",
          isPrimary ? "large" : "normal",
          isPrimary ? "" : "w-full",
        )}
      >
        {label}
      </button>
    </form>
  );
}

/** An address a browser may be sent to; anything that is not a web address is left out. */
function webAddress(address: string | null): string | null {
  const url = address === null ? null : URL.parse(address);
  return url !== null && /^https?:$/.test(url.protocol) ? url.href : null;
}
