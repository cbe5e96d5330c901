import type { Metadata } from "next";
import type { ConnectOutcomeView } from "#api/schemas/connect";
import { assertNever } from "../../_components/assert-never.ts";
import { buttonClass } from "../../_components/button.tsx";
import { readConnectOutcome } from "../../_queries/connect.ts";
import { ConnectCard } from "../connect-card.tsx";
import { readProductName, readWords } from "../words/read-words.ts";
import { Approving } from "./approving.tsx";
import { ExternalAccount } from "./external-account.tsx";
import { GoOn } from "./go-on.tsx";
import { OutcomeCard, type Trip } from "./outcome-card.tsx";
import { MissingScopes } from "./missing-scopes.tsx";
import { failureWords } from "./outcome-words.ts";

export async function generateMetadata(): Promise<Metadata> {
  const [words, outcome] = await Promise.all([readWords(), readConnectOutcome()]);
  const title = outcome.kind === "ok" ? words.say(`title.${outcome.value.status}`) : words.say("title.connect");
  return { title: { absolute: title } };
}

export default async function ConnectOutcomePage() {
  const [words, outcome] = await Promise.all([readWords(), readConnectOutcome()]);
  if (outcome.kind === "problem") {
    return (
      <ConnectCard product="?" label={null} joint="broken" title={words.say("load.outcome.title")}>
        <p className="mt-2 text-center text-balance text-muted">{words.say("load.outcome.text")}</p>
      </ConnectCard>
    );
  }
  const view = outcome.value;
  const product = await readProductName(view.product);
  if (view.integration === null || view.status === "unknown") return <Unknown product={product} view={view} />;
  const trip = { view, product, label: view.integration.label };
  switch (view.status) {
    case "connected":
      return <Connected {...trip} />;
    case "failed":
      return <Failed {...trip} />;
    case "authorizing":
      return <Waiting {...trip} />;
    case "confirming":
      return <Confirming {...trip} />;
    case "approving":
      return <Approving {...trip} />;
  }
  return assertNever(view.status);
}

async function Connected(trip: Trip) {
  const words = await readWords();
  const { view, product, label } = trip;
  const back = webAddress(view.return_url);
  return (
    <OutcomeCard
      trip={trip}
      joint="done"
      title={words.say(view.reauthorized ? "outcome.reconnected" : "outcome.connected", { product, label })}
    >
      {view.external_account !== null && <ExternalAccount words={words} account={view.external_account} />}
      {back === null && <p className="mt-3 text-center text-balance text-muted">{words.say("outcome.done")}</p>}
      {view.scopes_missing.length > 0 && (
        <MissingScopes {...trip}>
          <Retry label={words.say("outcome.missing.retry")} isInside />
        </MissingScopes>
      )}
      {back !== null && (
        <a href={back} rel="noreferrer" className={buttonClass("primary", "large", "mt-6")}>
          {words.say("outcome.continue", { product })}
        </a>
      )}
    </OutcomeCard>
  );
}

async function Failed(trip: Trip) {
  const words = await readWords();
  const { view, product, label } = trip;
  const told = failureWords(words, view.failure?.code ?? "server_error", product, label);
  const detail = view.failure?.detail ?? null;
  const back = webAddress(view.return_url);
  return (
    <OutcomeCard trip={trip} joint="broken" title={told.title}>
      <p className="mt-2 text-center text-balance text-muted">{told.text}</p>
      {detail !== null && (
        <p className="mt-4 rounded-md bg-sunken px-3 py-2 text-sm wrap-anywhere">
          {words.say("field.said", { label, detail })}
        </p>
      )}
      {told.canRetry && <Retry label={words.say("outcome.retry")} isPrimary />}
      {back !== null && (
        <a
          href={back}
          rel="noreferrer"
          className={buttonClass(told.canRetry ? "ghost" : "primary", "large", told.canRetry ? "mt-2" : "mt-6")}
        >
          {words.say("outcome.back", { product })}
        </a>
      )}
    </OutcomeCard>
  );
}

async function Waiting(trip: Trip) {
  const words = await readWords();
  const { view, label } = trip;
  return (
    <OutcomeCard trip={trip} joint="underway" title={words.say("outcome.waiting.title", { label })}>
      <p className="mt-2 text-center text-balance text-muted">{words.say("outcome.waiting.text", { label })}</p>
      <Retry label={words.say("outcome.waiting.retry")} />
      <GoOn from={view.status} />
    </OutcomeCard>
  );
}

async function Confirming(trip: Trip) {
  const words = await readWords();
  const { view, product } = trip;
  const back = webAddress(view.return_url);
  return (
    <OutcomeCard trip={trip} joint="underway" title={words.say("outcome.confirming.title", { product })}>
      <p className="mt-2 text-center text-balance text-muted">{words.say("outcome.confirming.text", { product })}</p>
      {back !== null && (
        <a href={back} rel="noreferrer" className={buttonClass("primary", "large", "mt-6")}>
          {words.say("outcome.continue", { product })}
        </a>
      )}
      <GoOn from={view.status} />
    </OutcomeCard>
  );
}

async function Unknown({ view, product }: { view: ConnectOutcomeView; product: string }) {
  const words = await readWords();
  return (
    <ConnectCard
      product={product}
      brand={view.product}
      label={null}
      joint="broken"
      support={view.product.support}
      title={words.say("outcome.unknown.title")}
    >
      <p className="mt-2 text-center text-balance text-muted">{words.say("outcome.unknown.text")}</p>
    </ConnectCard>
  );
}

type RetryProps = { label: string; isPrimary?: boolean; isInside?: boolean };

/** Leads back to the link; the API knows from the cookie which one it was. */
function Retry({ label, isPrimary = false, isInside = false }: RetryProps) {
  const look = isPrimary ? buttonClass("primary", "large") : buttonClass("secondary", "normal", "w-full");
  return (
    <form method="post" action="/connect/retry" className={isInside ? "mt-3" : "mt-6"}>
      <button type="submit" className={look}>
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
