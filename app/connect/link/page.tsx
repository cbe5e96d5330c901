import type { Metadata } from "next";
import { headers } from "next/headers";
import { cache, type ComponentProps } from "react";
import type { ConnectLinkView } from "#api/schemas/connect";
import { readConnectLink } from "../../_queries/connect.ts";
import { ConnectCard } from "../connect-card.tsx";
import { IntegrationChoice } from "./integration-choice.tsx";
import { IntegrationForm } from "./integration-form.tsx";
import { readProductName, readWords } from "../words/read-words.ts";
import type { Words } from "../words/words.ts";

const readLink = cache(async () => {
  const id = (await headers()).get("x-evergrant-link");
  return id === null ? null : readConnectLink(id);
});

export async function generateMetadata(): Promise<Metadata> {
  const [words, link] = await Promise.all([readWords(), readLink()]);
  const product = link?.kind === "ok" ? link.value.product.name : null;
  const title = product === null ? words.say("title.connect") : words.say("title.connect_to", { product });
  return { title: { absolute: title } };
}

type Props = { searchParams: Promise<Record<string, string | string[] | undefined>> };

export default async function ConnectLinkPage({ searchParams }: Props) {
  const [words, link] = await Promise.all([readWords(), readLink()]);
  if (link === null) return <Closed state="unknown" product={await readProductName({ name: null })} />;
  if (link.kind === "problem") {
    return (
      <ConnectCard product="?" label={null} joint="broken" title={words.say("load.link.title")}>
        <p className="mt-2 text-center text-balance text-muted">{words.say("load.link.text")}</p>
      </ConnectCard>
    );
  }
  const view = link.value;
  const product = await readProductName(view.product);
  const closed = { product, brand: view.product };
  if (view.state !== "open") return <Closed state={view.state} until={view.expires_at} {...closed} />;
  if (view.integrations.length === 0) return <Closed state="unknown" {...closed} />;
  const { check } = await searchParams;
  const until = view.forms_blocked_until;
  const restMinutes = until === null ? null : Math.max(1, Math.ceil((Date.parse(until) - Date.now()) / 60_000));
  const form = {
    product,
    check: typeof check === "string" ? check.split(",") : [],
    attempt: view.attempt,
    restMinutes,
  };
  return <Offer words={words} view={view} form={form} />;
}

type OfferProps = {
  words: Words;
  view: ConnectLinkView;
  form: Omit<ComponentProps<typeof IntegrationForm>, "integration">;
};

function Offer({ words, view, form }: OfferProps) {
  const { product } = form;
  const only = view.integrations.length === 1 ? (view.integrations[0] ?? null) : null;
  const account = view.reauthorizes?.external_account ?? null;
  const isAgain = view.reauthorizes !== null;
  return (
    <ConnectCard
      product={product}
      brand={view.product}
      label={only?.label ?? null}
      joint={only === null ? "idle" : "open"}
      environment={view.environment}
      support={view.product.support}
      title={titleOf(words, product, only?.label ?? null, isAgain)}
      footer={
        <p>
          {only === null
            ? words.say("offer.end_any", { product })
            : words.say("offer.end", { product, label: only.label })}
        </p>
      }
    >
      {isAgain && <SameAccount {...{ words, account }} isTyped={view.integrations[0]?.form != null} />}
      {only === null ? (
        <IntegrationChoice integrations={view.integrations} {...form} />
      ) : (
        <IntegrationForm integration={only} {...form} />
      )}
    </ConnectCard>
  );
}

function SameAccount({ words, account, isTyped }: { words: Words; account: string | null; isTyped: boolean }) {
  const same = words.say(isTyped ? "offer.same_typed" : "offer.same");
  const who = { account: <strong className="font-semibold wrap-anywhere text-ink">{account}</strong> };
  return (
    <p className="mt-2 text-center text-balance text-muted">
      {account === null ? same : words.fill(isTyped ? "offer.same_typed_as" : "offer.same_as", who)}
    </p>
  );
}

function titleOf(words: Words, product: string, label: string | null, isAgain: boolean): string {
  if (label === null) return words.say("offer.choose", { product });
  return words.say(isAgain ? "offer.reconnect" : "offer.connect", { product, label });
}

type ClosedProps = {
  state: Exclude<ConnectLinkView["state"], "open">;
  product: string;
  brand?: ConnectLinkView["product"];
  /** When an expired one ended. */
  until?: string | null;
};

async function Closed({ state, product, brand, until = null }: ClosedProps) {
  const words = await readWords();
  const text = words.say(`closed.${state}.text`, { product });
  const ended = until === null ? null : words.say("closed.expired.until", { until: words.instant(until) });
  return (
    <ConnectCard
      product={product}
      brand={brand}
      label={null}
      joint={state === "used" ? "done" : "broken"}
      title={words.say(`closed.${state}.title`)}
      support={brand?.support ?? null}
    >
      <p className="mt-2 text-center text-balance text-muted">
        {state === "expired" && ended !== null ? words.join(ended, text) : text}
      </p>
    </ConnectCard>
  );
}
