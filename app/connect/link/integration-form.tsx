import type { ConnectLinkView } from "#api/schemas/connect";
import { buttonClass } from "../../_components/button.tsx";
import { Callout } from "../../_components/callout.tsx";
import { wordsOf } from "../scope-words.ts";
import { readWords } from "../words/read-words.ts";
import { fieldWords } from "./attempt-words.ts";
import { CredentialsForm } from "./credentials-form.tsx";
import { ErrorSummary } from "./error-summary.tsx";
import { FactList } from "./fact-list.tsx";
import { Field } from "./field.tsx";

export type Integration = ConnectLinkView["integrations"][number];

type Props = {
  integration: Integration;
  product: string;
  /** Names of inputs that the API did not take as they were typed. */
  check: string[];
  /** What came of the form that this browser sent last, whichever of the link's it was. */
  attempt: ConnectLinkView["attempt"];
  /** The link's forms were sent too often: not for so long again. */
  restMinutes: number | null;
};

/** What is asked for, what must be told, and the one button. A plain form, posted to the address it was read from. */
export async function IntegrationForm({ integration, product, check, attempt, restMinutes }: Props) {
  const words = await readWords();
  const { label } = integration;
  if (integration.unavailable !== null) {
    return (
      <Callout tone="warn" title={words.say("offer.unavailable.title", { label })} className="mt-5">
        {words.say("offer.unavailable.text", { product })}
      </Callout>
    );
  }
  const own = attempt?.integration_name === integration.name ? attempt : null;
  if (integration.form !== null) {
    return (
      <CredentialsForm
        integration={integration}
        form={integration.form}
        product={product}
        attempt={own}
        restMinutes={restMinutes}
        check={check}
      />
    );
  }
  const context = { attempt: own, product, label, check, isAlone: false };
  const fields = integration.inputs.map((input) => ({
    ...input,
    id: `${integration.name}-${input.name}`,
    wrong: fieldWords(words, input.name, context),
  }));
  const wrong = fields.filter((field) => field.wrong !== null);
  return (
    <form method="post" className="mt-5 flex flex-col gap-5">
      <input type="hidden" name="integration_name" value={integration.name} />
      {wrong.length > 0 && (
        <ErrorSummary tone="bad" title={words.say("fault.title", { count: wrong.length })} fields={wrong} />
      )}
      <Asked integration={integration} product={product} />
      {fields.map((field) => (
        <Field key={field.id} {...field} name={`inputs.${field.name}`} value={own?.typed[field.name]} />
      ))}
      <button type="submit" className={buttonClass("primary", "large")}>
        {words.say("offer.continue", { label })}
      </button>
    </form>
  );
}

async function Asked({ integration, product }: Pick<Props, "integration" | "product">) {
  const words = await readWords();
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
