import type { ConnectLinkView } from "#api/schemas/connect";
import { wordsOf } from "../scope-words.ts";
import type { Words } from "../words/words.ts";
import { FactList } from "./fact-list.tsx";

type Props = {
  words: Words;
  integration: Pick<ConnectLinkView["integrations"][number], "label" | "scopes" | "scope_descriptions">;
  product: string;
};

/** What is asked for, in three lines at most; the rest unfolds. */
export function Asked({ words, integration, product }: Props) {
  const { label } = integration;
  if (integration.scopes.length === 0) {
    return <p className="text-muted">{words.say("asked.access", { product, label })}</p>;
  }
  const asked = integration.scopes.map((scope) =>
    wordsOf(words, scope, { product, label }, integration.scope_descriptions),
  );
  const plain = asked.filter((one) => one.words !== null);
  const bullets = (plain.length > 0 ? plain : asked).slice(0, 3);
  const rest = asked.filter((scope) => !bullets.includes(scope));
  const facts = bullets.map((one) => {
    const code = <code className="font-mono text-sm break-all">{one.scope}</code>;
    return { key: one.scope, text: one.words ?? words.fill("asked.use", { scope: code }) };
  });
  return (
    <div>
      <FactList intro={words.say("asked.scopes", { product })} facts={facts} />
      {rest.length > 0 && (
        <details className="group mt-3">
          <summary className="flex min-h-6 list-none items-center text-sm font-medium text-accent-ink hover:underline pointer-coarse:min-h-11">
            <span className="group-open:hidden">{words.say("asked.more", { count: rest.length })}</span>
            <span className="hidden group-open:inline">{words.say("asked.fewer")}</span>
          </summary>
          <ul className="mt-1.5 space-y-1.5 rounded-md bg-sunken px-3 py-2.5">
            {rest.map((one) => (
              <li key={one.scope} className="text-sm wrap-anywhere">
                {one.words ?? <code className="font-mono text-xs break-all">{one.scope}</code>}
              </li>
            ))}
          </ul>
        </details>
      )}
    </div>
  );
}
