"use client";

import { useId } from "react";
import { asSentence } from "../../../_components/as-sentence.ts";

type Props = {
  label: string;
  /** What stands there; empty: nothing is said. */
  value: string;
  onChange: (value: string) => void;
  unit?: string;
  min: number;
  max: number;
  step?: number;
  required?: boolean;
  placeholder?: string;
  wrong: string | null;
};

/** One number with what it counts. */
export function NumberField({ label, value, onChange, unit, wrong, required = true, ...limits }: Props) {
  const id = useId();
  return (
    <div className="flex min-w-0 flex-col gap-1">
      <div className="flex items-center justify-between gap-3 text-sm">
        <label htmlFor={id} className="min-w-0 text-muted">
          {label}
        </label>
        <span className="flex shrink-0 items-center gap-2">
          <input
            {...limits}
            id={id}
            type="number"
            inputMode="decimal"
            required={required}
            value={value}
            onChange={(event) => onChange(event.target.value)}
            aria-invalid={wrong === null ? undefined : true}
            aria-describedby={wrong === null ? undefined : `${id}-wrong`}
            className="control w-28 text-right font-mono"
          />
          {unit !== undefined && <span className="w-10 text-subtle">{unit}</span>}
        </span>
      </div>
      {wrong !== null && (
        <p id={`${id}-wrong`} role="alert" className="text-right text-xs font-medium text-bad">
          {asSentence(wrong)}
        </p>
      )}
    </div>
  );
}
