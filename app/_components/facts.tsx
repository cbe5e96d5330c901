import type { ReactNode } from "react";
import { formatInstant } from "./instant.ts";
import { RelativeTime } from "./relative-time.tsx";

type FactProps = {
  name: string;
  children: ReactNode;
  /** The name is not ours but somebody's own, and stands as it is. */
  isOwn?: boolean;
};

/** One row of a `dl`. */
export function Fact({ name, children, isOwn = false }: FactProps) {
  return (
    <div className="grid grid-cols-[minmax(0,3fr)_minmax(0,6fr)] gap-4 px-4 py-2.5 sm:grid-cols-[minmax(0,5fr)_minmax(0,8fr)]">
      <dt className={isOwn ? "truncate font-mono text-xs leading-5 text-muted" : "text-muted"}>{name}</dt>
      <dd className="min-w-0">{children}</dd>
    </div>
  );
}

export function InstantFact({ name, at, none }: { name: string; at: string | null; none: string }) {
  return (
    <Fact name={name}>
      {at === null ? (
        <span className="text-subtle">{none}</span>
      ) : (
        <span className="flex flex-wrap items-baseline gap-x-2.5">
          <RelativeTime at={at} parts={2} />
          <span className="font-mono text-xs whitespace-nowrap text-subtle">{formatInstant(at)}</span>
        </span>
      )}
    </Fact>
  );
}
