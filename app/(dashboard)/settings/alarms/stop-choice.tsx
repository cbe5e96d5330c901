"use client";

import { stopKinds, stopWords, type StopKind } from "./alarm-words.ts";

type Props = { legend: string; chosen: readonly StopKind[]; onChange: (chosen: StopKind[]) => void };

/** Which alarms stop the key by themselves. */
export function StopChoice({ legend, chosen, onChange }: Props) {
  return (
    <fieldset className="min-w-0">
      <legend className="sr-only">{legend}</legend>
      <div className="flex flex-col gap-2">
        {stopKinds.map((kind) => (
          <label key={kind} className="grid grid-cols-[16px_minmax(0,1fr)] gap-x-2.5 text-sm pointer-coarse:py-2">
            <input
              type="checkbox"
              aria-label={`${stopWords[kind].name}: ${stopWords[kind].tells}`}
              checked={chosen.includes(kind)}
              onChange={() =>
                onChange(chosen.includes(kind) ? chosen.filter((one) => one !== kind) : [...chosen, kind])
              }
              className="mt-0.5 size-4 accent-accent"
            />
            <span>
              <span className="font-medium">{stopWords[kind].name}</span>
              <span className="text-muted">: {stopWords[kind].tells}</span>
            </span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
