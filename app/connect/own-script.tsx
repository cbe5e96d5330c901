import { headers } from "next/headers";

type Props<Given extends readonly unknown[]> = {
  /** Stands in the page as text, so it uses nothing from outside of it. */
  run: (...given: Given) => void;
  given: Given;
};

/** A script that stays when web takes Next's own out of a page (web/leave-out-scripts.ts). Where it stands, what is above it is there. */
export async function OwnScript<Given extends readonly unknown[]>({ run, given }: Props<Given>) {
  const nonce = (await headers()).get("x-nonce") ?? undefined;
  const words = JSON.stringify(given).replaceAll("<", "\\u003c");
  return (
    <script
      nonce={nonce}
      data-own=""
      suppressHydrationWarning
      dangerouslySetInnerHTML={{ __html: `(${run.toString()})(...${words})` }}
    />
  );
}
