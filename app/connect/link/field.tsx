import { htmlPattern } from "../html-pattern.ts";
import { readWords } from "../words/read-words.ts";
import type { FieldWords } from "./attempt-words.ts";
import { SecretInput } from "./secret-input.tsx";

type Props = {
  /** Unique on the page. */
  id: string;
  name: string;
  label: string;
  help: string | null;
  example: string | null;
  pattern: string | null;
  /** The values to choose from; null: any that fits. */
  options?: { value: string; label: string }[] | null;
  /** What stands there unless something else was typed. */
  default?: string | null;
  required: boolean;
  isSecret?: boolean;
  /** What was typed before, where the form comes again. Never a secret. */
  value?: string | undefined;
  /** Why what was typed was not accepted; null when nothing is wrong with it. */
  wrong: FieldWords | null;
};

const longest = { plain: 500, secret: 16_384 };

/** One line to fill in, or to choose: what it is, what is wrong with it, where to find it. The API checks it in any case. */
export async function Field({ id, name, label, help, example, required, isSecret = false, wrong, ...rest }: Props) {
  const words = await readWords();
  const { pattern, options = null, value = rest.default ?? undefined } = rest;
  const hasHelp = help !== null || example !== null;
  const described = [...(wrong === null ? [] : [`${id}-wrong`]), ...(hasHelp ? [`${id}-help`] : [])].join(" ");
  const choice = {
    id,
    name,
    required,
    autoComplete: "off",
    "aria-invalid": wrong === null ? undefined : true,
    "aria-describedby": described === "" ? undefined : described,
  } as const;
  const control = {
    ...choice,
    pattern: htmlPattern(pattern),
    title: example === null ? undefined : words.say("field.example", { example }),
    maxLength: isSecret ? longest.secret : longest.plain,
    autoCapitalize: "none",
    spellCheck: false,
  } as const;
  return (
    <div className="group/field flex flex-col gap-1.5">
      <label htmlFor={id} className="text-sm font-medium">
        {label}
        {!required && <span className="font-normal text-subtle"> {words.say("field.optional")}</span>}
      </label>
      {options !== null && (
        <select {...choice} defaultValue={value ?? ""} className="control control-large select w-full">
          <option value="">{words.say("field.choose")}</option>
          {options.map((option) => (
            <option key={option.value} value={option.value}>
              {option.label}
            </option>
          ))}
        </select>
      )}
      {options === null && isSecret && <SecretInput {...control} label={label} />}
      {options === null && !isSecret && (
        <input {...control} defaultValue={value} className="control control-large w-full" />
      )}
      {wrong !== null && (
        <div id={`${id}-wrong`} className="text-xs wrap-anywhere">
          <p className="font-medium text-bad">{wrong.text}</p>
          {wrong.said !== null && <p className="mt-0.5 text-muted">{wrong.said}</p>}
        </div>
      )}
      {hasHelp && (
        <p id={`${id}-help`} className="text-xs text-subtle group-has-[:user-invalid]/field:text-bad">
          {help?.replace(/([^.!?。！？])$/, "$1.")}{" "}
          {example !== null &&
            words.fill("field.example", {
              example: <span className="inline-block max-w-full wrap-anywhere">{example}</span>,
            })}
        </p>
      )}
    </div>
  );
}
