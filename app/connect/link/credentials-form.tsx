import { Check } from "lucide-react";
import { Callout } from "../../_components/callout.tsx";
import { countOf } from "../../_components/figures.ts";
import { attemptWords, fieldWords, type Attempt } from "./attempt-words.ts";
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
export function CredentialsForm({ integration, form, product, attempt, restMinutes, check }: Props) {
  const { name, label, inputs } = integration;
  if (restMinutes !== null) {
    return (
      <Callout tone="warn" title="That was too often" className="mt-5">
        For your safety this form rests for {countOf(restMinutes, "minute")}. Then load this page again; your link stays
        valid.
      </Callout>
    );
  }
  const words = attempt === null ? null : attemptWords(attempt, product, label);
  const isAlone = inputs.length + form.fields.length === 1;
  const wrong = (field: string) => fieldWords(attempt, field, label, check, isAlone);
  return (
    <form method="post" autoComplete="off" className="mt-5 flex flex-col gap-5">
      <input type="hidden" name="integration_name" value={name} />
      {words === null ? (
        <Asked product={product} label={label} isKey={form.format === "api_key"} />
      ) : (
        <div role="alert">
          <Callout tone={words.tone} title={words.title}>
            {words.text}
          </Callout>
        </div>
      )}
      {inputs.map((input) => (
        <Field
          key={input.name}
          {...input}
          id={`${name}-${input.name}`}
          name={`inputs.${input.name}`}
          value={attempt?.typed[input.name]}
          wrong={wrong(input.name)}
        />
      ))}
      {form.fields.map(({ secret, ...field }) => (
        <Field
          key={field.name}
          {...field}
          id={`${name}-${field.name}`}
          name={`credentials.${field.name}`}
          required
          isSecret={secret}
          value={attempt?.typed[field.name]}
          wrong={wrong(field.name)}
        />
      ))}
      <SendButton label={`Connect ${label}`} waiting={`Checking with ${label}…`} />
    </form>
  );
}

function Asked({ product, label, isKey }: { product: string; label: string; isKey: boolean }) {
  const facts = [
    `Checked with ${label} before it is kept`,
    "Stored encrypted, and never shown again",
    `What it allows is decided in ${label}`,
  ];
  return (
    <div>
      <p className="text-muted">
        {product} asks for {isKey ? "a key of" : "access details of"} your {label} account:
      </p>
      <ul className="mt-2.5 space-y-2">
        {facts.map((fact) => (
          <li key={fact} className="flex gap-2.5">
            <Check size={16} aria-hidden className="mt-[3px] shrink-0 text-accent" />
            <span className="min-w-0">{fact}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}
