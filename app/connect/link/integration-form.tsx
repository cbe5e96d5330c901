import type { ConnectLinkView } from "#api/schemas/connect";
import { buttonClass } from "../../_components/button.tsx";
import { Callout } from "../../_components/callout.tsx";
import { readWords } from "../words/read-words.ts";
import { Asked } from "./asked.tsx";
import { fieldWords } from "./attempt-words.ts";
import { CredentialsForm } from "./credentials-form.tsx";
import { ErrorSummary } from "./error-summary.tsx";
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
      <Asked words={words} integration={integration} product={product} />
      {fields.map((field) => (
        <Field key={field.id} {...field} name={`inputs.${field.name}`} value={own?.typed[field.name]} />
      ))}
      <button type="submit" className={buttonClass("primary", "large")}>
        {words.say("offer.continue", { label })}
      </button>
    </form>
  );
}
