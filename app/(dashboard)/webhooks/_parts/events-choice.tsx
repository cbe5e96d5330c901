"use client";

import { useId } from "react";
import { asSentence } from "../../../_components/as-sentence.ts";
import {
  eventGroups,
  eventWords,
  groupWords,
  letsThrough,
  toggleGroup,
  toggleType,
  typesOf,
} from "../../../_components/event-words.ts";

type Props = { filters: readonly string[]; onChange: (filters: string[]) => void; wrong: string | null };

/** Which events an endpoint gets: all, whole groups with what comes to them later, or single ones. */
export function EventsChoice({ filters, onChange, wrong }: Props) {
  const id = useId();
  const isAll = filters.includes("*");
  return (
    <fieldset aria-describedby={wrong === null ? undefined : `${id}-wrong`} className="min-w-0">
      <legend className="text-sm font-medium">Events</legend>
      <div className="mt-1.5 flex flex-wrap gap-x-6 gap-y-1 text-sm">
        <label className="flex min-h-8 items-center gap-2 pointer-coarse:min-h-11">
          <input
            type="radio"
            name={`${id}-which`}
            checked={isAll}
            onChange={() => onChange(["*"])}
            className="size-4 accent-accent"
          />
          All events, also those of later versions
        </label>
        <label className="flex min-h-8 items-center gap-2 pointer-coarse:min-h-11">
          <input
            type="radio"
            name={`${id}-which`}
            checked={!isAll}
            onChange={() => onChange(["integrated_account:*"])}
            className="size-4 accent-accent"
          />
          Only what I choose
        </label>
      </div>
      {!isAll && (
        <div className="mt-2 divide-y divide-line rounded-md border border-line">
          {eventGroups.map((group) => (
            <fieldset key={group} className="px-3.5 py-3">
              <legend className="sr-only">{groupWords[group].title}</legend>
              <label className="flex min-h-6 items-center gap-2 text-sm font-medium pointer-coarse:min-h-11">
                <input
                  type="checkbox"
                  checked={filters.includes(group)}
                  onChange={() => onChange(toggleGroup(filters, group))}
                  className="size-4 accent-accent"
                />
                {groupWords[group].all}
                <code className="ml-auto font-mono text-xs font-normal text-subtle max-sm:hidden">{group}</code>
              </label>
              <ul className="mt-1 grid gap-x-6 pl-6 sm:grid-cols-2">
                {typesOf(group).map((type) => (
                  <li key={type}>
                    <label className="flex min-h-6 items-start gap-2 py-1 text-sm pointer-coarse:min-h-11 pointer-coarse:items-center">
                      <input
                        type="checkbox"
                        checked={letsThrough(filters, type)}
                        onChange={() => onChange(toggleType(filters, group, type))}
                        className="mt-0.5 size-4 shrink-0 accent-accent"
                      />
                      <span className="min-w-0">
                        {eventWords[type].title}
                        <span className="block text-xs text-subtle">{eventWords[type].tells}</span>
                      </span>
                    </label>
                  </li>
                ))}
              </ul>
            </fieldset>
          ))}
        </div>
      )}
      {wrong !== null && (
        <p id={`${id}-wrong`} role="alert" className="mt-1.5 text-xs font-medium text-bad">
          {asSentence(wrong)}
        </p>
      )}
    </fieldset>
  );
}
