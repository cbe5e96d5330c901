"use client";

import { useId, type ReactNode } from "react";
import { asSentence } from "../../../../_components/as-sentence.ts";

type Props = {
  legend: string;
  all: string;
  some: string;
  isLimited: boolean;
  onLimit: (isLimited: boolean) => void;
  /** What is wrong with what was chosen; null: nothing. */
  wrong: string | null;
  /** What is chosen from, while it is limited. */
  children: (describedBy: string | undefined) => ReactNode;
};

/** All, or only some: and then which. */
export function LimitChoice({ legend, all, some, isLimited, onLimit, wrong, children }: Props) {
  const id = useId();
  return (
    <fieldset className="min-w-0">
      <legend className="text-sm font-medium">{legend}</legend>
      <div className="mt-1 flex flex-wrap gap-x-6 gap-y-1 text-sm">
        {[
          { label: all, limited: false },
          { label: some, limited: true },
        ].map(({ label, limited }) => (
          <label key={label} className="flex min-h-8 items-center gap-2 pointer-coarse:min-h-11">
            <input
              type="radio"
              name={`${id}-which`}
              checked={isLimited === limited}
              onChange={() => onLimit(limited)}
              className="size-4 accent-accent"
            />
            {label}
          </label>
        ))}
      </div>
      {isLimited && <div className="mt-1.5">{children(wrong === null ? undefined : `${id}-wrong`)}</div>}
      {wrong !== null && (
        <p id={`${id}-wrong`} role="alert" className="mt-1.5 text-xs font-medium wrap-anywhere text-bad">
          {asSentence(wrong)}
        </p>
      )}
    </fieldset>
  );
}

type LinesProps = {
  label: string;
  help: string;
  placeholder: string;
  value: string;
  onChange: (value: string) => void;
  describedBy: string | undefined;
};

/** Ids or ranges, one a line. */
export function Lines({ label, help, placeholder, value, onChange, describedBy }: LinesProps) {
  const id = useId();
  return (
    <>
      <textarea
        aria-label={label}
        value={value}
        onChange={(event) => onChange(event.target.value)}
        rows={3}
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        placeholder={placeholder}
        aria-invalid={describedBy === undefined ? undefined : true}
        aria-describedby={`${describedBy ?? ""} ${id}-help`.trim()}
        className="control h-auto! w-full py-1.5 font-mono"
      />
      <p id={`${id}-help`} className="mt-1 text-xs text-subtle">
        {help}
      </p>
    </>
  );
}
