import type { ConnectLinkView } from "#api/schemas/connect";
import type { Words } from "../words/words.ts";

export type Attempt = NonNullable<ConnectLinkView["attempt"]>;

/** What is said above the form; null where the fields say it themselves. */
export type AttemptWords = { title: string; text: string; tone: "warn" | "bad" } | null;

/** Whose move it is: these don't pass by themselves. */
const needsOther = new Set<Attempt["code"]>(["client_misconfigured", "external_account_mismatch"]);

/** Why a form came to nothing, in the end user's words, with one next step. `label` is the integration, `product` who asks. */
export function attemptWords(words: Words, { code, detail }: Attempt, product: string, label: string): AttemptWords {
  if (code === "invalid" || code === "rejected" || code === "unlike") return null;
  const names = { product, label };
  const text = words.say(`attempt.${code}.text`, names);
  const isOther = code === "external_account_mismatch" && detail !== null;
  const owner = isOther ? words.say("attempt.external_account_mismatch.owner", { owner: detail }) : null;
  return {
    tone: needsOther.has(code) ? "bad" : "warn",
    title: words.say(`attempt.${code}.title`, names),
    text: owner === null ? text : words.join(owner, text),
  };
}

/** What is wrong with one field, and the provider's own words where it gave some. */
export type FieldWords = { text: string; said: string | null };

/** Who asks and at which integration, and what a browser without cookies was told by the address: fields to look at again. */
export type FieldContext = {
  attempt: Attempt | null;
  product: string;
  label: string;
  check: string[];
  /** There is no other field that may be the wrong one. */
  isAlone: boolean;
};

/** Null when nothing is wrong. */
export function fieldWords(words: Words, name: string, context: FieldContext): FieldWords | null {
  const { attempt, product, label, check, isAlone } = context;
  if (attempt === null) return check.includes(name) ? { text: words.say("field.again"), said: null } : null;
  const wrong = attempt.fields.find((field) => field.name === name);
  if (wrong === undefined) return null;
  if (wrong.fault !== null) return { text: words.say(`fault.${wrong.fault}`, { product }), said: null };
  if (wrong.message !== null) return { text: `${wrong.message}.`, said: null };
  const what = words.say(attempt.code === "unlike" ? "field.unlike" : "field.rejected", { label });
  const advice = words.say(isAlone ? "field.copy" : "field.check");
  const said = attempt.detail === null ? null : words.say("field.said", { label, detail: attempt.detail });
  return { text: words.join(what, advice), said };
}
