import type { Metadata } from "next";
import { headers } from "next/headers";
import { cache } from "react";
import type { ConnectLinkView } from "#api/schemas/connect";
import { readConnectLink } from "../../_queries/connect.ts";
import { ConnectCard } from "../connect-card.tsx";
import { IntegrationChoice } from "./integration-choice.tsx";
import { IntegrationForm } from "./integration-form.tsx";

const readLink = cache(async () => {
  const id = (await headers()).get("x-evergrant-link");
  return id === null ? null : readConnectLink(id);
});

export async function generateMetadata(): Promise<Metadata> {
  const link = await readLink();
  const product = link?.kind === "ok" ? link.value.product.name : null;
  return { title: { absolute: product === null ? "Connect your account" : `Connect your account to ${product}` } };
}

type Props = { searchParams: Promise<Record<string, string | string[] | undefined>> };

export default async function ConnectLinkPage({ searchParams }: Props) {
  const link = await readLink();
  if (link === null) return <Closed state="unknown" product="this product" support={null} />;
  if (link.kind === "problem") {
    return (
      <ConnectCard product="?" label={null} joint="broken" title="This page could not be loaded">
        <p className="mt-2 text-center text-muted">
          Nothing was connected. Load the page again in a minute; your link stays valid.
        </p>
      </ConnectCard>
    );
  }
  const view = link.value;
  if (view.state !== "open") {
    return (
      <Closed state={view.state} product={view.product.name} brand={view.product} support={view.product.support} />
    );
  }
  const { check } = await searchParams;
  const until = view.forms_blocked_until;
  const restMinutes = until === null ? null : Math.max(1, Math.ceil((Date.parse(until) - Date.now()) / 60_000));
  return <Offer view={view} check={typeof check === "string" ? check.split(",") : []} restMinutes={restMinutes} />;
}

type OfferProps = { view: ConnectLinkView; check: string[]; restMinutes: number | null };

function Offer({ view, check, restMinutes }: OfferProps) {
  const [first, ...others] = view.integrations;
  const product = view.product.name;
  if (first === undefined)
    return <Closed state="unknown" product={product} brand={view.product} support={view.product.support} />;
  const only = others.length === 0 ? first : null;
  const account = view.reauthorizes?.external_account ?? null;
  const isAgain = view.reauthorizes !== null;
  const form = { product, check, attempt: view.attempt, restMinutes };
  return (
    <ConnectCard
      product={product}
      brand={view.product}
      label={only?.label ?? null}
      joint={only === null ? "idle" : "open"}
      environment={view.environment}
      support={view.product.support}
      title={titleOf(product, only?.label ?? null, isAgain)}
      footer={
        <p>
          You can end this access at any time, in {only?.label ?? "the service you choose"} or by asking {product}.
        </p>
      }
    >
      {isAgain && <SameAccount account={account} isTyped={first.form !== null} />}
      {only === null ? (
        <IntegrationChoice integrations={view.integrations} {...form} />
      ) : (
        <IntegrationForm integration={only} {...form} />
      )}
    </ConnectCard>
  );
}

function SameAccount({ account, isTyped }: { account: string | null; isTyped: boolean }) {
  const [ask, same] = isTyped
    ? ["Please use what belongs to", "Please use what belongs to the same account as before."]
    : ["Please sign in as", "Please sign in with the same account as before."];
  if (account === null) return <p className="mt-2 text-center text-muted">{same}</p>;
  return (
    <p className="mt-2 text-center text-muted">
      {ask} <strong className="font-semibold wrap-anywhere text-ink">{account}</strong>, as before.
    </p>
  );
}

function titleOf(product: string, label: string | null, isAgain: boolean): string {
  if (label === null) return `What would you like to connect to ${product}?`;
  return isAgain ? `Reconnect ${label} to ${product}` : `Connect ${label} to ${product}`;
}

type ClosedProps = {
  state: Exclude<ConnectLinkView["state"], "open">;
  product: string;
  brand?: ConnectLinkView["product"];
  support: string | null;
};

function Closed({ state, product, brand, support }: ClosedProps) {
  const words = {
    used: {
      title: "This link has been used",
      text: `The account was connected with it, and a link works only once. If you want to connect another account, ask ${product} for a new link.`,
    },
    expired: {
      title: "This link has expired",
      text: `Nothing was connected. Ask ${product} for a new link; the old one is of no more use.`,
    },
    unknown: {
      title: "This link does not work",
      text: "It may have been cut off when it was copied. Open the whole link again, or ask whoever sent it for a new one.",
    },
  }[state];
  return (
    <ConnectCard
      product={product}
      brand={brand}
      label={null}
      joint={state === "used" ? "done" : "broken"}
      title={words.title}
      support={support}
    >
      <p className="mt-2 text-center text-balance text-muted">{words.text}</p>
    </ConnectCard>
  );
}
