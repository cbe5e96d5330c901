import { Check } from "lucide-react";
import type { ConnectLinkView } from "#api/schemas/connect";
import { buttonClass } from "../../_components/button.tsx";
import { Callout } from "../../_components/callout.tsx";
import { wordsOf } from "../scope-words.ts";
import { fieldWords } from "./attempt-words.ts";
import { CredentialsForm } from "./credentials-form.tsx";
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
export function IntegrationForm({ integration, product, check, attempt, restMinutes }: Props) {
  if (integration.unavailable !== null) {
    return (
      <Callout tone="warn" title={`${integration.label} cannot be connected right now`} className="mt-5">
        {integration.unavailable}
      </Callout>
    );
  }
  if (integration.form !== null) {
    const own = attempt?.integration_name === integration.name ? attempt : null;
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
  return (
    <form method="post" className="mt-5 flex flex-col gap-5">
      <input type="hidden" name="integration_name" value={integration.name} />
      <Asked integration={integration} product={product} />
      {integration.inputs.map((input) => (
        <Field
          key={input.name}
          {...input}
          id={`${integration.name}-${input.name}`}
          name={`inputs.${input.name}`}
          wrong={fieldWords(null, input.name, integration.label, check)}
        />
      ))}
      <button type="submit" className={buttonClass("primary", "large")}>
        Continue to {integration.label}
      </button>
    </form>
  );
}

function Asked({ integration, product }: Pick<Props, "integration" | "product">) {
  const asked = integration.scopes.map((scope) =>
    wordsOf(scope, product, integration.label, integration.scope_descriptions),
  );
  const plain = asked.filter(({ words }) => words !== null);
  const bullets = (plain.length > 0 ? plain : asked).slice(0, 3);
  const rest = asked.filter((scope) => !bullets.includes(scope));
  if (asked.length === 0) {
    return (
      <p className="text-muted">
        {product} asks for access to your {integration.label} account. {integration.label} shows you next what that
        includes.
      </p>
    );
  }
  return (
    <div>
      <p className="text-muted">{product} asks for permission to:</p>
      <ul className="mt-2.5 space-y-2">
        {bullets.map(({ scope, words }) => (
          <li key={scope} className="flex gap-2.5">
            <Check size={16} aria-hidden className="mt-[3px] shrink-0 text-accent" />
            <span className="min-w-0">
              {words ?? (
                <>
                  Use <code className="font-mono text-sm break-all">{scope}</code>
                </>
              )}
            </span>
          </li>
        ))}
      </ul>
      {rest.length > 0 && (
        <details className="group mt-3">
          <summary className="flex min-h-6 list-none items-center text-sm font-medium text-accent-ink hover:underline pointer-coarse:min-h-11">
            <span className="group-open:hidden">
              {rest.length === 1 ? "One more permission" : `${rest.length} more permissions`}
            </span>
            <span className="hidden group-open:inline">Fewer details</span>
          </summary>
          <ul className="mt-1.5 space-y-1.5 rounded-md bg-sunken px-3 py-2.5">
            {rest.map(({ scope, words }) => (
              <li key={scope} className="text-sm">
                {words ?? <code className="font-mono text-xs break-all">{scope}</code>}
              </li>
            ))}
          </ul>
        </details>
      )}
    </div>
  );
}
