"use client";

import { useId } from "react";
import { endpoints, type Direction, type Endpoint } from "./trial-texts.ts";

type Props = {
  /** What the mapping has. */
  offered: readonly Endpoint[];
  endpoint: Endpoint;
  way: Direction;
  status: number;
  onEndpoint: (endpoint: Endpoint) => void;
  onWay: (way: Direction) => void;
  onStatus: (status: number) => void;
};

const words: Record<Endpoint, string> = {
  list: "list",
  search: "search",
  get: "get one",
  create: "create",
  update: "update",
  delete: "delete",
};
const ways: [Direction, string][] = [
  ["answer", "Read an answer"],
  ["given", "Make a request"],
];

/** What is tried: which endpoint, and which way. */
export function TrialBar({ offered, endpoint, way, status, onEndpoint, onWay, onStatus }: Props) {
  const id = useId();
  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-2 text-sm">
      <fieldset className="flex rounded-md border border-line-control p-0.5">
        <legend className="sr-only">Which way</legend>
        {ways.map(([one, says]) => (
          <label
            key={one}
            className="flex h-7 cursor-pointer items-center rounded-[5px] px-3 font-medium text-muted has-checked:bg-accent-soft has-checked:text-ink has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-accent pointer-coarse:h-11"
          >
            <input
              type="radio"
              name={`${id}-way`}
              checked={way === one}
              onChange={() => onWay(one)}
              className="sr-only"
            />
            {says}
          </label>
        ))}
      </fieldset>
      <label className="flex items-center gap-2">
        <span className="text-muted">Endpoint</span>
        <select
          value={endpoint}
          onChange={(event) => onEndpoint(event.target.value as Endpoint)}
          className="control select"
        >
          {endpoints.map((one) => (
            <option key={one} value={one}>
              {words[one]}
              {offered.includes(one) || offered.length === 0 ? "" : " (not mapped)"}
            </option>
          ))}
        </select>
      </label>
      {way === "answer" && (
        <label className="flex items-center gap-2">
          <span className="text-muted">Status</span>
          <input
            type="number"
            min={100}
            max={599}
            defaultValue={status}
            onChange={(event) => {
              const next = event.target.valueAsNumber;
              if (Number.isInteger(next) && next >= 100 && next <= 599) onStatus(next);
            }}
            className="control w-20 tabular-nums"
          />
        </label>
      )}
    </div>
  );
}
