import { Callout } from "../../_components/callout.tsx";
import { readWords } from "../words/read-words.ts";
import type { Words } from "../words/words.ts";
import { attemptWords, fieldWords, type Attempt } from "./attempt-words.ts";
import { ErrorSummary } from "./error-summary.tsx";
import { FactList } from "./fact-list.tsx";
import { Field } from "./field.tsx";
import type { Integration } from "./integration-form.tsx";
import { SendButton } from "./send-button.tsx";

type Props = {
  integration: Integration;
  form: NonNullable<Integration["form"]>;
  product: string;
  /** This form was sent before, and came to nothing. */
  attempt: Attempt | null;
  /** It was sent too often: not for so long again. */
  restMinutes: number | null;
  check: string[];
};

/** What is typed here goes to the API alone, which tries it at the provider before it keeps it. */
export async function CredentialsForm({ integration, form, product, attempt, restMinutes, check }: Props) {
  const words = await readWords();
  const { name, label } = integration;
  if (restMinutes !== null) {
    return (
      <Callout tone="warn" title={words.say("typed.rest.title")} className="mt-5">
        {words.say("typed.rest.text", { count: restMinutes })}
      </Callout>
    );
  }
  const inputs = integration.inputs.map((one) => ({ ...one, isSecret: false, group: "inputs" }));
  const credentials = form.fields.map(({ secret, ...one }) => {
    return { ...one, isSecret: secret, required: true, group: "credentials" };
  });
  const isAlone = inputs.length + credentials.length === 1;
  const context = { attempt, product, label, check, isAlone };
  const fields = [...inputs, ...credentials].map((one) => ({
    ...one,
    id: `${name}-${one.name}`,
    wrong: fieldWords(words, one.name, context),
  }));
  const wrong = fields.filter((one) => one.wrong !== null);
  const summary = attempt === null ? null : attemptWords(words, attempt, product, label);
  return (
    <form method="post" autoComplete="off" className="mt-5 flex flex-col gap-5">
      <input type="hidden" name="integration_name" value={name} />
      {summary !== null && (
        <ErrorSummary tone={summary.tone} title={summary.title}>
          {summary.text}
        </ErrorSummary>
      )}
      {summary === null && wrong.length > 0 && (
        <ErrorSummary tone="bad" title={words.say("fault.title", { count: wrong.length })} fields={wrong} />
      )}
      {summary === null && wrong.length === 0 && (
        <Asked {...{ words, product, label }} isKey={form.format === "api_key"} />
      )}
      {fields.map((field) => (
        <Field key={field.id} {...field} name={`${field.group}.${field.name}`} value={attempt?.typed[field.name]} />
      ))}
      <SendButton label={words.say("typed.connect", { label })} waiting={words.say("typed.waiting", { label })} />
    </form>
  );
}

function Asked({ words, product, label, isKey }: { words: Words; product: string; label: string; isKey: boolean }) {
  const facts = [
    { key: "checked", text: words.say("typed.checked", { label }) },
    { key: "encrypted", text: words.say("typed.encrypted") },
    { key: "allows", text: words.say("typed.allows", { label }) },
  ];
  return (
    <div>
      <FactList intro={words.say(isKey ? "typed.key" : "typed.details", { product, label })} facts={facts} />
    </div>
  );
}
