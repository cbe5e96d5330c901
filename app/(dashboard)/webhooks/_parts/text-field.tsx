import { asSentence } from "../../../_components/as-sentence.ts";
import { useId, type ComponentProps } from "react";

type Props = Omit<ComponentProps<"input">, "id" | "className"> & {
  label: string;
  help: string;
  /** Why what was typed was not accepted; null when nothing is wrong with it. */
  wrong: string | null;
  /** An address or a name that machines read. */
  isCode?: boolean;
};

/** One line to fill in: what it is, what is wrong with it, what it is for. */
export function TextField({ label, help, wrong, isCode = false, ...input }: Props) {
  const id = useId();
  return (
    <div className="flex flex-col gap-1.5">
      <label htmlFor={id} className="text-sm font-medium">
        {label}
        {input.required !== true && <span className="font-normal text-subtle"> (optional)</span>}
      </label>
      <input
        {...input}
        id={id}
        autoComplete="off"
        autoCapitalize={isCode ? "none" : "sentences"}
        spellCheck={!isCode}
        aria-invalid={wrong === null ? undefined : true}
        aria-describedby={`${wrong === null ? "" : `${id}-wrong `}${id}-help`}
        className={`control w-full ${isCode ? "font-mono" : ""}`}
      />
      {wrong !== null && (
        <p id={`${id}-wrong`} role="alert" className="text-xs font-medium wrap-anywhere text-bad">
          {asSentence(wrong)}
        </p>
      )}
      <p id={`${id}-help`} className="text-xs text-subtle">
        {help}
      </p>
    </div>
  );
}
