"use client";

import { Search } from "lucide-react";
import { useId, useState } from "react";
import type { AccountDetailView } from "#api/schemas/account";
import { classNames } from "../../../_components/class-names.ts";
import { countOf } from "../../../_components/figures.ts";
import { findValues, origins, wordValue, type Origin } from "./effective-words.ts";

/** So many stand here before anybody searches: the ones that are not the platform's come first. */
const shownMost = 40;

/** Every value in force for an account, with the level that says it: found by any part of its path or its text. */
export function EffectiveValues({ effective }: { effective: AccountDetailView["effective"] }) {
  const id = useId();
  const [search, setSearch] = useState("");
  const [origin, setOrigin] = useState<Origin | null>(null);
  const [isWhole, setWhole] = useState(false);
  const found = findValues(effective, search, origin);
  const shown = isWhole ? found : found.slice(0, shownMost);
  return (
    <div className="card overflow-hidden">
      <search className="no-print flex flex-wrap items-center gap-2 border-b border-line px-4 py-2.5">
        <div className="relative min-w-48 flex-1 sm:max-w-80">
          <Search
            size={14}
            aria-hidden
            className="pointer-events-none absolute top-1/2 left-2.5 -translate-y-1/2 text-subtle"
          />
          <input
            type="search"
            value={search}
            onChange={(event) => setSearch(event.target.value)}
            aria-label="Search the values in force"
            placeholder="refresh, scope, host…"
            autoComplete="off"
            spellCheck={false}
            className="control w-full pl-8"
          />
        </div>
        <label htmlFor={id} className="sr-only">
          Level
        </label>
        <select
          id={id}
          value={origin ?? ""}
          onChange={(event) => setOrigin((event.target.value || null) as Origin | null)}
          className="control select min-w-36"
        >
          <option value="">Every level</option>
          {Object.entries(origins).map(([name, { label }]) => (
            <option key={name} value={name}>
              {label}
            </option>
          ))}
        </select>
        <output className="text-sm text-subtle">{countOf(found.length, "value")}</output>
      </search>
      {found.length === 0 ? (
        <p className="px-4 py-6 text-center text-sm text-muted">
          {search === "" && origin === "account" ? "This account overrides nothing." : "No value matches."}
        </p>
      ) : (
        <table className="block w-full text-sm">
          <thead className="sr-only">
            <tr>
              <th scope="col">Value</th>
              <th scope="col">In force</th>
              <th scope="col">Said by</th>
            </tr>
          </thead>
          <tbody className="block divide-y divide-line">
            {shown.map(({ pointer, path, value, origin: level }) => (
              <tr
                key={pointer}
                className="grid grid-cols-[minmax(0,1fr)_auto] gap-x-4 gap-y-0.5 px-4 py-2 sm:grid-cols-[minmax(0,5fr)_minmax(0,6fr)_104px]"
              >
                <td className="min-w-0" title={pointer}>
                  <span className="font-mono text-xs leading-5 wrap-anywhere">
                    {path.length > 1 && <span className="text-subtle">{path.slice(0, -1).join(" › ")} › </span>}
                    <span className="font-medium">{path.at(-1)}</span>
                  </span>
                </td>
                <td className="min-w-0 max-sm:order-last max-sm:col-span-2">
                  <span className="font-mono text-xs leading-5 wrap-anywhere text-muted">{wordValue(value)}</span>
                </td>
                <td className="text-right">
                  <span
                    className={classNames(
                      "inline-flex rounded-full px-2 text-xs leading-5 whitespace-nowrap",
                      origins[level].look,
                    )}
                  >
                    {origins[level].label}
                  </span>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {found.length > shown.length && (
        <button
          type="button"
          onClick={() => setWhole(true)}
          className="no-print h-10 w-full border-t border-line text-sm font-medium text-muted hover:bg-sunken hover:text-ink pointer-coarse:h-11"
        >
          Show all {found.length}
        </button>
      )}
    </div>
  );
}
