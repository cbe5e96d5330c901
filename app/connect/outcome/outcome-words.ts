import type { ConnectOutcomeView } from "#api/schemas/connect";
import type { Words } from "../words/words.ts";

type FailureCode = NonNullable<ConnectOutcomeView["failure"]>["code"];
type Told = { title: string; text: string; canRetry: boolean };

/** Another try at the same page would end the same: the product has to do something first. */
const isForProduct = new Set<FailureCode>(["client_misconfigured", "binding_failed"]);

/** Each failure in the end user's words, with one next step. `label` is the integration, `product` who asks. */
export function failureWords(words: Words, code: FailureCode, product: string, label: string): Told {
  return {
    title: words.say(`failure.${code}.title`, { product, label }),
    text: words.say(`failure.${code}.text`, { product, label }),
    canRetry: !isForProduct.has(code),
  };
}
